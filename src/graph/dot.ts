/** Writes diagrams in Graphviz' language (graphviz.org/doc/info/lang.html). Pure. */
import {
  chooseDirection,
  describeTerms,
  type Diagram,
  type DiagramLink,
  type DiagramNode,
  labelNode,
  roleOf,
} from './diagram.ts'

const CRITICAL = 'color="#d1242f"'

/** Writes a single graph; each diagram is a cluster with its title. */
export function writeDot(diagrams: readonly Diagram[]): string {
  const direction = diagrams.some((diagram) => chooseDirection(diagram) === 'TB') ? 'TB' : 'LR'
  const lines = [
    'digraph {',
    `  rankdir=${direction}`,
    '  node [shape=box, fontname="sans-serif"]',
    '  edge [fontname="sans-serif", fontsize=10]',
    ...diagrams.flatMap(writeCluster),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function writeCluster(diagram: Diagram, index: number): readonly string[] {
  // A name may be used in several clusters, but an ID stands for one node in all of them.
  const ids = new Map(diagram.nodes.map(({ name }, node) => [name, `p${index}n${node}`]))
  const idOf = (name: string): string => ids.get(name) ?? ''
  return [
    `  subgraph cluster_${index} {`,
    `    label=${quote(diagram.title)}`,
    '    fontname="sans-serif"',
    ...diagram.nodes.map((node) => `    ${idOf(node.name)} ${writeNode(node)}`),
    ...diagram.links.map((link) => `    ${idOf(link.target)} -> ${idOf(link.container)} ${writeTerms(link)}`),
    '  }',
  ]
}

function writeNode(node: DiagramNode): string {
  const { kind, main, critical } = node
  const label = labelNode(node)
  const styles = [
    kind === 'outside' ? 'dashed,rounded' : [],
    roleOf(node) === undefined ? [] : 'dotted',
    main ? 'bold' : [],
  ].flat()
  return writeAttributes([
    `label=${quote(label)}`,
    ...writeStyle(styles),
    ...(critical ? [CRITICAL, 'penwidth=2'] : []),
  ])
}

function writeTerms(link: DiagramLink): string {
  const styles = link.optional ? ['dashed'] : []
  const marks = link.critical ? [CRITICAL, 'penwidth=2'] : []
  return writeAttributes([`label=${quote(describeTerms(link))}`, ...writeStyle(styles), ...marks])
}

function writeStyle(styles: readonly string[]): readonly string[] {
  return styles.length === 0 ? [] : [`style=${quote(styles.join(','))}`]
}

function writeAttributes(attributes: readonly string[]): string {
  return `[${attributes.join(', ')}]`
}

/** Quotes a label: in labels a backslash begins an escape, and `&amp;` is an entity. */
function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')
  return `"${escaped.replaceAll('\n', '\\n')}"`
}
