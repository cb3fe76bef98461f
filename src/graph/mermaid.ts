/**
 * Writes diagrams in Mermaid's language, as GitHub and others render it (mermaid.js.org/syntax/flowchart.html). Names are never
 * used as identifiers: `end`, `default` and others are words of the language. Pure.
 */
import {
  chooseDirection,
  describeTerms,
  type Diagram,
  type DiagramLink,
  type DiagramNode,
  labelNode,
  roleOf,
} from './diagram.ts'

/** The limit `maxEdges`: a diagram cannot raise it, and services such as GitHub use the default. */
export const MERMAID_MAX_LINKS = 500

/** Colours that are legible on light and on dark; text and fill are those of the theme. */
const CLASSES = {
  outside: 'stroke-dasharray:4 3',
  plain: 'opacity:0.6',
  main: 'stroke-width:3px',
  critical: 'stroke:#d1242f,stroke-width:3px',
}

/** Writes each diagram as a subgraph with its title. */
export function writeMermaid(diagrams: readonly Diagram[]): string {
  const listMembers = (is: (node: DiagramNode) => boolean): string =>
    diagrams
      .flatMap(({ nodes }, index) => nodes.flatMap((node, number) => (is(node) ? [idOf(index, number)] : [])))
      .join()
  const members: Record<keyof typeof CLASSES, string> = {
    outside: listMembers(({ kind }) => kind === 'outside'),
    plain: listMembers((node) => roleOf(node) !== undefined),
    main: listMembers(({ main }) => main),
    critical: listMembers(({ critical }) => critical),
  }
  const classes = Object.entries(CLASSES).flatMap(([name, style]) => {
    const list = members[name as keyof typeof CLASSES]
    return list === '' ? [] : [`  classDef ${name} ${style}`, `  class ${list} ${name}`]
  })
  const [first, ...others] = diagrams
  const direction = first === undefined || others.length > 0 ? 'TB' : chooseDirection(first)
  return `${[`flowchart ${direction}`, ...diagrams.flatMap(writeSubgraph), ...classes].join('\n')}\n`
}

/** A subgraph without a direction would have the opposite one of the diagram. */
function writeSubgraph(diagram: Diagram, index: number): readonly string[] {
  const ids = new Map(diagram.nodes.map(({ name }, number) => [name, idOf(index, number)]))
  return [
    `  subgraph p${index}[${quote(diagram.title)}]`,
    `    direction ${chooseDirection(diagram)}`,
    ...diagram.nodes.map((node, number) => `    ${idOf(index, number)}${writeShape(node)}`),
    ...diagram.links.map((link) => `    ${ids.get(link.target)} ${writeArrow(link)} ${ids.get(link.container)}`),
    '  end',
  ]
}

function idOf(diagram: number, node: number): string {
  return `p${diagram}n${node}`
}

function writeShape(node: DiagramNode): string {
  const label = quote(labelNode(node))
  return node.kind === 'outside' ? `([${label}])` : `[${label}]`
}

function writeArrow(link: DiagramLink): string {
  const arrow = link.critical ? '==>' : link.optional ? '-.->' : '-->'
  return `${arrow}|${quote(describeTerms(link))}|`
}

/** Writes every special character by its number, as Mermaid requires: `#35;` is `#`. */
function quote(text: string): string {
  return `"${text.replaceAll(/[^\w ./:=,()-]/gu, (character) => `#${character.codePointAt(0)};`)}"`
}
