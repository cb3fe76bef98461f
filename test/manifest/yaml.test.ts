import test from 'ava'
import * as fc from 'fast-check'
import { readManifest, readNested } from '../../src/manifest/yaml.io.ts'
import { describeFault, findTree, type Tree } from '../../src/manifest/tree.ts'

const values = (text: string): readonly unknown[] => readManifest(text).documents.map(({ value }) => value)
const faultsOf = (text: string): readonly string[] =>
  readManifest(text).faults.map((fault) => describeFault('f.yaml', fault))

function read(text: string, ...path: readonly (string | number)[]): Tree {
  const { documents, faults } = readManifest(text)
  const [document] = documents
  const tree = document === undefined ? undefined : findTree(document.tree(), path)
  if (tree === undefined) throw new Error(`nothing there: ${JSON.stringify(faults)}`)
  return tree
}

const READ: readonly (readonly [name: string, text: string, documents: readonly unknown[]])[] = [
  ['a stream of documents', 'a: 1\n---\nb: 2\n---\n- c\n', [{ a: 1 }, { b: 2 }, ['c']]],
  ['documents with nothing in them are skipped', '---\n# a comment\n---\n\n---\na: 1\n---\n~\n...\n', [{ a: 1 }]],
  ['an empty file', '', []],
  ['a file of comments', '# one\n# two\n', []],
  [
    'JSON indented with tabs',
    '{\n\t"a": [\n\t\t1,\n\t\tnull\n\t],\n\t"b": "\\u0041\\/"\n}\n',
    [{ a: [1, null], b: 'A/' }],
  ],
  ['a byte order mark', '\uFEFFa: 1\n', [{ a: 1 }]],
  ['Windows line ends', 'a: |\r\n  b\r\n  c\r\nd: e\r\n', [{ a: 'b\nc\n', d: 'e' }]],
  [
    'scalars of YAML 1.1',
    'a: [yes, true, 1, 1.5, ~, "1", 2020-01-01]\n',
    [{ a: [true, true, 1, 1.5, null, '1', '2020-01-01'] }],
  ],
  ['tags are dropped', 'a: !mine x\nb: !!str 1\n', [{ a: 'x', b: '1' }]],
  ['keys become text', '1: a\ntrue: b\n', [{ 1: 'a', true: 'b' }]],
  ['a key without value', 'a:\nb: {c}\n', [{ a: null, b: { c: null } }]],
  ['aliases', 'a: &x {b: 1}\nc: [*x, *x]\n', [{ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] }]],
  ['an anchor set again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x\n', [{ a: 1, b: 1, c: 2, d: 2 }]],
  [
    'merge keys',
    'a: &a {x: 1, v: 2}\nb: {<<: *a, x: 3}\nc:\n  <<: [{z: 4, x: 5}, *a]\n',
    [{ a: { x: 1, v: 2 }, b: { x: 3, v: 2 }, c: { z: 4, x: 5, v: 2 } }],
  ],
  ['a quoted << is a key like others', '"<<": {a: 1}\n', [{ '<<': { a: 1 } }]],
]

for (const [name, text, documents] of READ) test(`reads ${name}`, (t) => t.deepEqual(values(text), documents))

test('keys named like properties of every object are own properties', (t) => {
  const [value] = values('__proto__: {polluted: true}\nconstructor: 1\n') as [object]
  t.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
  t.is(Object.getPrototypeOf(value), Object.prototype)
  t.false('polluted' in {})
})

test('any JSON value is read as JSON.parse reads it', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      const parsed: unknown = JSON.parse(text)
      t.deepEqual(values(text), (parsed ?? '') === '' ? [] : [parsed])
    }),
  )
})

test('every value knows its place', (t) => {
  const text = 'kind: Pod\nspec:\n  containers:\n    - name: app\n      args: ["a", b]\n---\nx: y\n'
  t.deepEqual(read(text, 'spec', 'containers', 0).at, { line: 4, column: 7 })
  t.deepEqual(read(text, 'spec', 'containers', 0, 'args', 1).at, { line: 5, column: 19 })
  t.deepEqual(readManifest(text).documents[1]?.at, { line: 7, column: 1 })
})

