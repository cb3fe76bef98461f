import test from 'ava'
import * as fc from 'fast-check'
import { createCache } from '../../src/kube/cache.ts'
import { textOf } from '../../src/pod/api-object.ts'

const pod = (uid: string, version: string, name = uid) => ({ metadata: { uid, resourceVersion: version, name } })
const event = (kind: 'put' | 'gone', uid: string, version: string) => ({ kind, object: pod(uid, version), version })

test('an event that comes again changes nothing, whether at once, late, or after its object is gone', (t) => {
  const cache = createCache((object) => textOf(object, 'metadata', 'resourceVersion'))
  t.is(cache.take(event('put', 'a', '1'))?.kind, 'put')
  t.is(cache.take(event('put', 'a', '1')), undefined)
  t.is(cache.take(event('put', 'a', '2'))?.kind, 'put')
  t.is(cache.take(event('put', 'a', '1')), undefined)
  t.deepEqual([...cache.items], [['a', '2']])
  t.is(cache.take(event('gone', 'a', '3'))?.kind, 'gone')
  t.is(cache.take(event('gone', 'a', '3')), undefined)
  t.is(cache.take(event('put', 'a', '2')), undefined)
  t.is(cache.items.size, 0)
})

test('a list from a server that lags behind is caught up with by its watch', (t) => {
  const cache = createCache((object) => textOf(object, 'metadata', 'resourceVersion'))
  cache.take(event('put', 'a', '5'))
  cache.page([pod('a', '4')])
  cache.replace()
  t.is(cache.take(event('put', 'a', '5'))?.item, '5')
})

test('an object that comes back into the selection is there again', (t) => {
  const cache = createCache(() => 'kept')
  cache.take(event('put', 'a', '1'))
  cache.take(event('gone', 'a', '2'))
  t.is(cache.take(event('put', 'a', '3'))?.kind, 'put')
  t.is(cache.items.size, 1)
})

test('a list replaces everything and tells the differences, with the last state of what is gone', (t) => {
  const cache = createCache((object) => textOf(object, 'metadata', 'name'))
  cache.page([pod('a', '1'), pod('b', '1')])
  cache.page([pod('c', '1')])
  t.deepEqual(
    cache.replace().map(({ kind, uid }) => `${kind} ${uid}`),
    ['put a', 'put b', 'put c'],
  )
  cache.page([pod('a', '1'), pod('b', '2', 'new')])
  t.deepEqual(cache.replace(), [
    { kind: 'gone', uid: 'c', item: 'c' },
    { kind: 'put', uid: 'b', item: 'new' },
  ])
  cache.page([pod('z', '1')])
  cache.discard()
  t.deepEqual([...cache.items.keys()], ['a', 'b'])
})

test('whatever is repeated and however lists and events alternate, the cache ends as the server', (t) => {
  const steps = fc.array(
    fc.record({
      uid: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('put', 'gone', 'list'),
      repeats: fc.nat(2),
      late: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(steps, (script) => {
      const cache = createCache((object) => textOf(object, 'metadata', 'resourceVersion'))
      const server = new Map<string, string>()
      const past: ReturnType<typeof event>[] = []
      let version = 0
      for (const { uid, what, repeats, late } of script) {
        if (what === 'list') {
          cache.page([...server].map(([name, at]) => pod(name, at)))
          cache.replace()
          past.length = 0
          continue
        }
        if (what === 'gone' && !server.delete(uid)) continue
        const happened = event(what === 'gone' ? 'gone' : 'put', uid, String(++version))
        if (what === 'put') server.set(uid, String(version))
        past.push(happened)
        for (let times = 0; times <= repeats; times++) cache.take(happened)
        const old = past.filter(({ kind }) => kind === 'put').at(0)
        if (late && old !== undefined) cache.take(old)
      }
      t.deepEqual(new Map(cache.items), server)
    }),
  )
})
