/** What was written is read back by the grammar of graphviz.org/doc/info/lang.html, as narrowly as it is written. */
import test from 'ava'
import * as fc from 'fast-check'
import { describeTerms, labelNode } from '../../src/graph/diagram.ts'
import { writeDot } from '../../src/graph/dot.ts'
import { arbitraryDiagram, drawLines } from '../support/diagrams.ts'

const TEXT = String.raw`"((?:[^"\\\n&]|\\["\\n]|&amp;)*)"`
const ID = String.raw`p\d+n\d+`
const REST = String.raw`((?:, \w+=(?:"[^"\\]*"|[\d.]+))*)`
const LINES = {
  head: /^digraph \{$/,
  direction: /^ {2}rankdir=(?:LR|TB)$/,
  defaults: /^ {2}(?:node|edge) \[\w+=(?:"[^"]*"|\w+)(?:, \w+=(?:"[^"]*"|\w+))*\]$/,
  begin: /^ {2}subgraph cluster_\d+ \{$/,
  title: new RegExp(`^    label=${TEXT}$`),
  font: /^ {4}fontname="[\w-]+"$/,
  node: new RegExp(`^    (${ID}) \\[label=${TEXT}${REST}\\]$`),
  link: new RegExp(`^    (${ID}) -> (${ID}) \\[label=${TEXT}${REST}\\]$`),
  end: /^(?: {2})?\}$/,
}

const decode = (text = ''): string =>
  text.replaceAll('&amp;', '&').replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))

/** A line that no rule of the grammar has fails. */
function read(text: string): {
  readonly titles: readonly string[]
  readonly names: readonly string[]
  readonly links: readonly string[]
} {
  const names = new Map<string, string>()
  const titles: string[] = []
  const links: string[] = []
  for (const line of text.trimEnd().split('\n')) {
    const [name, rule] = Object.entries(LINES).find(([, one]) => one.test(line)) ?? []
    const [, one = '', two = '', three = ''] = rule?.exec(line) ?? []
    if (name === undefined) throw new Error(`no such line: ${line}`)
    if (name === 'title') titles.push(decode(one))
    if (name === 'node') names.set(one, decode(two) + three)
    if (name === 'link') links.push(`${one} -> ${two} ${decode(three)}`)
  }
  const nameOf = (id: string): string => (names.get(id) ?? '').replace(/(?:, \w+=(?:"[^"]*"|[\d.]+))*$/, '')
  return {
    titles,
    names: [...names.values()],
    links: links.map((link) => link.replaceAll(/p\d+n\d+/g, nameOf)),
  }
}

const bare = (name: string): string => name.replace(/, style=.*$/, '')

test('what is written can be read back: titles, names and links, of any number of pods', (t) => {
  fc.assert(
    fc.property(fc.array(arbitraryDiagram, { minLength: 1, maxLength: 3 }), (diagrams) => {
      const { titles, names, links } = read(writeDot(diagrams))
      t.deepEqual(
        titles,
        diagrams.map(({ title }) => title),
      )
      t.deepEqual(
        names.map(bare),
        diagrams.flatMap(({ nodes }) => nodes.map(labelNode)),
      )
      t.deepEqual(
        links,
        diagrams.flatMap((diagram) => {
          const labels = new Map(diagram.nodes.map((node) => [node.name, labelNode(node)]))
          return diagram.links.map(
            (link) => `${labels.get(link.target)} -> ${labels.get(link.container)} ${describeTerms(link)}`,
          )
        }),
      )
      const lines = writeDot(diagrams).split('\n')
      t.is(lines.filter((line) => line.endsWith(' {')).length, lines.filter((line) => line.trim() === '}').length)
    }),
  )
})

test('kinds, main and the critical path are drawn so', (t) => {
  const plain = drawLines('Pod/x', 'db app other', 'app: db')
  const diagram = {
    ...plain,
    nodes: plain.nodes.map((node) =>
      node.name === 'app' ? { ...node, main: true, critical: true, durationMs: 20 } : node,
    ),
    links: plain.links.map((link) => ({ ...link, critical: true, optional: true })),
  }
  const { names } = read(writeDot([diagram]))
  t.deepEqual(names, [
    'db',
    'app 20ms, style="bold", color="#d1242f", penwidth=2',
    'other (not ordered), style="dotted"',
  ])
  t.regex(writeDot([diagram]), /\[label="ready \(optional\)", style="dashed", color="#d1242f", penwidth=2\]/)
})
