import test from 'ava'
import * as fc from 'fast-check'
import { expand } from '../../src/pod/expand.ts'
import { escapeReferences, toLabel } from '../../src/import/draft.ts'
import { splitWords } from '../../src/import/shell-words.ts'
import { parseComposeDuration, parseComposeSize, writeBytes, writeCpus } from '../../src/import/units.ts'

/** A line, its words, and what is dropped of it; or why it cannot be split. */
const LINES: readonly (readonly [line: string, words: readonly string[] | string, dropped?: string])[] = [
  ['', []],
  ['  a  b ', ['a', 'b']],
  ["sh -c 'a b'", ['sh', '-c', 'a b']],
  ['sh -c "echo \\"x\\" $HOME"', ['sh', '-c', 'echo "x" $HOME']],
  ['a\\ b c', ['a b', 'c']],
  ['a\'b\'"c"d', ['abcd']],
  ["''", ['']],
  ['a\nb', ['a', 'b']],
  ['a\\nb "c\\td\\.e" \'f\\n\'', ['a\nb', 'c\td.e', 'f\\n']],
  ['a\u00A0b', ['a\u00A0b']],
  ['npm run a && npm start', ['npm', 'run', 'a'], '&& npm start'],
  ['a; b', ['a'], '; b'],
  ['a|b', ['a'], '|b'],
  ['a 2>/dev/null', ['a'], '2>/dev/null'],
  ['a x2>b', ['a', 'x2'], '>b'],
  ["sh -c 'a && b' x", ['sh', '-c', 'a && b', 'x']],
  ['echo $(cat a; date) `b c`', ['echo', '$(cat a; date)', '`b c`']],
  ["it's", 'a quote is not closed'],
  ['"open', 'a quote is not closed'],
  ['`open', 'a quote is not closed'],
  ['echo (a)', '"(" stands outside quotes'],
  ['echo a)', '")" stands outside quotes'],
  ['a \\', 'it ends with a backslash'],
]

for (const [line, words, dropped = ''] of LINES) {
  test(`${JSON.stringify(line)} is ${JSON.stringify(words)}`, (t) => {
    t.deepEqual(splitWords(line), typeof words === 'string' ? { problem: words } : { words, dropped })
  })
}

test('words that are quoted come back', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
      t.deepEqual(splitWords(line), { words, dropped: '' })
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
  t.deepEqual(
    ['1m30s', '10s', '500ms', '1h', '5', '2.5s', '1d', '2w', '1000000ns', 'x', ''].map(parseComposeDuration),
    [...[90_000, 10_000, 500, 3_600_000, 5000, 2500, 86_400_000, 1_209_600_000, 1, undefined, undefined]],
  )
  t.deepEqual(['512m', '1gb', '64MiB', '2048k', '100', '1.5g', 'x'].map(parseComposeSize), [
    ...[536_870_912, 1_073_741_824, 67_108_864, 2_097_152, 100, 1_610_612_736, undefined],
  ])
  t.deepEqual([536_870_912, 1000, 1_073_741_824].map(writeBytes), ['512Mi', '1000', '1Gi'])
  t.deepEqual([0.25, 2, 0.0001, 1.5].map(writeCpus), ['250m', '2', '1m', '1500m'])
})
