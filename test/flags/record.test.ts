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

test('any text can be read', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      t.is(typeof readRecord(text), 'object')
    }),
  )
})
