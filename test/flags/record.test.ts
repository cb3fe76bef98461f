import test from 'ava'
import * as fc from 'fast-check'
import { readRecord, writeRecord } from '../../src/flags/record.ts'

test('a record is one line of JSON, whatever it says', (t) => {
  fc.assert(
    fc.property(fc.record({ at: fc.string(), message: fc.string(), exitCode: fc.nat() }), (record) => {
      const text = writeRecord(record)
      t.regex(text, /^\{[^\n]*\}\n$/)
      t.deepEqual(readRecord(text), record)
    }),
  )
})

test('what is undefined is left out', (t) => {
  t.is(writeRecord({ at: 'now', message: undefined }), '{"at":"now"}\n')
})

const FOREIGN = ['', '\n', 'READY', '{', '{"at":', '[]', 'null', '0', '"text"', '\0']

for (const text of FOREIGN) {
  test(`a flag file of somebody else says nothing, and is no error: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(readRecord(text), {})
  })
}

/** [what it holds, what is read] */
const ODD: readonly (readonly [string, object])[] = [
  ['{"reason":{"a":1},"message":["x"],"origin":null,"exitCode":"no","pid":[],"held":"yes"}', {}],
  ['{"reason":1,"message":2,"at":3,"incarnation":4,"exitCode":5}', { exitCode: 5 }],
  ['{"uptimeMs":1e999,"exitCode":-1e999,"attempt":2}', { attempt: 2 }],
  ['{"__proto__":{"message":"p"},"constructor":1,"toString":2}', {}],
  [
    String.raw`{"message":"\u001b[2J\nforged","origin":"db\u009b"}`,
    { message: String.raw`\x1b[2J\nforged`, origin: String.raw`db\x9b` },
  ],
  [JSON.stringify({ message: 'A'.repeat(5000) }), { message: `${'A'.repeat(1021)}…` }],
]

for (const [text, record] of ODD) {
  test(`only fields of the right kind are read, and cited: ${text.slice(0, 90)}`, (t) => {
    t.deepEqual(readRecord(text), record)
  })
}

test('any text can be read', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      t.is(typeof readRecord(text), 'object')
    }),
  )
})
