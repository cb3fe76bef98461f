/** Layered layout of diagrams. The one file that knows the package `@dagrejs/dagre`. */
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
 * The stages are the layers: each container stands as early as it can start. What no link touches stands in rows below.
 * @returns the same for the same diagram, always
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

/** Links of large pictures that pass many stages go beside them; what they would cost the layout is the square of their length. */
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
 * To dagre the links go from who waits to what is waited for: its ranker `longest-path` puts ends as late as they can be, and
 * backwards that is as early. (Its `network-simplex` takes 11 s for 1,000 containers and 1,500 links; this takes 1 s.)
 *
 * Where many wait for the very same, their links meet in a junction, one on its way to each: 17 that wait for 17 would be 289
 * lines with a label each, and are 34.
 */
function placeLayers(diagram: Diagram, linked: ReadonlySet<string>, sizes: Sizes): Placement {
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
