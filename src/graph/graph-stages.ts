/** The stages of an order as bands behind its nodes, where the layout has them side by side. Pure. */
import type { Diagram, Direction, Placement } from './diagram.ts'

export interface Stages {
  readonly direction: Direction
  /** Along the direction, px; the first begins and the last ends with the picture. */
  readonly bands: readonly { readonly from: number; readonly to: number }[]
  /** The ends of the bands across the direction: what nothing is linked with stands below. */
  readonly across: number
}

/** @returns undefined where there is one stage only, or where stages overlap both ways */
export function layOutStages({ nodes, links }: Diagram, placement: Placement): Stages | undefined {
  const linked = new Set(links.flatMap(({ container, target }) => [container, target]))
  const placed = nodes.flatMap(({ name, stage }) => {
    const box = linked.has(name) ? placement.nodes.get(name) : undefined
    return box === undefined ? [] : [{ stage, box }]
  })
  const count = new Set(placed.map(({ stage }) => stage)).size
  if (count < 2) return undefined
  const bottom = placed.reduce((most, { box }) => Math.max(most, box.y + box.height), 0)
  const below = placement.links
    .flatMap(({ points, label }) => [...points, label])
    .reduce((most, { y }) => Math.max(most, y), bottom)
  const columns = separate(
    placed.map(({ stage, box }) => ({ stage, from: box.x, to: box.x + box.width })),
    placement.width,
  )
  if (columns !== undefined) return { direction: 'LR', bands: columns, across: Math.min(placement.height, below + 10) }
  const rows = separate(
    placed.map(({ stage, box }) => ({ stage, from: box.y, to: box.y + box.height })),
    Math.min(placement.height, below + 10),
  )
  return rows === undefined ? undefined : { direction: 'TB', bands: rows, across: placement.width }
}

interface Extent {
  readonly stage: number
  readonly from: number
  readonly to: number
}

/** Borders in the middle of the gaps. */
function separate(extents: readonly Extent[], end: number): Stages['bands'] | undefined {
  const stages = [...Map.groupBy(extents, ({ stage }) => stage)].toSorted(([a], [b]) => a - b)
  const sides = stages.map(([, members]) => ({
    from: members.reduce((least, { from }) => Math.min(least, from), Infinity),
    to: members.reduce((most, { to }) => Math.max(most, to), -Infinity),
  }))
  const borders = sides.slice(1).map(({ from }, index) => ({ before: sides[index]?.to ?? 0, from }))
  if (borders.some(({ before, from }) => before >= from)) return undefined
  const edges = [0, ...borders.map(({ before, from }) => (before + from) / 2), end]
  return sides.map((_, index) => ({ from: edges[index] ?? 0, to: edges[index + 1] ?? end }))
}
