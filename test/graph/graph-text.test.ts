import test from 'ava'
import * as fc from 'fast-check'
import { stripVTControlCharacters } from 'node:util'
import { describeTerms, labelNode } from '../../src/graph/diagram.ts'
import { formatGraph } from '../../src/graph/graph-text.ts'
import { choosePalette } from '../../src/base/palette.ts'
import { arbitraryDiagram, drawLines, SHAPES } from '../support/diagrams.ts'

const PLAIN = choosePalette(false)
const INIT = { kind: 'init', stage: 0, main: false, critical: false } as const

const show = (diagram: Parameters<typeof formatGraph>[0], columns = 80): string =>
  formatGraph(diagram, columns, PLAIN).join('\n')

test('a pod is its stages, and behind each container what it waits for', (t) => {
  const diagram = drawLines(
    'Pod/voting',
    'redis postgres worker vote result',
    ...['postgres: redis', 'worker: redis postgres', 'vote: worker', 'result: vote'],
  )
  t.is(
    show(diagram),
    `Pod/voting: 5 containers in 5 stages

 1 ─ redis
 2 ─ postgres  after redis ready
 3 ─ worker    after redis, postgres ready
 4 ─ vote      after worker ready
 5 ─ result    after vote ready`,
  )
})

test('those that wait for the very same share a row; conditions, main, times and those left alone are told', (t) => {
  const diagram = drawLines(
    'Job/x',
    'prepare left right join log other',
    ...['left: prepare:completed', 'right: prepare:completed', 'join: left:completed right:failed prepare:completed'],
    'log: left',
  )
  const nodes = diagram.nodes.map((node) =>
    node.name === 'join' ? { ...node, main: true, critical: true, durationMs: 1500 } : node,
  )
  t.is(
    show({ ...diagram, nodes, criticalMs: 4000 }),
    `Job/x: 5 containers in 3 stages, 1 not ordered, critical path 4s

 1 ─ prepare
 2 ─ left, right                  after prepare completed
 3 ┬ join (main, critical, 1.5s)  after left, prepare completed; right failed
   └ log                          after left ready
 - ─ other                        not ordered`,
  )
})

test('init containers and native sidecars stand before all others', (t) => {
  const { nodes, ...rest } = drawLines('Pod/x', 'db app', 'app: db')
  const inits = ['setup', 'proxy'].map((name) => ({ ...INIT, name }))
  t.is(
    show({ ...rest, nodes: [...inits, ...nodes] }),
    `Pod/x: 2 containers in 2 stages, 2 before all others

 0 ─ setup, proxy  before all others
 1 ─ db
 2 ─ app           after db ready`,
  )
})

test('one container in one stage is no plural', (t) => {
  const [node] = drawLines('Pod/x', 'app').nodes
  t.truthy(node)
  const nodes = node === undefined ? [] : [{ ...node, kind: 'container' as const }]
  t.is(show({ title: 'Pod/x', nodes, links: [], criticalMs: undefined }), `Pod/x: 1 container in 1 stage\n\n 1 ─ app`)
})

test('a long name, and more names than fit, have lines of their own', (t) => {
  const long = 'a-container-with-a-really-long-name-as-they-come-in-practice'
  t.is(
    show(drawLines('Pod/x', `db ${long}`, `${long}: db`), 60),
    `Pod/x: 2 containers in 2 stages

 1 ─ db
 2 ─ ${long}
       after db ready`,
  )
})

/** What a row says, where lines are long enough for whole rows. */
function readRow(line: string): { readonly names: readonly string[]; readonly waits: readonly string[] } {
  const [, said = '', waits = ''] =
    /^ +(?:\d+|-)? +[─┬├└] (.+?)(?: {2,}(?:after (.+)|not ordered|before all others))?$/.exec(line) ?? []
  const names = said.replaceAll(/ \([^()]*\)/g, '').split(', ')
  return {
    names,
    waits: waits.split('; ').flatMap((group) => {
      const [, targets = '', terms] = /^(.+) (\w+(?: \([^()]+\))?)$/.exec(group) ?? []
      return targets === '' ? [] : targets.split(', ').map((target) => `${target} ${terms}`)
    }),
  }
}

test('every container and every link is told, and told once, whatever the order', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, (diagram) => {
      const [, , ...lines] = formatGraph(diagram, 10_000, PLAIN)
      const rows = lines.map(readRow)
      t.deepEqual(
        rows.flatMap(({ names }) => names).toSorted(),
        diagram.nodes.flatMap(({ name, kind }) => (kind === 'outside' ? [] : [name])).toSorted(),
      )
      t.deepEqual(
        rows.flatMap(({ names, waits }) => names.flatMap((name) => waits.map((wait) => `${name} ${wait}`))).toSorted(),
        diagram.links.map((link) => `${link.container} ${link.target} ${describeTerms(link)}`).toSorted(),
      )
    }),
  )
})

test('colours change no letter and no line', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, fc.integer({ min: 20, max: 200 }), (diagram, columns) => {
      const painted = formatGraph(diagram, columns, choosePalette(true)).join('\n')
      t.is(stripVTControlCharacters(painted), show(diagram, columns))
    }),
  )
})

test('lines fit into the columns, but for a single word that does not', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, fc.integer({ min: 40, max: 200 }), (diagram, columns) => {
      const words = [
        ...diagram.links.map((link) => `${link.target} ${describeTerms(link)};`.length),
        // What is said of a container stands on one line with its name.
        ...diagram.nodes.map((node) => labelNode(node).length + ' (main)'.length),
      ]
      // Before what is waited for stand the names, in two fifths of a line at most.
      const room = Math.max(columns, 0.4 * columns + 15 + Math.max(...words))
      const [, , ...lines] = formatGraph(diagram, columns, PLAIN)
      t.deepEqual(
        lines.filter((line) => line.length > room),
        [],
      )
    }),
  )
})

for (const [name, make] of Object.entries(SHAPES)) {
  test(`200 containers are told in about as many lines at most: ${name}`, (t) => {
    const lines = formatGraph(make(), 100, PLAIN)
    t.true(lines.length <= (name === '1,000 links anyhow' ? 500 : 260), String(lines.length))
    t.deepEqual(
      lines.filter((line) => line.length > 100),
      [],
    )
  })
}
