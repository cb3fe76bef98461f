/** What tenants share: images that are known, places for lookups, reviews in work. */
import test from 'ava'
import { createWeighedMap } from '../../src/base/weighed-map.ts'
import { createLookupPlaces } from '../../src/webhook/lookup-places.ts'
import { createShares } from '../../src/webhook/shares.ts'

test('a map forgets the oldest when it is too heavy, and takes nothing that is too heavy by itself', (t) => {
  const map = createWeighedMap<number>({ entries: 3, bytes: 100, entryBytes: 60 })
  map.set('a', 1, 50)
  map.set('b', 2, 50)
  map.set('c', 3, 61)
  t.deepEqual([map.get('a'), map.get('b'), map.get('c')], [1, 2, undefined])
  map.set('d', 4, 10)
  t.deepEqual([map.get('a'), map.get('b'), map.get('d')], [undefined, 2, 4])
  map.set('b', 5, 1)
  map.set('e', 6, 1)
  map.set('f', 7, 1)
  t.deepEqual([map.get('d'), map.get('b'), map.get('e'), map.get('f')], [undefined, 5, 6, 7])
})

test('a tenant that has all its places waits, and others do not', async (t) => {
  const places = createLookupPlaces({ each: 1, waitMs: 600_000 })
  const first = await places.enter('a')
  const second = places.enter('a')
  t.truthy(await places.enter('b'))
  first?.leave()
  t.truthy(await second)
})

test('who gets no place in time is told so, and takes none later', async (t) => {
  const places = createLookupPlaces({ each: 1, waitMs: 1 })
  const first = await places.enter('a')
  t.is(await places.enter('a'), undefined)
  first?.leave()
  t.truthy(await places.enter('a'))
})

test('a tenant has a limited number of reviews and bytes in work, and one review of any size', (t) => {
  const shares = createShares()
  const large = shares.take('a', 100_000_000)
  t.truthy(large)
  t.is(shares.take('a', 1), undefined)
  t.truthy(shares.take('b', 1))
  large?.giveBack()
  // Two tenants: half of 504 each.
  const held = Array.from({ length: 252 }, () => shares.take('a', 1))
  t.true(held.every((share) => share !== undefined))
  t.is(shares.take('a', 1), undefined)
  held[0]?.giveBack()
  t.truthy(shares.take('a', 1))
})

test('a tenant that is alone has nearly all places, and leaves some for whoever comes', (t) => {
  const shares = createShares()
  const held = Array.from({ length: 512 }, () => shares.take('a', 1))
  t.is(held.filter((share) => share !== undefined).length, 504)
  t.truthy(shares.take('b', 1))
  held[0]?.giveBack()
  t.is(shares.take('a', 1), undefined)
})
