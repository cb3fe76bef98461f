/** Layouts that are legal to Kubernetes, each with what kubectl 1.32 read in it (`kubectl annotate --local -o json`). */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { moveLines } from '../../src/manifest/free-lines.ts'
import { findTree, type Tree } from '../../src/manifest/tree.ts'
import { readPodManifest } from '../../src/manifest/yaml.io.ts'

interface Layout {
  readonly text: string
  readonly value: unknown
}

const LAYOUTS = JSON.parse(
  readFileSync(new URL('../fixtures/yaml-layouts.json', import.meta.url), 'utf8'),
) as readonly Layout[]

for (const { text, value } of LAYOUTS) {
  test(`reads ${JSON.stringify(text)}`, (t) => {
    const { documents, faults, strange } = readPodManifest(text)
    t.deepEqual([...faults, ...strange], [])
    t.deepEqual(documents[0]?.value, value)
  })
}

/** The scalars of a tree, each with its place and the text that it is said to be written in. */
function listScalars(tree: Tree, text: string): readonly (readonly [number, number, string])[] {
  if (tree.kind === 'scalar') return [[tree.at.line, tree.at.column, text.slice(tree.source.start, tree.source.end)]]
  const parts = tree.kind === 'list' ? tree.items : tree.entries.map(({ value }) => value)
  return parts.flatMap((part) => listScalars(part, text))
}

function readTree(text: string): Tree {
  const tree = readPodManifest(text).documents[0]?.tree()
  if (tree === undefined) throw new Error('nothing was read')
  return tree
}

test('where lines had to be moved, places are those of the text as it was', (t) => {
  const text = 'a: [\n"one\ntwo", {\nb: 3 }\n# c\n]\nd: {e: "x"# y\n}\nf: 4\n'
  t.not(moveLines(text), undefined)
  const tree = readTree(text)
  t.deepEqual(listScalars(tree, text), [
    [2, 1, '"one\ntwo"'],
    [4, 4, '3'],
    [7, 8, '"x"'],
    [9, 4, '4'],
  ])
  t.deepEqual(findTree(tree, ['a'])?.source, { start: 3, end: 30, flow: true, alias: false })
})

test('behind a byte order mark, lines are moved as without one', (t) => {
  const text = 'a: [\n"one\ntwo", {\nb: 3 }\n# c\n]\n'
  const [marked, bare] = ['\uFEFF' + text, text].map((one) => readPodManifest(one))
  t.deepEqual([...(marked?.faults ?? []), ...(marked?.strange ?? [])], [])
  t.deepEqual(marked?.documents[0]?.tree(), bare?.documents[0]?.tree())
})

test('in JSON within YAML a quote opens behind a colon without a blank, also where lines have to be moved', (t) => {
  const text = 'a:\n  b: {\nc: {"d":"e #f"}, "g":{"h":\'i ]\'}\n}\n'
  const { documents, faults, strange } = readPodManifest(text)
  t.deepEqual([...faults, ...strange], [])
  t.deepEqual(documents[0]?.value, { a: { b: { c: { d: 'e #f' }, g: { h: 'i ]' } } } })
})

test('where a backslash was left out, places are those of the text as it was', (t) => {
  const text = 'a: ["\\\'", "b"]\nc: "\\\'d\\\'" # e\nf: [\ng ]\n'
  t.not(moveLines(text), undefined)
  const tree = readTree(text)
  t.deepEqual(listScalars(tree, text), [
    [1, 5, '"\\\'"'],
    [1, 11, '"b"'],
    [2, 4, '"\\\'d\\\'"'],
    [4, 1, 'g'],
  ])
})

test('a key that is there twice is told where lines had to be moved too', (t) => {
  const { faults } = readPodManifest('kind: Pod\na: [\n"\\\'"\n]\nb: 1\nb: podorder.io/\n')
  t.deepEqual(
    faults.map(({ at, what }) => [at.line, what]),
    [[6, 'the key "b" is there twice (first at 5:1)']],
  )
})
