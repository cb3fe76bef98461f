/**
 * Layout of pictures that are too large for dagre, which keeps two graphs for each layer. Each container has a place in the layer
 * of its stage, each label and each passing link a place between. Barycentres give the sequences. Pure.
 */
import type { Size } from '../picture/frame.ts'
import type { Box, DiagramLink, DiagramNode, Placement, Point } from './diagram.ts'
import { GAPS, MARGIN, NOWHERE, settleDown, type Sizes, type Way } from './placing.ts'

/** Sweeps down and up, twice; more change little. */
const SWEEPS = 4

interface Spot {
  readonly size: Size
  readonly layer: number
  /** Its index in the layer's sequence. */
  rank: number
  readonly before: Spot[]
  readonly behind: Spot[]
}

/** Places stages from top to bottom. @param links those of the diagram that are drawn between the boxes */
export function placeLarge(nodes: readonly DiagramNode[], links: readonly DiagramLink[], sizes: Sizes): Placement {
  // Stages are the even layers; labels of links are in the odd ones.
  const layers: Spot[][] = []
  const add = (layer: number, size: Size): Spot => {
    const members = (layers[layer] ??= [])
    const spot: Spot = { size, layer, rank: members.length, before: [], behind: [] }
    members.push(spot)
    return spot
  }
  const spots = new Map(nodes.map((node) => [node.name, add(2 * node.stage, sizes.node(node))]))
  const routes = links.map((link) => ({ link, route: findRoute(link, spots, sizes, add) }))
  const whole = Array.from(layers, (members: Spot[] | undefined) => members ?? [])
  for (let sweep = 0; sweep < SWEEPS; sweep++) sortLayers(whole, sweep % 2 === 0)
  const { middles, length } = measure(whole)
  const pointOf = ({ layer, rank }: Spot): Point => ({ x: rank, y: middles[layer] ?? 0 })
  const boxes = new Map([...spots].map(([name, spot]): [string, Box] => [name, { ...pointOf(spot), ...spot.size }]))
  const ways = routes.map(({ link, route }): Way => {
    const points = route.map(pointOf)
    return { link, label: points[0] ?? NOWHERE, points }
  })
  return settleDown(boxes, ways, sizes, 'TB', length)
}

/** Places of a link between its ends, starting with its label. */
function findRoute(
  link: DiagramLink,
  spots: ReadonlyMap<string, Spot>,
  sizes: Sizes,
  add: (layer: number, size: Size) => Spot,
): readonly Spot[] {
  const [from, to] = [spots.get(link.target), spots.get(link.container)]
  if (from === undefined || to === undefined) return []
  const route: Spot[] = []
  for (let layer = from.layer + 1; layer < to.layer; layer++) {
    route.push(add(layer, route.length === 0 ? sizes.label(link) : { width: 1, height: 1 }))
  }
  const all = [from, ...route, to]
  for (const [index, spot] of all.entries()) {
    const next = all[index + 1]
    if (next === undefined) continue
    spot.behind.push(next)
    next.before.push(spot)
  }
  return route
}

function sortLayers(layers: readonly Spot[][], down: boolean): void {
  for (const members of down ? layers : layers.toReversed()) {
    const means = new Map(members.map((spot) => [spot, meanOf(down ? spot.before : spot.behind) ?? spot.rank]))
    members.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0) || a.rank - b.rank)
    for (const [rank, spot] of members.entries()) spot.rank = rank
  }
}

function meanOf(spots: readonly Spot[]): number | undefined {
  return spots.length === 0 ? undefined : spots.reduce((sum, { rank }) => sum + rank, 0) / spots.length
}

/** @returns the middle of each layer, and the length of all layers with their margins */
function measure(layers: readonly (readonly Spot[])[]): {
  readonly middles: readonly number[]
  readonly length: number
} {
  const middles: number[] = []
  let at = MARGIN
  for (const members of layers) {
    const height = members.reduce((most, { size }) => Math.max(most, size.height), 0)
    middles.push(at + height / 2)
    at += height + GAPS.ranksep / 2
  }
  return { middles, length: at - GAPS.ranksep / 2 + MARGIN }
}
