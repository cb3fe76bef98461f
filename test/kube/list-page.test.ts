/** A list that comes in pieces gives its objects away one by one, whatever the pieces are. */
import test from 'ava'
import * as fc from 'fast-check'
import { createListPage } from '../../src/kube/list-page.ts'

function read(pieces: readonly string[]) {
  const objects: unknown[] = []
  let length = 0
  const page = createListPage((object, size) => {
    objects.push(object)
    length += size
  })
  for (const piece of pieces) page.push(piece)
  return { objects, length, frame: page.end() }
}

const frames = fc.record({
  kind: fc.string(),
  metadata: fc.dictionary(fc.string(), fc.jsonValue()),
  more: fc.jsonValue(),
})

test('it reads what JSON.parse reads, in pieces of any length, wherever the objects stand', (t) => {
  fc.assert(
    fc.property(
      frames,
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      fc.constantFrom(0, 2),
      (frame, items, size, first, space) => {
        const list = first ? { items, ...frame } : { ...frame, items }
        const text = JSON.stringify(list, null, space)
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
        const { objects, length, frame: rest } = read(pieces)
        const known = JSON.parse(text) as { readonly items: readonly unknown[] }
        t.deepEqual(objects, known.items)
        t.true(items.length === 0 || length >= items.reduce((sum, item) => sum + JSON.stringify(item).length, 0))
        t.deepEqual(rest, { ...known, items: [] })
      },
    ),
    { numRuns: 500 },
  )
})

test('what is no list, or was cut off, is told', (t) => {
  for (const text of ['', '[', '{"items":[{"a":1}', '{"items":[{}]', 'null', '"x"', '{"items":[{"a":}]}']) {
    t.throws(() => read([text]), undefined, text)
  }
  t.deepEqual(read(['{"items":null}']).objects, [])
  t.deepEqual(read(['{"metadata":{"items":[{}]},"items":[]}']).objects, [])
})

test('an object without end is given up', (t) => {
  const page = createListPage(() => {})
  page.push('{"items":[{"a":"')
  const piece = 'x'.repeat(1024 * 1024)
  t.throws(
    () => {
      for (let pieces = 0; pieces < 100; pieces++) page.push(piece)
    },
    { instanceOf: RangeError },
  )
})