const WRONG: Readonly<Record<string, readonly string[]>> = {
  'a: *\n': ['f.yaml:1:4: a * begins an alias, and no name follows it; put the * in quotes: "*"'],
  'a: - b\n': ['f.yaml:1:4: a list begins on the line of its key; begin it on the next line, or write it as [a, b]'],
  'a:\n\tb: 1\nc: 1\n': ['f.yaml:2:1: a tab in the indentation; indent with spaces, not tabs'],
  'a: 1\nb: 2\na: 3\nb: 4\n': [
    'f.yaml:3:1: the key "a" is there twice (first at 1:1); remove one of the two',
    'f.yaml:4:1: the key "b" is there twice (first at 2:1); remove one of the two',
  ],
  '1: a\n"1": b\n': ['f.yaml:2:1: the key "1" is there twice (first at 1:1); remove one of the two'],
  'x: &x {a: 1}\ny:\n  a: 2\n  <<: *x\n': [
    'f.yaml:4:3: << merges the key "a" over the one at 3:3: Kubernetes takes the merged one, others the map\'s own; put << before it, or remove one of the two',
  ],
  'a: *b\n': ['f.yaml:1:4: *b stands for nothing; put the anchor &b before it, in the same document'],
  'a: &x 1\n---\nb: *x\n': ['f.yaml:3:4: *x stands for nothing; put the anchor &x before it, in the same document'],
  'a: &x [*x]\n': ['f.yaml:1:8: *x stands within &x itself; write out what is meant'],
  'a: {<<: [1]}\n': ['f.yaml:1:10: << merges maps, this is a number; name an anchor of a map'],
  'image: {{ .Values.image }}\n': [
    'f.yaml:1:9: a key is text, this one is a map; put the key in quotes; a Helm template must be rendered first',
  ],
  'image: a:b: c\n': [
    'f.yaml:1:8: a map or list begins where a value was expected; put a value that contains ": " in quotes, and check the indentation here and in the next line',
  ],
  'a: [1, 2\nb: 3\n': ['f.yaml:2:1: a [ is not closed; write the ], indented more than the key it belongs to'],
  'a: "b\n': ['f.yaml:2:1: missing closing "quote; add what is missing, or put the text in quotes'],
  'a: @b\n': ['f.yaml:1:4: plain value cannot start with reserved character @; put the value in quotes'],
  'a: 1\nb\nc: 2\n': [
    'f.yaml:2:1: this line is not "key: value"; give it a key, or indent it below the key it belongs to',
  ],
  'a: "\\d"\n': ['f.yaml:1:5: invalid escape sequence \\d; write \\\\ for a backslash, or use single quotes'],
}

for (const [text, faults] of Object.entries(WRONG)) {
  test(`${JSON.stringify(text)} is refused with place and fix`, (t) => t.deepEqual(faultsOf(text), faults))
}

test('a document with a fault is left out, the others are read', (t) => {
  const { documents, faults } = readManifest('a: 1\n---\nb: {\n---\nc: 3\n---\nd: 1\nd: 2\n')
  t.deepEqual(
    documents.map(({ value }) => value),
    [{ a: 1 }, { c: 3 }],
  )
  t.deepEqual(
    faults.map(({ at }) => at.line),
    [4, 8],
  )
})

test('of many syntax errors the first ten lines are named', (t) =>
  t.is(faultsOf('a:\n\tb: 1\n'.repeat(1000)).length, 10))

function growAliases(levels: number): string {
  const level = (index: number): string =>
    `a${index}: &a${index} [${Array(9)
      .fill(`*a${index - 1}`)
      .join(', ')}]\n`
  return `a0: &a0 [lol]\n${Array.from({ length: levels }, (_, index) => level(index + 1)).join('')}`
}

test('a billion laughs end as one fault', (t) => {
  t.deepEqual(faultsOf(growAliases(100)), [
    'f.yaml:8:20: aliases of aliases grow beyond 10 MiB; write out what is meant',
  ])
  t.deepEqual(faultsOf(growAliases(3)), [])
})

test('so do merges of merges', (t) => {
  const level = (index: number): string =>
    `m${index}: &m${index} {<<: [*m${index - 1}, *m${index - 1}], k${index}: x}\n`
  const text = `m0: &m0 {k: x}\n${Array.from({ length: 100 }, (_, index) => level(index + 1)).join('')}`
  t.is(faultsOf(text).length, 1)
})

