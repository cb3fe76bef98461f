/** Layered layout of diagrams. The one file that knows the package `@dagrejs/dagre`. */
import { Graph, layout } from '@dagrejs/dagre'
import {
  type Box,
  chooseDirection,
  type Diagram,
  type DiagramLink,
  type DiagramNode,
  type Direction,
  groupFollowers,
  type PlacedLink,
  type Placement,
  type Point,
  type Size,
} from '../core/diagram/diagram.ts'

const MARGIN = 16
/** Between neighbours in a stage, between stages (and a label between them), between links side by side; px. */
const GAPS = { nodesep: 14, ranksep: 36, edgesep: 8 }
/** So much of a link is straight at both its ends, px: room for the arrow. */
const STUB = 10
/** How wide those that no link touches may make a picture that would be narrower. */
const ROW = 800

/** dagre measures an empty graph as -Infinity. */
const NOTHING: Placement = { width: 0, height: MARGIN, nodes: new Map(), links: [] }

/**
 * The stages are the layers: each container stands as early as it can start. What no link touches stands in rows below.
 * @returns the same for the same diagram, always
 */
export function placeDiagram(
  diagram: Diagram,
  sizes: { readonly node: (node: DiagramNode) => Size; readonly label: (link: DiagramLink) => Size },
): Placement {
  const linked = new Set(diagram.links.flatMap(({ container, target }) => [container, target]))
  const layers = linked.size === 0 ? NOTHING : placeLayers(diagram, linked, sizes)
  const alone = diagram.nodes.filter(({ name }) => !linked.has(name))
  return placeRows(
    layers,
    alone.map((node) => ({ name: node.name, size: sizes.node(node) })),
  )
}

/**
 * To dagre the links go from who waits to what is waited for: its ranker `longest-path` puts ends as late as they can be, and
 * backwards that is as early. (Its `network-simplex` takes 11 s for 1,000 containers and 1,500 links; this takes 1 s.)
 *
 * Where many wait for the very same, their links meet in a junction, one on its way to each: 17 that wait for 17 would be 289
 * lines with a label each, and are 34.
 */
function placeLayers(
  diagram: Diagram,
  linked: ReadonlySet<string>,
  sizes: Parameters<typeof placeDiagram>[1],
): Placement {
  const direction = chooseDirection(diagram)
  const junctions = findJunctions(diagram)
  // A junction takes a layer of its own between two stages.
  const layersOfStage = junctions.size > 0 ? 2 : 1
  const graph = new Graph<Size, Box, Size & Point & { readonly points: readonly Point[] }>()
  graph.setGraph({
    ...{ ...GAPS, ranksep: GAPS.ranksep / layersOfStage, marginx: MARGIN, marginy: MARGIN },
    ...{ rankdir: direction === 'LR' ? 'RL' : 'BT', ranker: 'longest-path' },
  })
  // Numbers: to dagre, names are properties of objects, and a name may be `constructor`.
  const ids = new Map(diagram.nodes.map(({ name }, index) => [name, String(index)]))
  const idOf = (name: string): string => ids.get(name) ?? ''
  const nodes = diagram.nodes.filter(({ name }) => linked.has(name))
  for (const node of nodes) graph.setNode(idOf(node.name), sizes.node(node))
  for (const junction of junctions.values()) graph.setNode(junction, { width: 1, height: 1 })
  const legsOf = ({ container, target }: DiagramLink): readonly [Leg, ...(readonly Leg[])] => {
    const via = junctions.get(container)
    return via === undefined
      ? [[idOf(container), idOf(target)]]
      : [
          [via, idOf(target)],
          [idOf(container), via],
        ]
  }
  for (const link of diagram.links) {
    const [leg, ...others] = legsOf(link)
    const minlen = others.length > 0 ? 1 : layersOfStage
    graph.setEdge(...leg, { ...sizes.label(link), labelpos: 'c', minlen })
    for (const other of others) graph.setEdge(...other, { width: 0, height: 0, minlen })
  }
  layout(graph)
  const boxes = new Map(nodes.map(({ name }) => [name, cornered(graph.node(idOf(name)))]))
  const links = diagram.links.map((link): PlacedLink => {
    const legs = legsOf(link)
    const { x, y } = graph.edge(...legs[0])
    const way = legs.flatMap((leg) => graph.edge(...leg).points.toReversed())
    return { points: dock(way, boxes.get(link.target), boxes.get(link.container), direction), label: { x, y } }
  })
  const { width, height } = graph.graph()
  return turnToOrder({ width, height, nodes: boxes, links }, diagram, direction)
}

/** From one node of dagre's to another. */
type Leg = readonly [string, string]

/** By container; where that makes fewer lines. */
function findJunctions(diagram: Diagram): ReadonlyMap<string, string> {
  return new Map(
    groupFollowers(diagram).flatMap(({ nodes, links }, index) =>
      nodes.length * links.length > nodes.length + links.length
        ? nodes.map(({ name }) => [name, `junction ${index}`] as const)
        : [],
    ),
  )
}

/**
 * dagre ends a link where the straight line to a box's middle meets it: a steep one would cross the boxes above or below. So
 * it leaves in the middle of the side that looks at the next stage, and arrives where the other box looks back.
 */
function dock(
  way: readonly Point[],
  from: Box | undefined,
  to: Box | undefined,
  direction: Direction,
): readonly Point[] {
  if (from === undefined || to === undefined) return way
  const middle = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 })
  const ahead = ({ x, y }: Point, px: number): Point => (direction === 'LR' ? { x: x + px, y } : { x, y: y + px })
  const half = ({ width, height }: Box): number => (direction === 'LR' ? width : height) / 2
  const start = ahead(middle(from), half(from))
  const end = ahead(middle(to), -half(to))
  return [start, ahead(start, STUB), ...way.slice(1, -1), ahead(end, -STUB), end]
}

/** dagre tells where the middle is. */
function cornered({ x, y, width, height }: Box): Box {
  return { x: x - width / 2, y: y - height / 2, width, height }
}

/** dagre does not care for the listed order: a picture in which the last of a stage is rather before the first is mirrored. */
function turnToOrder(placement: Placement, { nodes }: Diagram, direction: Direction): Placement {
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

function placeRows(above: Placement, alone: readonly { readonly name: string; readonly size: Size }[]): Placement {
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
