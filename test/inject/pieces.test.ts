/** A large stream of documents is worked on piece by piece, and nobody can tell but by the memory. */
import test from 'ava'
import * as fc from 'fast-check'
import { eject, inject, type Said } from '../support/inject.ts'
import { splitInput } from '../../src/inject/pieces.ts'

const FILE = 'all.yaml'

const podOf = (name: string, target = 'db'): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, annotations: {podorder.io/depends-on: 'app: {${target}: ready}'}}
spec:
  containers:
  - {name: db, image: db, command: [db]} # ${'x'.repeat(300)}
  - {name: app, image: app, command: [app]}
`
const NUMBER = 500
const documents = Array.from({ length: NUMBER }, (_, index) => podOf(`p${index}`))
const stream = documents.join('---\n')
const cut = (text: string) => splitInput({ path: FILE, file: FILE, text })

test('a large stream is cut; the pieces are the whole, each begins with a document, and knows its line', (t) => {
  const marks = fc.constantFrom(
    '---\n',
    '--- # next\n',
    '--- {}\n',
    'a: 1\n',
    '# none\n',
    ' ---\n',
    '----\n',
    `t: ${'y'.repeat(9000)}\n`,
  )
  fc.assert(
    fc.property(fc.array(marks, { maxLength: 60 }), (lines) => {
      const text = lines.join('')
      const pieces = cut(text)
      t.is(pieces.map((piece) => piece.text).join(''), text)
      let before = ''
      for (const piece of pieces) {
        t.is(piece.line ?? 0, before.split('\n').length - 1)
        if (before !== '') t.regex(piece.text, /^---\s/)
        before += piece.text
      }
    }),
  )
  t.true(cut(stream).length > 2)
})

test('documents that may need one another stay together', (t) => {
  t.is(cut(`%YAML 1.2\n---\n${stream}`).length, 1)
  t.is(cut(`${stream}---\nkind: Secret\nstringData: {.dockerconfigjson: '{}'}\n`).length, 1)
})

test('it is rewritten as each of its documents is, and comes back byte for byte', async (t) => {
  const all = await inject(FILE, stream)
  const [first = '', last = ''] = [documents[0], documents.at(-1)]
  t.true(all.stdout.startsWith((await inject(FILE, first)).stdout))
  t.true(all.stdout.endsWith((await inject(FILE, last)).stdout))
  t.is(
    all.stdout.split('podorder-install').length,
    (await inject(FILE, first)).stdout.split('podorder-install').length * NUMBER - NUMBER + 1,
  )
  t.is((await eject(FILE, all.stdout)).stdout, stream)
})

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

test('a fault in a later piece has its line in the file, and nothing is written', async (t) => {
  const text = `${stream}---\n${podOf('odd', 'nobody')}`
  const said: Said = await inject(FILE, text)
  t.is(said.code, 2)
  t.is(said.stdout, '')
  t.true(said.stderr.startsWith(`${FILE}:${lineOf(text, 'nobody')}:`), said.stderr)
  t.is(said.stderr.trim().split('\n').length, 1)
})

test('so has one of YAML', async (t) => {
  const text = `${stream}---\npodorder.io/a: {b\nc: d\n`
  const said = await inject(FILE, text)
  t.is(said.code, 2)
  const line = Number(said.stderr.split(':')[1])
  t.true(line >= lineOf(text, 'podorder.io/a: {b') && line <= text.split('\n').length, said.stderr)
})

test('a document that cannot be read, and says no order, may be a whole piece', async (t) => {
  const broken = `---\nkind: {{ x }}\nnote: ${'y'.repeat(70_000)}\n`
  const text = `${stream}${broken}${broken}---\n${podOf('last')}`
  t.true(cut(text).some((piece) => !piece.text.includes('kind: Pod')))
  const { code, stdout, stderr } = await inject(FILE, text)
  t.is(code, 0, stderr)
  t.regex(stderr, /the document has no order, and is left as it is/)
  t.is((await eject(FILE, stdout)).stdout, text)
})

test('--only finds a pod of a later piece, and changes no other; one that is nowhere is told', async (t) => {
  const wanted = `p${NUMBER - 1}`
  const said = await inject(FILE, stream, { only: [wanted] })
  t.is(
    said.stdout,
    documents
      .slice(0, -1)
      .map((text) => `${text}---\n`)
      .join('') + (await inject(FILE, documents.at(-1) ?? '')).stdout,
  )
  t.regex((await inject(FILE, stream, { only: ['p9999'] })).stderr, /there is no p9999/)
})
