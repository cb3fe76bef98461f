/** Turns layers and sequences into a placement: positions in the layers, ends of links, and rows below. Pure. */
import type { Size } from '../picture/frame.ts'
import type { Box, Diagram, DiagramLink, DiagramNode, Direction, PlacedLink, Placement, Point } from './diagram.ts'
import { type Item, settleLayers } from './settling.ts'

export const MARGIN = 16
/** Gaps in px: between neighbours in a stage, between stages (and a label between them), and between parallel links. */
export const GAPS = { nodesep: 14, ranksep: 36, edgesep: 8 }
/** Length of the straight part at both ends of a link, px: room for the arrow. */
const STUB = 10
/** Weight of a passing link: it is kept straight before a box is moved to its links. */
const PASSING = 4
/** Rows of nodes without links may widen a narrower picture to this width. */
const ROW = 800

/** dagre gives -Infinity as the size of an empty graph. */
export const NOTHING: Placement = { width: 0, height: MARGIN, nodes: new Map(), links: [] }

export interface Sizes {
  readonly node: (node: DiagramNode) => Size
  readonly label: (link: DiagramLink) => Size
}

export const NOWHERE: Point = { x: 0, y: 0 }

export interface Way {
  readonly link: DiagramLink
  /** The middle of its label, which is also one of its points. */
  readonly label: Point
  /** The points at which it passes layers, from the target to the waiting container. */
  readonly points: readonly Point[]
}

/**
 * Keeps dagre's layers and sequences, and computes the positions in the layers anew.
 * @param length of all layers with their margins, px
 */
export function settleDown(
  boxes: ReadonlyMap<string, Box>,
  ways: readonly Way[],
  sizes: Sizes,
  direction: Direction,
  length: number,
): Placement {
  const [along, across, breadth] = direction === 'LR' ? (['x', 'y', 'height'] as const) : (['y', 'x', 'width'] as const)
  const spots = new Map<string, Point & { readonly size: number; readonly gap: number; readonly weight: number }>()
  const keyOf = ({ x, y }: Point): string => `${x} ${y}`
  for (const box of boxes.values()) {
    spots.set(keyOf(box), { ...box, size: box[breadth], gap: GAPS.nodesep, weight: 1 })
  }
  for (const { link, label, points } of ways) {
    for (const point of points) {
      const size = keyOf(point) === keyOf(label) ? sizes.label(link)[breadth] : 1
      spots.set(keyOf(point), { ...point, size, gap: GAPS.edgesep, weight: PASSING })
    }
  }
  const numbers = new Map([...spots.keys()].map((key, index) => [key, index]))
  const list = [...spots.values()]
  const items = list.map((spot): Item => ({ ...spot, place: spot[across] }))
  const layers = [...Map.groupBy(list.keys(), (index) => list[index]?.[along])]
    .toSorted(([a = 0], [b = 0]) => a - b)
    .map(([, members]) => members.toSorted((a, b) => (items[a]?.place ?? 0) - (items[b]?.place ?? 0)))
  const numberOf = (point: Point): number => numbers.get(keyOf(point)) ?? -1
  const links = ways.flatMap(({ link, points }): readonly (readonly [number, number])[] => {
    const whole = [boxes.get(link.target), ...points, boxes.get(link.container)].filter((point) => point !== undefined)
    return whole.slice(1).map((point, index) => [numberOf(whole[index] ?? NOWHERE), numberOf(point)] as const)
  })
  const settled = settleLayers(items, layers, links)
  const lowest = items.reduce((least, { size }, index) => Math.min(least, (settled[index] ?? 0) - size / 2), Infinity)
  const highest = items.reduce((most, { size }, index) => Math.max(most, (settled[index] ?? 0) + size / 2), -Infinity)
  const move = <P extends Point>(point: P): P => ({
    ...point,
    [across]: (settled[numberOf(point)] ?? 0) - lowest + MARGIN,
  })
  const placed = new Map([...boxes].map(([name, box]) => [name, cornered(move(box))]))
  const reachOf = measureLayers(boxes.values(), direction)
  const wide = highest - lowest + 2 * MARGIN
  return {
    ...(direction === 'LR' ? { width: length, height: wide } : { width: wide, height: length }),
    nodes: placed,
    links: ways.map(({ link, label, points }): PlacedLink => {
      const way = points.map((point) => move(point)).map(({ x, y }) => ({ x, y }))
      const { x, y } = move({ x: label.x, y: label.y })
      const ends = { from: placed.get(link.target), to: placed.get(link.container) }
      return { points: dock(way, ends, direction, reachOf), label: { x, y } }
    }),
  }
}

