/**
 * Computes positions in the stages of a drawing from the stages and their sequences: each item is as near to its linked items as
 * its neighbours allow. dagre's own method (Brandes and Köpf) keeps long links straight at any cost, and leaves a picture of 200
 * containers mostly empty. Pure.
 */

/** A box, or a point where a link passes a layer. */
export interface Item {
  /** px across the stages: its first position, and its size. */
  readonly place: number
  readonly size: number
  /** Distance to the next item of its layer. */
  readonly gap: number
  /** Its weight; passing links have more than boxes, to be kept straight. */
  readonly weight: number
}

/** An even number, so that the last pass goes in the direction of the layers. More passes change very little. */
const TURNS = 8

/**
 * @param layers the indexes of the items of each layer, in the order of `place`
 * @param links from an item to one of a later layer
 * @returns the middle of each item; items of a layer do not overlap and keep their sequence
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
  // Alternating passes: each layer moves towards the layer settled just before it, so that chains become straight.
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

/** Moves the items of a layer apart with the least change: least squares by pooling adjacent violators (Ayer et al., 1955). */
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
