import test from 'ava'
import * as fc from 'fast-check'
import { deflateRawSync } from 'node:zlib'
import { deflatePacking } from '../../src/tekton/deflate.io.ts'
import { type MessageEntry, readMessage, writeMessage } from '../../src/tekton/message.ts'

const entry = fc.record({
  key: fc.string(),
  value: fc.string({ unit: 'grapheme' }),
  type: fc.constantFrom(1, 3, 4, 5, 6),
})
const repetitive: MessageEntry = { key: 'large', value: 'x'.repeat(5000), type: 1 }

function textOf(message: ReturnType<typeof writeMessage>): string {
  return 'text' in message ? message.text : message.problem
}

test('what was written is read back, compressed or not', (t) => {
  const property = fc.property(fc.array(entry, { maxLength: 20 }), fc.boolean(), (entries, compress) => {
    const message = writeMessage(entries, compress ? deflatePacking : undefined)
    if ('text' in message) t.deepEqual(readMessage(message.text, deflatePacking), entries)
  })
  t.notThrows(() => fc.assert(property))
})

test('an entry has key, value and type, in this order', (t) => {
  const message = writeMessage([{ type: 3, value: 'now', key: 'StartedAt' }], undefined)
  t.is(textOf(message), '[{"key":"StartedAt","value":"now","type":3}]')
})

test('4096 bytes fit, one more does not; bytes are counted, not letters', (t) => {
  const room = 4096 - '[{"key":"k","value":"","type":1}]'.length
  const write = (value: string) => writeMessage([{ key: 'k', value, type: 1 }], undefined)
  t.true('text' in write('x'.repeat(room)))
  t.deepEqual(write('x'.repeat(room + 1)), {
    problem: 'Termination message is above max allowed size 4096, caused by large task result.',
  })
  t.true('problem' in write('é'.repeat(room / 2 + 1)))
})

test('it is compressed only where that makes it shorter, without padding', (t) => {
  t.regex(textOf(writeMessage([repetitive], deflatePacking)), /^tknz:[A-Za-z0-9+/]+$/)
  t.regex(textOf(writeMessage([{ key: 'a', value: 'b', type: 1 }], deflatePacking)), /^\[/)
})

test('old names of types are read; an unknown one does not spoil the others', (t) => {
  const old =
    '[{"key":"a","value":"1","type":"TaskRunResult"},{"key":"b","value":"2","type":"InternalTektonResult"},{"key":"c","value":"3","type":"?"},{"key":"d","value":"4","type":"StepResult"},{"key":"e","value":"5","type":"StepArtifactsResult"},{"key":"f","value":"6","type":"TaskRunArtifactsResult"},{"key":"g","value":"7"}]'
  t.deepEqual(
    readMessage(old, undefined)?.map(({ type }) => type),
    [1, 3, 10, 4, 5, 6, undefined],
  )
})

for (const [what, text] of [
  ['no JSON', 'oops'],
  ['empty', ''],
  ['a map', '{}'],
  ['a list of something else', '[1]'],
  ['a list with a null', '[null]'],
  ['with a value that is no text', '[{"key":"a","value":1,"type":1}]'],
  ['damaged where it is compressed', 'tknz:????'],
] as const) {
  test(`it is no message: ${what}`, (t) => {
    t.is(readMessage(text, deflatePacking), undefined)
  })
}

test('unpacking stops at 128 KiB', (t) => {
  const pack = (size: number) => {
    const json = JSON.stringify([{ key: 'k', value: 'x'.repeat(size), type: 1 }])
    return `tknz:${deflateRawSync(json).toString('base64').replace(/=+$/, '')}`
  }
  t.truthy(readMessage(pack(128 * 1024 - 100), deflatePacking))
  t.is(readMessage(pack(128 * 1024), deflatePacking), undefined)
})
