/** Annotations that are plain YAML are read at once, and as the library reads them. */
import test from 'ava'
import * as fc from 'fast-check'
import { spellOut } from '../../src/manifest/plain-nested.ts'
import { readPlain } from '../../src/manifest/plain-yaml.ts'
import type { Scalar } from '../../src/manifest/tree.ts'
import { readNested } from '../../src/manifest/yaml.io.ts'

const TEXTS = [
  'app: {db: ready}\n',
  '# what app needs\napp:\n  db: ready\n  migrate: {condition: completed, timeout: 2m, optional: true}\nweb: [app, db]\n',
  'app: [db, "job/x", cache]\nweb: app\n',
  'app:\n  - db\n  - cache\nmore: {c: 12, d: true, e: 1.5}\n',
  'a: 12\nb: true\nc:\n  - 7\n  - null\n',
]

const BITS = [
  ...[
    ' ',
    '\n',
    ': ',
    ':',
    ', ',
    ',',
    '- ',
    '#',
    ' #',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    'null',
    '~',
    'true',
    '1e3',
    '007',
  ],
  ...[
    '0x1f',
    '.5',
    '-1',
    '+1',
    '{a: b}',
    '[a, b]',
    '---\n',
    '\n  ',
    '1.0',
    'Null',
    '-',
    '<<: ',
    '?',
    '&a ',
    '*a',
    '|\n',
  ],
]

const scalarOf = (value: string): Scalar => {
  const source = { start: 0, end: 0, flow: false, alias: false }
  return { kind: 'scalar', at: { line: 5, column: 3 }, source, value, textAt: { line: 6, column: 4 } }
}

/** On Node it is the library that reads what is nested. */
function isSame(t: { deepEqual(one: unknown, other: unknown): void }, text: string): boolean {
  const [tree, second] = readPlain(text) ?? []
  if (tree === undefined || second !== undefined) return false
  const { tree: known, faults } = readNested(scalarOf(text))
  t.deepEqual([spellOut(tree, scalarOf(text)), []], [known, faults])
  return true
}

test('the usual texts are plain, and mean the same', (t) => {
  t.deepEqual(
    TEXTS.map((text) => isSame(t, text)),
    [true, true, true, true, true],
  )
})

test('whatever is typed into one, it means the same, or is left to the library', (t) => {
  const typing = fc.record({ at: fc.nat(), remove: fc.nat({ max: 4 }), bit: fc.constantFrom('', ...BITS) })
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), fc.array(typing, { minLength: 1, maxLength: 4 }), (text, typed) => {
      let changed = text
      for (const { at, remove, bit } of typed) {
        const offset = at % (changed.length + 1)
        changed = changed.slice(0, offset) + bit + changed.slice(offset + remove)
      }
      isSame(t, changed)
    }),
    { numRuns: Number(process.env['RUNS'] ?? 3000) },
  )
})

test('a long text that is not plain is refused in words', (t) => {
  const { tree, faults } = readNested(scalarOf(`a: &x b\n#${'x'.repeat(40_000)}`), 32_768)
  t.is(tree, undefined)
  t.regex(faults[0]?.what ?? '', /more than 32 KiB of YAML that is not plain/)
})

test('what is nested more deeply than any annotation is refused before a reader recurses into it', (t) => {
  for (const text of ['['.repeat(101), '{a: '.repeat(200), `a: ${'- '.repeat(150)}x`, '? '.repeat(300)]) {
    t.is(readNested(scalarOf(text)).faults[0]?.what, 'nested too deeply', text.slice(0, 20))
  }
  t.is(readNested(scalarOf(`a: ${'['.repeat(90)}x${']'.repeat(90)}`)).faults.length, 0)
})