/** @returns a function from a layer's position to half of the layer's thickness, px */
function measureLayers(boxes: Iterable<Box>, direction: Direction): (along: number) => number {
  const reach = new Map<number, number>()
  for (const { x, y, width, height } of boxes) {
    const [along, half] = direction === 'LR' ? [x, width / 2] : [y, height / 2]
    reach.set(along, Math.max(reach.get(along) ?? 0, half))
  }
  return (along) => reach.get(along) ?? 0
}

/**
 * dagre ends a link where the straight line to a box's middle meets the box; a steep line would cross the boxes above or below.
 * So the link leaves from the middle of the side that faces the next stage, and arrives at the opposite side of the other box. It
 * bends only between the layers, because boxes of a layer differ in size.
 */
function dock(
  way: readonly Point[],
  { from, to }: { readonly from: Box | undefined; readonly to: Box | undefined },
  direction: Direction,
  reachOf: (along: number) => number,
): readonly Point[] {
  if (from === undefined || to === undefined) return way
  const middle = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 })
  const ahead = ({ x, y }: Point, px: number): Point => (direction === 'LR' ? { x: x + px, y } : { x, y: y + px })
  const half = ({ width, height }: Box): number => (direction === 'LR' ? width : height) / 2
  const reach = ({ x, y }: Point): number => reachOf(direction === 'LR' ? x : y)
  const [start, end] = [middle(from), middle(to)]
  const passed = way.flatMap((point) => {
    const px = reach(point)
    return px === 0 ? [point] : [ahead(point, -px), ahead(point, px)]
  })
  return [
    ...[ahead(start, half(from)), ahead(start, Math.max(half(from), reach(start)) + STUB)],
    ...passed,
    ...[ahead(end, -Math.max(half(to), reach(end)) - STUB), ahead(end, -half(to))],
  ]
}

/** dagre gives the middle of a box. */
function cornered({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width, height }
}

/** dagre ignores the listed order. If the stages mostly run from last to first, the picture is mirrored. */
export function turnToOrder(placement: Placement, { nodes }: Diagram, direction: Direction): Placement {
  const { width, height } = placement
  const placed = nodes.flatMap(({ name, stage }) => {
    const box = placement.nodes.get(name)
    return box === undefined ? [] : [{ stage, place: direction === 'LR' ? box.y : box.x }]
  })
  const stages = [...Map.groupBy(placed, ({ stage }) => stage).values()]
  if (stages.reduce((sum, members) => sum + (members.at(-1)?.place ?? 0) - (members[0]?.place ?? 0), 0) >= 0) {
    return placement
  }
  const turn = <P extends Point>(point: P, size?: Size): P =>
    direction === 'LR'
      ? { ...point, y: height - point.y - (size?.height ?? 0) }
      : { ...point, x: width - point.x - (size?.width ?? 0) }
  return {
    ...placement,
    nodes: new Map([...placement.nodes].map(([name, box]) => [name, turn(box, box)])),
    links: placement.links.map(({ points, label }) => ({
      points: points.map((point) => turn(point)),
      label: turn(label),
    })),
  }
}

export function placeRows(
  above: Placement,
  alone: readonly { readonly name: string; readonly size: Size }[],
): Placement {
  const nodes = new Map(above.nodes)
  const widest = Math.max(above.width, ROW)
  let { width, height } = above
  let x = MARGIN
  let y = above.height
  for (const { name, size } of alone) {
    if (x > MARGIN && x + size.width + MARGIN > widest) {
      x = MARGIN
      y = height
    }
    nodes.set(name, { x, y, ...size })
    x += size.width + GAPS.nodesep
    width = Math.max(width, x - GAPS.nodesep + MARGIN)
    height = Math.max(height, y + size.height + MARGIN)
  }
  return { ...above, width, height, nodes }
}
