/**
 * Formats a diagram as text: stages from top to bottom, and after each container what it waits for. Containers of a stage with
 * the same waits share a row, and every link appears once, so that a dense order stays short. Pure.
 */
import { formatDuration } from '../base/duration.ts'
import type { Palette } from '../base/palette.ts'
import {
  countNodes,
  describeTerms,
  type Diagram,
  type DiagramNode,
  type Followers,
  groupFollowers,
  noteNode,
  ROLES,
  UNPROBED,
} from './diagram.ts'

/** A word that is never broken; `width` is without colours. */
interface Piece {
  readonly text: string
  readonly width: number
}

interface Row {
  readonly names: readonly Piece[]
  /** Its first word, `after`; empty if there are no waits. */
  readonly lead: string
  readonly waits: readonly Piece[]
}

const LEAST_COLUMNS = 40
/** If the names take a larger share of the width, the waits begin on a new line. */
const NAMES_SHARE = 0.4
const GAP = '  '

/** @param columns width of a line, which only a single long word may exceed @returns lines */
export function formatGraph(diagram: Diagram, columns: number, palette: Palette): readonly string[] {
  const { title, nodes, links, criticalMs, graceMs } = diagram
  const paint = createPaint(nodes, palette)
  const ordered = nodes.filter(({ kind }) => kind === 'container')
  const followers = groupFollowers({ nodes: ordered, links })
  const stages = [...Map.groupBy(followers, (group) => group.nodes[0].stage)]
    .toSorted(([one], [other]) => one - other)
    .map(([stage, groups]) => ({
      label: String(stage + 1),
      rows: groups.map((group) => makeRow(group, 'after', paint)),
    }))
  const listOthers = (kind: keyof typeof ROLES, label: string) => {
    const others = nodes.filter((node) => node.kind === kind)
    return others.length === 0 ? [] : [{ label, rows: [makeRow({ nodes: others, links: [] }, ROLES[kind], paint)] }]
  }
  const blocks = [...listOthers('init', '0'), ...stages, ...listOthers('plain', '-'), ...listOthers('last', '+')]
  const digits = Math.max(...blocks.map(({ label }) => label.length))
  const room = Math.max(columns, LEAST_COLUMNS) - digits - 4
  const widths = blocks.flatMap(({ rows }) => rows.flatMap(({ names, lead }) => (lead === '' ? [] : measure(names))))
  const column = Math.max(0, ...widths.filter((width) => width <= room * NAMES_SHARE))
  const heading = [
    `${title}${graceMs === undefined ? '' : ` stops within ${formatDuration(graceMs)}`}: ${countNodes(diagram)}`,
    criticalMs === undefined ? [] : `critical path ${formatDuration(criticalMs)}`,
  ].flat()
  return [
    heading.join(', '),
    '',
    ...blocks.flatMap(({ label, rows }) => drawBlock(label.padStart(digits), rows, { column, room })),
  ]
}

type Paint = (name: string, tail: string) => Piece

/** Containers have the same colours as in `podorder run`. */
function createPaint(nodes: readonly DiagramNode[], palette: Palette): Paint {
  const places = new Map(nodes.flatMap(({ name, kind }, index) => (kind === 'container' ? [[name, index]] : [])))
  return (name, tail) => {
    const place = places.get(name)
    const shown = place === undefined ? name : palette.paint(name, place)
    return { text: shown + (tail === '' ? '' : palette.dim(tail)), width: name.length + tail.length }
  }
}

function makeRow({ nodes, links }: Pick<Followers, 'links'> & Pick<Diagram, 'nodes'>, lead: string, paint: Paint): Row {
  const names = nodes.map((node, index) =>
    paint(node.name, describeMarks(node) + (index < nodes.length - 1 ? ',' : '')),
  )
  // Targets with the same terms share them, written after the last target.
  const groups = [...Map.groupBy(links, describeTerms)]
  const waits = groups.flatMap(([terms, asked], group) =>
    asked.map(({ target }, index) => {
      const last = index === asked.length - 1
      return paint(target, last ? ` ${terms}${group < groups.length - 1 ? ';' : ''}` : ',')
    }),
  )
  return { names, waits, lead: links.length === 0 && lead === 'after' ? '' : lead }
}

function describeMarks(node: DiagramNode): string {
  const { main, critical, durationMs, unprobed = false } = node
  const duration = durationMs === undefined ? [] : formatDuration(durationMs)
  const states = [main ? 'main' : [], critical ? 'critical' : [], unprobed ? UNPROBED : []]
  const marks = [...states, noteNode(node), duration].flat()
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`
}

/** Draws the label and a bracket around the rows of a stage. */
function drawBlock(
  label: string,
  rows: readonly Row[],
  { column, room }: { readonly column: number; readonly room: number },
): readonly string[] {
  return rows
    .flatMap((row, index) => {
      const last = index === rows.length - 1
      const first = index === 0 ? ` ${label} ${last ? '─' : '┬'} ` : ` ${' '.repeat(label.length)} ${last ? '└' : '├'} `
      const below = ` ${' '.repeat(label.length)} ${last ? ' ' : '│'} `
      return drawRow(row, column, room).map((line, number) => (number === 0 ? first : below) + line)
    })
    .map((line) => line.trimEnd())
}

function drawRow({ names, lead, waits }: Row, column: number, room: number): readonly string[] {
  const nameLines = wrap(names, room)
  if (lead === '') return nameLines
  const indent = ' '.repeat(lead.length + 1)
  const waitLines = wrap(waits, room - column - GAP.length - indent.length)
  const said = waits.length === 0 ? [lead] : waitLines.map((line, index) => (index === 0 ? `${lead} ` : indent) + line)
  const width = measure(names)
  const beside = width <= column
  const shifted = said.map(
    (line, index) => `${' '.repeat(beside && index === 0 ? column - width : column)}${GAP}${line}`,
  )
  return beside ? [`${nameLines[0] ?? ''}${shifted[0] ?? ''}`, ...shifted.slice(1)] : [...nameLines, ...shifted]
}

/** The width on one line. */
function measure(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { width }) => sum + width, Math.max(0, pieces.length - 1))
}

function wrap(pieces: readonly Piece[], width: number): readonly string[] {
  const lines: string[] = []
  let used = Infinity
  for (const piece of pieces) {
    if (used + 1 + piece.width > width) {
      lines.push(piece.text)
      used = piece.width
    } else {
      lines.push(`${lines.pop() ?? ''} ${piece.text}`)
      used += 1 + piece.width
    }
  }
  return lines
}
