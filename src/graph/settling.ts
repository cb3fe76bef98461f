/**
 * The places of things within the stages of a drawing, once it is known which stage each is in and in which sequence: as near to
 * what they are linked to as their neighbours allow. dagre's own answer (Brandes and Köpf) keeps long links straight at any
 * price, and makes a picture of 200 containers mostly of empty space. Pure.
 */

/** A box, or the place where a link passes through. */
export interface Item {
  /** px across the stages: where it was put, and how much room it takes. */
  readonly place: number
  readonly size: number
  /** To the next one of its layer. */
  readonly gap: number
  /** How much it counts; links that pass are kept straight rather than boxes near. */
  readonly weight: number
}

/** Even, so that the last one goes with the layers. More move hardly anything. */
const TURNS = 8

/**
 * @param layers the numbers of the items of each, those with the smallest `place` first
 * @param links from an item to one of a later layer
 * @returns the middle of each item; none overlaps another of its layer, and their sequence is kept
 */
export function settleLayers(
  items: readonly Item[],
  layers: readonly (readonly number[])[],
  links: readonly (readonly [number, number])[],
): readonly number[] {
  const before: number[][] = items.map(() => [])
  const behind: number[][] = items.map(() => [])
  for (const [one, other] of links) {
    before[other]?.push(one)
    behind[one]?.push(other)
  }
  const places = items.map(() => 0)
  for (const layer of layers) settle(layer, items, places)
  // To and fro: each layer looks at the one that was settled just before it, so that what is in a line comes to lie straight.
  for (let turn = 0; turn < TURNS; turn++) {
    const [next, neighbours] = turn % 2 === 0 ? [layers.toReversed(), behind] : [layers, before]
    for (const layer of next) {
      for (const item of layer) {
        const near = neighbours[item] ?? []
        if (near.length > 0) places[item] = near.reduce((sum, other) => sum + (places[other] ?? 0), 0) / near.length
      }
      settle(layer, items, places)
    }
  }
  return places
}

interface Block {
  readonly first: number
  readonly weight: number
  readonly mean: number
}

/** Moves the items of a layer as little as keeps them apart: least squares by pooling adjacent violators (Ayer et al., 1955). */
function settle(layer: readonly number[], items: readonly Item[], places: number[]): void {
  const offsets: number[] = []
  const blocks: Block[] = []
  layer.forEach((item, index) => {
    const own = items[item]
    const before = items[layer[index - 1] ?? -1]
    const apart = before === undefined || own === undefined ? 0 : (before.size + own.size) / 2 + before.gap
    offsets.push((offsets.at(-1) ?? 0) + apart)
    let block: Block = { first: index, weight: own?.weight ?? 1, mean: (places[item] ?? 0) - (offsets[index] ?? 0) }
    for (let last = blocks.at(-1); last !== undefined && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop()
      const weight = last.weight + block.weight
      block = { first: last.first, weight, mean: (last.mean * last.weight + block.mean * block.weight) / weight }
    }
    blocks.push(block)
  })
  blocks.forEach(({ first, mean }, index) => {
    const end = blocks[index + 1]?.first ?? layer.length
    for (let at = first; at < end; at++) places[layer[at] ?? -1] = mean + (offsets[at] ?? 0)
  })
}
