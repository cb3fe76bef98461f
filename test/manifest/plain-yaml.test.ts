import test from 'ava'
import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { readPlain } from '../../src/manifest/plain-yaml.ts'
import { arbitraryPod } from '../support/arbitrary-pod.ts'
import { printYaml } from '../support/yaml-style.ts'

const CASES = new URL('../manifests/', import.meta.url)
const numRuns = Number(process.env['RUNS'] ?? 1000)

/** On Node it is the library that reads; its places and texts are what counts. */
function readByLibrary(text: string): unknown {
  const { documents, faults } = readManifest(text)
  return faults.length > 0 ? faults : documents.map((document) => document.tree())
}

const manifests = readdirSync(CASES).flatMap((name) => {
  const folder = new URL(`${name}/`, CASES)
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8'))
})
const plain = manifests.filter((text) => text.length < 4000 && readPlain(text) !== undefined)

test('most of the manifests that people write are plain, and are read as the library reads them', (t) => {
  t.true(plain.length > 80)
  for (const text of plain) t.deepEqual(readPlain(text), readByLibrary(text))
})

/** What a keyboard puts in; most of it makes the text another, or wrong. */
const BITS = [
  ...[
    ' ',
    '  ',
    '\n',
    '\n\n',
    ':',
    ': ',
    '- ',
    '-',
    '#',
    ' #',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '|',
    '|-',
    '|+\n',
    '~',
  ],
  ...[
    'null',
    '1',
    '0',
    '.5',
    'e',
    'true',
    '---\n',
    '...',
    '\n---\n',
    '&a ',
    '*a',
    '!',
    '>',
    '?',
    '? ',
    '%',
    '@',
    '`',
    '\\',
  ],
  ...[
    '\\n',
    'é',
    '\u0000',
    '\t',
    '\r\n',
    '=',
    '<<: ',
    '\n  ',
    '\n    - ',
    ' \n',
    '""',
    "''",
    '{}',
    '[]',
    '+',
    '$',
    '(',
    '/',
  ],
  ...['|2\n', '0x', '-1', '12:30', '.inf', '{a: b}', '[a, b]', '- - ', '\n#\n', '\n # c\n'],
]

test('whatever is typed into one, it is read as the library reads it, or left to the library', (t) => {
  const typing = fc.record({ at: fc.nat(), remove: fc.nat({ max: 8 }), bit: fc.constantFrom('', ...BITS) })
  fc.assert(
    fc.property(fc.constantFrom(...plain), fc.array(typing, { minLength: 1, maxLength: 3 }), (text, typed) => {
      let changed = text
      for (const { at, remove, bit } of typed) {
        const offset = at % (changed.length + 1)
        changed = changed.slice(0, offset) + bit + changed.slice(offset + remove)
      }
      const trees = readPlain(changed)
      if (trees !== undefined) t.deepEqual(trees, readByLibrary(changed))
    }),
    { numRuns },
  )
})

test('random pods in the plainest style', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      const text = printYaml(pod as unknown as Readonly<Record<string, unknown>>, () => 0)
      const trees = readPlain(text)
      if (trees !== undefined) t.deepEqual(trees, readByLibrary(text))
    }),
    { numRuns: 200 },
  )
})

const ODD = [
  'a: &x 1',
  'a: *x',
  'a: !!str 1',
  'a: >\n  b\n',
  'a:\tb',
  'a: b\r\n',
  '? a\n: b',
  '- - a',
  'a: b\n c',
  '<<: {}',
]

for (const text of ODD) {
  test(`left to the library: ${JSON.stringify(text)}`, (t) => t.is(readPlain(text), undefined))
}
