/** The stages of an order as bands behind its nodes, if the layout separates them. Pure. */
import type { Diagram, Direction, Placement } from './diagram.ts'

export interface Stages {
  readonly direction: Direction
  /** Along the direction, px; the first begins and the last ends at the edge of the picture. */
  readonly bands: readonly { readonly from: number; readonly to: number }[]
  /** End of the bands across the direction; nodes without links stand below it. */
  readonly across: number
}

/** @returns undefined when there is only one stage, or when stages overlap in both directions */
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

/** Puts borders in the middle of the gaps. */
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
