/** What was written is read back by the grammar of mermaid.js.org/syntax/flowchart.html, as narrowly as it is written. */
import test from 'ava'
import * as fc from 'fast-check'
import { describeTerms, type Diagram, labelNode } from '../../src/graph/diagram.ts'
import { writeMermaid } from '../../src/graph/mermaid.ts'
import { arbitraryDiagram, drawLines } from '../support/diagrams.ts'

/** Letters that mean something in a quoted label are not among them. */
const LABEL = String.raw`"((?:[\w ./:=,()-]|#\d+;)*)"`
const ID = String.raw`p\d+n\d+`
const LINES = {
  begin: new RegExp(`^  subgraph p\\d+\\[${LABEL}\\]$`),
  direction: /^ {4}direction (?:LR|TB)$/,
  node: new RegExp(`^    (${ID})(?:\\[${LABEL}\\]|\\(\\[${LABEL}\\]\\))$`),
  link: new RegExp(`^    (${ID}) (-->|-\\.->|==>)\\|${LABEL}\\| (${ID})$`),
  end: /^ {2}end$/,
  style: /^ {2}classDef (\w+) [\w-]+:[^;,]+(?:,[\w-]+:[^;,]+)*$/,
  members: new RegExp(`^  class (${ID}(?:,${ID})*) (\\w+)$`),
}

const decode = (text = ''): string =>
  text.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))

/** Titles, names, links and the names of each class. A line that no rule of the grammar has fails. */
function read(text: string): {
  readonly titles: readonly string[]
  readonly names: readonly string[]
  readonly links: readonly string[]
  readonly classes: ReadonlyMap<string, readonly string[]>
} {
  const [first, ...lines] = text.trimEnd().split('\n')
  if (!/^flowchart (?:LR|TB)$/.test(first ?? '')) throw new Error(`no flowchart: ${first}`)
  const names = new Map<string, string>()
  const titles: string[] = []
  const links: string[] = []
  const styles = new Set<string>()
  const classes = new Map<string, readonly string[]>()
  for (const line of lines) {
    const kind = Object.entries(LINES).find(([, rule]) => rule.test(line))
    const [name, rule] = kind ?? []
    const [, one = '', two, three, four = ''] = rule?.exec(line) ?? []
    if (name === undefined) throw new Error(`no such line: ${line}`)
    if (name === 'begin') titles.push(decode(one))
    if (name === 'node') names.set(one, decode(two ?? three))
    if (name === 'link') links.push(`${names.get(one)} ${two} ${decode(three)} ${names.get(four)}`)
    if (name === 'style') styles.add(one)
    if (name === 'members' && styles.has(two ?? '')) {
      classes.set(
        two ?? '',
        one.split(',').map((id) => names.get(id) ?? ''),
      )
    }
  }
  return { titles, names: [...names.values()], links, classes }
}

function spell({ nodes, links }: Diagram): readonly string[] {
  const labels = new Map(nodes.map((node) => [node.name, labelNode(node)]))
  return links.map(({ target, container, ...terms }) => {
    const arrow = terms.optional ? '-.->' : '-->'
    return `${labels.get(target)} ${arrow} ${describeTerms(terms)} ${labels.get(container)}`
  })
}

test('what is written can be read back: titles, names, links and classes, of any number of pods', (t) => {
  fc.assert(
    fc.property(fc.array(arbitraryDiagram, { minLength: 1, maxLength: 3 }), (diagrams) => {
      const { titles, names, links, classes } = read(writeMermaid(diagrams))
      const nodes = diagrams.flatMap((diagram) => diagram.nodes)
      const those = (is: (node: (typeof nodes)[number]) => boolean) => {
        const members = nodes.filter(is).map(labelNode)
        return members.length === 0 ? undefined : members
      }
      t.deepEqual(
        titles,
        diagrams.map(({ title }) => title),
      )
      t.deepEqual(names, nodes.map(labelNode))
      t.deepEqual(links, diagrams.flatMap(spell))
      t.deepEqual(
        classes.get('main'),
        those(({ main }) => main),
      )
      t.deepEqual(
        classes.get('outside'),
        those(({ kind }) => kind === 'outside'),
      )
      t.deepEqual(
        classes.get('plain'),
        those(({ kind }) => kind === 'plain' || kind === 'init'),
      )
      t.is(classes.get('critical'), undefined)
    }),
  )
})

test('words of the language are names like any other', (t) => {
  const words = 'end graph default subgraph style click class o x 1 constructor'
  const [first = '', ...rest] = words.split(' ')
  const diagram = drawLines('Pod/end', words, ...rest.map((word) => `${word}: ${first}`))
  t.deepEqual(read(writeMermaid([diagram])).names, words.split(' '))
})

test('the critical path has its class, its arrows and its times', (t) => {
  const plain = drawLines('Pod/x', 'db app other', 'app: db', 'other: db')
  const onPath = (name: string): boolean => name !== 'other'
  const diagram = {
    ...plain,
    nodes: plain.nodes.map((node) => (onPath(node.name) ? { ...node, critical: true, durationMs: 1500 } : node)),
    links: plain.links.map((link) => ({ ...link, critical: onPath(link.container) })),
  }
  const { names, links, classes } = read(writeMermaid([diagram]))
  t.deepEqual(names, ['db 1.5s', 'app 1.5s', 'other'])
  t.deepEqual(links, ['db 1.5s ==> ready app 1.5s', 'db 1.5s --> ready other'])
  t.deepEqual(classes.get('critical'), ['db 1.5s', 'app 1.5s'])
})

test('a chain goes down, a wide pod to the right, and several pods stand one below another', (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `c${index}`)
  const chain = drawLines('Pod/a', names.join(' '), ...names.slice(1).map((name, index) => `${name}: c${index}`))
  const pair = drawLines('Pod/b', 'c0 c1', 'c1: c0')
  t.regex(writeMermaid([chain]), /^flowchart TB\n {2}subgraph .*\n {4}direction TB\n/)
  t.regex(writeMermaid([pair]), /^flowchart LR\n {2}subgraph .*\n {4}direction LR\n/)
  t.regex(writeMermaid([pair, chain]), /^flowchart TB\n {2}subgraph .*\n {4}direction LR\n/)
})