const DEEP = {
  'lists within the limit of the stack': `${'['.repeat(600)}${']'.repeat(600)}`,
  'lists beyond it': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'block lists': `${'- '.repeat(100_000)}x`,
  maps: `${'{a: '.repeat(100_000)}${'}'.repeat(100_000)}`,
  'aliases on top of each other': `a: &a ${'['.repeat(300)}${']'.repeat(300)}\nb: ${'['.repeat(300)}*a${']'.repeat(300)}\n`,
}
for (const [name, text] of Object.entries(DEEP)) {
  test(`too deep, ${name}: one fault, no stack overflow`, (t) => {
    t.deepEqual(
      readManifest(text).faults.map(({ what }) => what),
      ['nested too deeply'],
    )
  })
}

test('what aliases share is one tree, and one value', (t) => {
  const [value] = values('a: &x {b: 1}\nc: *x\n') as [{ a: object; c: object }]
  t.is(value.a, value.c)
})

test('300,000 keys in one map are no trouble', (t) => {
  const keys = Array.from({ length: 300_000 }, (_, index) => `key${index}: x\n`)
  t.deepEqual(faultsOf(`${keys.join('')}key7: y\n`), [
    'f.yaml:300001:1: the key "key7" is there twice (first at 8:1); remove one of the two',
  ])
})

/** Where the word `target` stands in the nested YAML of `a`, or in its fault. */
function placeOfTarget(file: string): string {
  const { tree, faults } = readNested(read(file, 'a'))
  const places: string[] = faults.map(({ at }) => `${at.line}:${at.column}`)
  if (tree?.kind === 'map') {
    for (const { value } of tree.entries)
      if (value.kind === 'scalar' && value.value === 'target') places.push(`${value.at.line}:${value.at.column}`)
  }
  return places.join(' ')
}

const NESTED: readonly (readonly [name: string, file: string, place: string])[] = [
  ['a literal block', 'a: |\n  x: y\n  z: target\n', '3:6'],
  ['a literal block, stripped', 'a: |-\n    x: y\n    z: target', '3:8'],
  ['a literal block with an indentation of its own', 'a: |1\n   x: y\n   z: target\n', '3:7'],
  [
    'a literal block with a comment behind its header, and Windows line ends',
    'a: | # why\r\n  x: y\r\n  z: target\r\n',
    '3:6',
  ],
  ['a literal block that begins with blank lines', 'a: |\n\n \n  x: y\n  z: target\n', '5:6'],
  ['a literal block with an anchor before it', 'a: &b |\n  z: target\n', '2:6'],
  ['double quotes', 'a: "{x: y, z: target}"\n', '1:15'],
  ['single quotes', "a: '{x: y, z: target}'\n", '1:15'],
  ['plain text', 'a: z:\n', ''],
  ['escapes: the scalar’s own place', 'a: "\\x7Bz: target}"\n', '1:4'],
  ['a folded block: its own place', 'a: >\n  {x: y,\n  z: target}\n', '1:4'],
  ['quotes over several lines: their own place', 'a: "{x: y,\n  z: target}"\n', '1:4'],
  ['a fault in a literal block', 'a: |\n  x: y\n  x: z\n', '3:3'],
  ['a fault in quotes', 'a: "x: *y"\n', '1:8'],
]

for (const [name, file, place] of NESTED.filter(([, , expected]) => expected !== '')) {
  test(`a place in ${name} is that of the outer file`, (t) => t.is(placeOfTarget(file), place))
}

test('what is nested is text as it is spelled', (t) => {
  const { tree } = readNested(read('a: "[1e3, 007, no, null, ~]"', 'a'))
  t.deepEqual(tree?.kind === 'list' && tree.items.map((item) => item.kind === 'scalar' && item.value), [
    '1e3',
    '007',
    'no',
    'null',
    '~',
  ])
})

test('nothing but comments is nothing', (t) => {
  t.deepEqual(readNested(read('a: |\n  # x\n', 'a')), { tree: undefined, faults: [] })
})

test('a second document within a scalar, or no text at all, is a fault', (t) => {
  t.deepEqual(readNested(read('a: |\n  x: y\n  ---\n  z: y\n', 'a')).faults, [
    { at: { line: 4, column: 3 }, what: 'a second YAML document', fix: 'write one, without ---' },
  ])
  t.deepEqual(readNested(read('a: 5', 'a')).faults, [
    { at: { line: 1, column: 4 }, what: 'text was expected, this is a number', fix: 'put it in quotes' },
  ])
})
