/** Layered layout of diagrams. The only file that uses the package `@dagrejs/dagre`. */
import type { Size } from '../picture/frame.ts'
import { Graph, layout } from '@dagrejs/dagre'
import {
  type Box,
  chooseDirection,
  type Diagram,
  type DiagramLink,
  groupFollowers,
  type PlacedLink,
  type Placement,
  type Point,
} from './diagram.ts'
import { chooseLanes, joinLinks, placeInLanes } from './lanes.ts'
import { placeLarge } from './place-large.ts'
import { GAPS, MARGIN, NOTHING, NOWHERE, placeRows, settleDown, type Sizes, turnToOrder, type Way } from './placing.ts'

/**
 * The stages are the layers: each container stands in the earliest possible one. Nodes without links stand in rows below.
 * @returns always the same placement for the same diagram
 */
export function placeDiagram(diagram: Diagram, sizes: Sizes): Placement {
  const linked = new Set(diagram.links.flatMap(({ container, target }) => [container, target]))
  const layers = linked.size === 0 ? NOTHING : placeLinked(diagram, linked, sizes)
  const alone = diagram.nodes.filter(({ name }) => !linked.has(name))
  return placeRows(
    layers,
    alone.map((node) => ({ name: node.name, size: sizes.node(node) })),
  )
}

/** Links that pass many stages use lanes in large pictures, because their cost in the layout is the square of their length. */
function placeLinked(diagram: Diagram, linked: ReadonlySet<string>, sizes: Sizes): Placement {
  const lanes = chooseLanes(diagram)
  if (lanes.size === 0) return placeLayers(diagram, linked, sizes)
  const links = diagram.links.filter((link) => !lanes.has(link))
  const nodes = diagram.nodes.filter(({ name }) => linked.has(name))
  const between = placeLarge(nodes, links, sizes)
  const placed = new Map(links.map((link, index) => [link, between.links[index]] as const).filter(isPlaced))
  const beside = placeInLanes(between, [...lanes], sizes)
  return {
    ...between,
    width: beside.width,
    height: beside.height,
    links: joinLinks(diagram.links, placed, beside.links),
  }
}

function isPlaced(entry: readonly [DiagramLink, PlacedLink | undefined]): entry is readonly [DiagramLink, PlacedLink] {
  return entry[1] !== undefined
}

/**
 * dagre gets the links from the waiting container to the target: its ranker `longest-path` places nodes as late as possible,
 * which in reverse is as early as possible. (Its `network-simplex` takes 11 s for 1,000 containers and 1,500 links; this takes 1
 * s.)
 *
 * If many containers have the same waits, their links meet in a junction: 17 containers that wait for 17 others have 34 lines
 * instead of 289 with a label each.
 */
function placeLayers(diagram: Diagram, linked: ReadonlySet<string>, sizes: Sizes): Placement {
  const direction = chooseDirection(diagram)
  const junctions = findJunctions(diagram)
  // A junction takes a layer between two stages.
  const layersOfStage = junctions.size > 0 ? 2 : 1
  const graph = new Graph<Size, Box, Size & Point & { readonly points: readonly Point[] }>()
  graph.setGraph({
    ...{ ...GAPS, ranksep: GAPS.ranksep / layersOfStage, marginx: MARGIN, marginy: MARGIN },
    ...{ rankdir: direction === 'LR' ? 'RL' : 'BT', ranker: 'longest-path' },
  })
  // Numbers, because dagre uses names as properties of objects, and a name may be `constructor`.
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
  const boxes = new Map(nodes.map(({ name }) => [name, graph.node(idOf(name))]))
  const ways = diagram.links.map((link): Way => {
    const via = junctions.get(link.container)
    const [leg, ...others] = legsOf(link).map((ends) => graph.edge(...ends))
    const inner = (points: readonly Point[] = []): readonly Point[] => points.slice(1, -1).toReversed()
    const meeting = via === undefined ? [] : [graph.node(via)]
    return {
      link,
      label: leg ?? NOWHERE,
      points: [...inner(leg?.points), ...meeting, ...others.flatMap(({ points }) => inner(points))],
    }
  })
  const { width, height } = graph.graph()
  const length = direction === 'LR' ? width : height
  return turnToOrder(settleDown(boxes, ways, sizes, direction, length), diagram, direction)
}

/** An edge between two of dagre's nodes. */
type Leg = readonly [string, string]

/** Junctions by container, where they reduce the number of lines. */
function findJunctions(diagram: Diagram): ReadonlyMap<string, string> {
  return new Map(
    groupFollowers(diagram).flatMap(({ nodes, links }, index) =>
      nodes.length * links.length > nodes.length + links.length
        ? nodes.map(({ name }) => [name, `junction ${index}`] as const)
        : [],
    ),
  )
}
