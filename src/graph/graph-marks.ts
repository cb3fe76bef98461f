/** Draws nodes and links at the positions of a layout. Pure. */
import {
  type Box,
  describeTerms,
  type DiagramLink,
  type DiagramNode,
  labelNode,
  noteNode,
  type PlacedLink,
  type Point,
  roleOf,
  UNPROBED,
} from './diagram.ts'
import { formatTime } from '../picture/facts.ts'
import { type Attributes, element, type Markup } from '../picture/markup.ts'
import { cutMiddle } from '../picture/text-width.ts'

/** Font sizes in px: of names, of the notes below them, and of conditions on links. */
export const NAME_SIZE = 13
export const NOTE_SIZE = 11
export const TERMS_SIZE = 11

const MOST_COLUMNS = 34
const MOST_NOTE_COLUMNS = 56

/**
 * The text in a node: its name, and a note below it.
 * @param whole whether there is room for a long note
 */
export function captionNode(node: DiagramNode, whole = false): { readonly name: string; readonly note: string } {
  const { name, kind, main, durationMs, unprobed = false } = node
  const role = roleOf(node)
  const notes = [
    ...(main ? ['main'] : []),
    ...(kind === 'outside' ? ['outside the order'] : []),
    ...(role === undefined ? [] : [role]),
    ...(unprobed ? [UNPROBED] : []),
    ...noteNode(node),
    ...(durationMs === undefined ? [] : [formatTime(durationMs)]),
  ]
  const said = notes.join(' · ')
  return { name: cutMiddle(name, MOST_COLUMNS), note: whole ? said : cutMiddle(said, MOST_NOTE_COLUMNS) }
}

/** @param index used by scripts to find the node */
export function drawNode(node: DiagramNode, box: Box, index: number): Markup {
  const { name, note } = captionNode(node)
  const x = box.x + box.width / 2
  const middle = box.y + box.height / 2
  return element(
    'g',
    { 'data-node': index },
    ...(name === node.name && !note.includes('…') ? [] : [element('title', {}, labelNode(node))]),
    drawShape(node, box),
    element('text', { class: node.critical ? 'name bold' : 'name', x, y: middle + (note === '' ? 4.5 : -2) }, name),
    ...(note === '' ? [] : [element('text', { class: 'note', x, y: middle + 13 }, note)]),
  )
}

/** Rounded for containers of the pod, dashed for those that are not ordered, a hexagon for targets outside; main has a double edge. */
export function drawShape({ kind, main, critical }: DiagramNode, box: Box): Markup {
  return element(
    'g',
    { class: ['node', kind, ...(critical ? ['critical'] : [])].join(' ') },
    kind === 'outside' ? drawHexagon(box) : element('rect', { ...spread(box, 0), rx: 8 }),
    ...(main ? [element('rect', { class: 'inner', ...spread(box, -3.5), rx: 5 })] : []),
  )
}

function spread({ x, y, width, height }: Box, by: number): Readonly<Record<'x' | 'y' | 'width' | 'height', number>> {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}

function drawHexagon({ x, y, width, height }: Box): Markup {
  const slant = 10
  const right = x + width
  const corners = [
    ...[
      [x + slant, y],
      [right - slant, y],
      [right, y + height / 2],
    ],
    ...[
      [right - slant, y + height],
      [x + slant, y + height],
      [x, y + height / 2],
    ],
  ]
  return element('polygon', { points: corners.map(([left, top]) => `${left},${top}`).join(' ') })
}

/** @param ends the indexes of its nodes, used by scripts to find the link */
export function drawLink(link: DiagramLink, { points }: PlacedLink, target: Box | undefined, ends: Ends): Markup {
  return element('path', {
    class: classOf('link', link),
    ...markEnds(ends),
    d: tracePath(target === undefined ? points : [middleOf(target), ...points]),
    'marker-end': link.critical ? 'url(#head-critical)' : 'url(#head)',
  })
}

/** Nodes are drawn over links, so a link from the middle of a node appears to start at its edge, whatever its shape. */
function middleOf({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 }
}

/** Straight between points, because a label lies on one of them, and rounded at bends. */
function tracePath(points: readonly Point[]): string {
  const [first = { x: 0, y: 0 }] = points
  const last = points.at(-1) ?? first
  const bends = points.slice(1, -1).map((bend, index) => {
    const before = approach(bend, points[index] ?? bend)
    const after = approach(bend, points[index + 2] ?? bend)
    return `L${spell(before)}Q${spell(bend)} ${spell(after)}`
  })
  return `M${spell(first)}${bends.join('')}L${spell(last)}`
}

/** px from a bend at which its curve begins. The curve stays within half of this distance, which is less than half the height of a label. */
const ROUNDING = 18

/** A point on the way from a bend to its neighbour, at most halfway, since the neighbour's bend may need the other half. */
function approach(bend: Point, neighbour: Point): Point {
  const [x, y] = [neighbour.x - bend.x, neighbour.y - bend.y]
  const part = Math.min(0.5, ROUNDING / Math.max(1, Math.hypot(x, y)))
  return { x: bend.x + x * part, y: bend.y + y * part }
}

function spell({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`
}

export function drawTerms(
  link: DiagramLink,
  { label }: PlacedLink,
  { width, height }: Omit<Box, 'x' | 'y'>,
  ends: Ends,
): Markup {
  const box = { x: label.x - width / 2, y: label.y - height / 2, width, height }
  return element(
    'g',
    { class: classOf('terms', link), ...markEnds(ends) },
    element('rect', { ...spread(box, 0), rx: height / 2 }),
    element('text', { x: label.x, y: label.y + 3.8 }, describeTerms(link)),
  )
}

export interface Ends {
  readonly from: number
  readonly to: number
}

function markEnds({ from, to }: Ends): Attributes {
  return { 'data-link': '', 'data-from': from, 'data-to': to }
}

function classOf(name: string, { critical, optional }: DiagramLink): string {
  return [name, ...(critical ? ['critical'] : []), ...(optional ? ['optional'] : [])].join(' ')
}

export function drawHeads(): Markup {
  const head = (id: string, size: number) =>
    element(
      'marker',
      {
        id,
        viewBox: '0 0 8 8',
        refX: 7.5,
        refY: 4,
        markerWidth: size,
        markerHeight: size,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      element('path', { d: 'M0 0L8 4L0 8z' }),
    )
  return element('defs', {}, head('head', 9), head('head-critical', 12))
}
