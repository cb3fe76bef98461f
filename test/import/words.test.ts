import test from 'ava'
import * as fc from 'fast-check'
import { expand } from '../../src/pod/expand.ts'
import { escapeReferences, toLabel } from '../../src/import/draft.ts'
import { splitWords } from '../../src/import/shell-words.ts'
import { parseComposeDuration, parseComposeSize, writeBytes, writeCpus } from '../../src/import/units.ts'

const LINES: readonly (readonly [line: string, words: readonly string[] | undefined])[] = [
  ['', []],
  ['  a  b ', ['a', 'b']],
  ["sh -c 'a b'", ['sh', '-c', 'a b']],
  ['sh -c "echo \\"x\\" $HOME"', ['sh', '-c', 'echo "x" $HOME']],
  ['a\\ b c', ['a b', 'c']],
  ['a\'b\'"c"d', ['abcd']],
  ["''", ['']],
  ['a\nb', ['a', 'b']],
  ["it's", undefined],
  ['"open', undefined],
]

for (const [line, words] of LINES) {
  test(`${JSON.stringify(line)} is ${JSON.stringify(words)}`, (t) => t.deepEqual(splitWords(line), words))
}

test('words that are quoted come back', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
      t.deepEqual(splitWords(line), words)
    }),
  )
})

test('what Kubernetes would take for a reference is left as it is', (t) => {
  const variables = new Map([['A', 'x']])
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', ' ') }), (text) => {
      t.is(expand(escapeReferences(text), variables), text)
    }),
  )
})

test('names become labels of RFC 1123', (t) => {
  t.deepEqual(['My_DB', 'a.b', '__x__', '', 'ä', 'a'.repeat(99)].map(toLabel), [
    'my-db',
    'a-b',
    'x',
    'x',
    'x',
    'a'.repeat(63),
  ])
  fc.assert(fc.property(fc.string(), (text) => t.regex(toLabel(text), /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)))
})

test('durations and sizes as compose writes them', (t) => {
  t.deepEqual(['1m30s', '10s', '500ms', '1h', '5', '2.5s', '1d', 'x', ''].map(parseComposeDuration), [
    ...[90_000, 10_000, 500, 3_600_000, 5000, 2500, undefined, undefined, undefined],
  ])
  t.deepEqual(['512m', '1gb', '64MiB', '2048k', '100', '1.5g', 'x'].map(parseComposeSize), [
    ...[536_870_912, 1_073_741_824, 67_108_864, 2_097_152, 100, 1_610_612_736, undefined],
  ])
  t.deepEqual([536_870_912, 1000, 1_073_741_824].map(writeBytes), ['512Mi', '1000', '1Gi'])
  t.deepEqual([0.25, 2, 0.0001, 1.5].map(writeCpus), ['250m', '2', '1m', '1500m'])
})
