/**
 * Links that pass many stages, in large pictures. A layered layout gives a link a place in each layer that it passes: 500
 * containers that all wait for the first one need 125,000 places, and gigabytes. Such links run beside the stages instead, in one
 * lane for each target. Pure.
 */
import type { Size } from '../picture/frame.ts'
import { type Box, type Diagram, type DiagramLink, passesMany, type PlacedLink, type Placement } from './diagram.ts'
import { GAPS, MARGIN, NOWHERE, type Sizes } from './placing.ts'

/** A link that passes fewer stages stays between the boxes. */
const NEAR = 8
/** From a box to the bend of its links, px. */
const STUB = 10
const BETWEEN_LABELS = 4

/** @returns the links that go in lanes; none unless the picture is large */
export function chooseLanes({ nodes, links }: Diagram): ReadonlySet<DiagramLink> {
  if (!passesMany({ nodes, links })) return new Set()
  const stages = new Map(nodes.map(({ name, stage }) => [name, stage]))
  const passed = ({ container, target }: DiagramLink): number =>
    (stages.get(container) ?? 0) - (stages.get(target) ?? 0) - 1
  // A target outside the order may be next to the container that waits for it.
  return new Set(links.filter((link) => passed(link) < 0 || passed(link) >= NEAR))
}

interface Lane {
  readonly x: number
  /** The last layer that uses the lane. */
  until: number
}

/**
 * Adds links in lanes to a placement with stages from top to bottom.
 * @param laned in the order of the diagram
 */
export function placeInLanes(
  { nodes, width, height }: Placement,
  laned: readonly DiagramLink[],
  sizes: Sizes,
): { readonly width: number; readonly height: number; readonly links: ReadonlyMap<DiagramLink, PlacedLink> } {
  const layers = findLayers([...nodes.values()])
  const layerOf = (box: Box): number => layers.findIndex(({ bottom }) => box.y < bottom)
  const layer = new Map([...nodes].map(([name, box]) => [name, layerOf(box)]))
  const lanes = chooseX(laned, layer, width)
  const rights = layers.map(() => 0)
  const links = new Map<DiagramLink, PlacedLink>()
  for (const link of laned) {
    const [from, to] = [nodes.get(link.target), nodes.get(link.container)]
    const [first = 0, last = 0] = [layer.get(link.target), layer.get(link.container)]
    if (from === undefined || to === undefined) continue
    const [start, end] = [middleOf(from), middleOf(to)]
    const lane = lanes.get(link.target) ?? width
    const leave = (layers[first]?.bottom ?? 0) + STUB
    const arrive = (layers[last]?.top ?? 0) - STUB
    // Labels of one layer stand side by side on the line where their links arrive.
    const { width: room }: Size = sizes.label(link)
    const left = Math.max(end + STUB, rights[last] ?? 0)
    rights[last] = left + room + BETWEEN_LABELS
    links.set(link, {
      points: [
        ...[
          { x: start, y: from.y + from.height },
          { x: start, y: leave },
          { x: lane, y: leave },
        ],
        ...[
          { x: lane, y: arrive },
          { x: end, y: arrive },
          { x: end, y: to.y },
        ],
      ],
      label: { x: left + room / 2, y: arrive },
    })
  }
  const widest = Math.max(width, ...new Set(lanes.values()), ...rights)
  return { width: widest + MARGIN, height, links }
}

function middleOf({ x, width }: Box): number {
  return x + width / 2
}

/** Groups boxes that overlap vertically, from top to bottom. */
function findLayers(boxes: readonly Box[]): readonly { readonly top: number; readonly bottom: number }[] {
  const layers: { top: number; bottom: number }[] = []
  for (const { y, height } of boxes.toSorted((a, b) => a.y - b.y)) {
    const last = layers.at(-1)
    if (last !== undefined && y < last.bottom) last.bottom = Math.max(last.bottom, y + height)
    else layers.push({ top: y, bottom: y + height })
  }
  return layers
}

/** Chooses a lane for each target; targets whose links are in different layers share one. @returns its x. */
function chooseX(
  laned: readonly DiagramLink[],
  layer: ReadonlyMap<string, number>,
  width: number,
): ReadonlyMap<string, number> {
  const targets = [...Map.groupBy(laned, ({ target }) => target)].map(([target, links]) => ({
    target,
    from: layer.get(target) ?? 0,
    to: links.reduce((last, { container }) => Math.max(last, layer.get(container) ?? 0), 0),
  }))
  const lanes: Lane[] = []
  const chosen = new Map<string, number>()
  for (const { target, from, to } of targets.toSorted((a, b) => a.from - b.from)) {
    let lane = lanes.find(({ until }) => until < from)
    if (lane === undefined) {
      lane = { x: width + lanes.length * GAPS.edgesep, until: to }
      lanes.push(lane)
    }
    lane.until = to
    chosen.set(target, lane.x)
  }
  return chosen
}

/** Merges links between the boxes and links in lanes, in the order of the diagram. */
export function joinLinks(
  links: readonly DiagramLink[],
  between: ReadonlyMap<DiagramLink, PlacedLink>,
  laned: ReadonlyMap<DiagramLink, PlacedLink>,
): readonly PlacedLink[] {
  return links.map((link) => between.get(link) ?? laned.get(link) ?? { points: [NOWHERE, NOWHERE], label: NOWHERE })
}
