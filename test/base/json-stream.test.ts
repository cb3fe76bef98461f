import test from 'ava'
import * as fc from 'fast-check'
import { createJsonStream } from '../../src/base/json-stream.ts'

const object = fc.dictionary(fc.string(), fc.jsonValue())
const between = fc.constantFrom('', '\n', ' ', '\r\n', '\n\n\t')

test('objects are cut wherever the pieces end, printed on one line or on many', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(object, between, fc.boolean())), fc.array(fc.nat(40)), (given, lengths) => {
      const text = given.map(([value, gap, pretty]) => JSON.stringify(value, undefined, pretty ? 4 : 0) + gap).join('')
      const stream = createJsonStream()
      const found: unknown[] = []
      let at = 0
      for (const length of [...lengths, text.length]) {
        found.push(...stream.push(text.slice(at, at + length)).map((piece): unknown => JSON.parse(piece)))
        at += length
      }
      t.false(stream.strange)
      t.is(stream.rest.trim(), '')
      t.deepEqual(JSON.stringify(found), JSON.stringify(given.map(([value]) => value)))
    }),
  )
})

test('what begins no object is strange, and nothing behind it is cut', (t) => {
  for (const text of ['apiVersion: v1', '[{}]', '"{}"', '} {}']) {
    const stream = createJsonStream()
    t.deepEqual(stream.push(text), [])
    t.true(stream.strange)
  }
  const stream = createJsonStream()
  t.deepEqual(stream.push('{"a":1}x{"b":2}'), ['{"a":1}'])
  t.true(stream.strange)
  t.deepEqual(stream.push('{}'), [])
})

test('what breaks off is the rest', (t) => {
  const stream = createJsonStream()
  t.deepEqual(stream.push('{"a":{}}\n{"b":"\\'), ['{"a":{}}'])
  t.is(stream.rest, '{"b":"\\')
  t.deepEqual(stream.push('"}"}'), ['{"b":"\\"}"}'])
})
