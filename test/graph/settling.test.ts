import test from 'ava'
import * as fc from 'fast-check'
import { type Item, settleLayers } from '../../src/graph/settling.ts'

const item = (size: number, gap = 10): Item => ({ place: 0, size, gap, weight: 1 })

test('what is linked in a line lies in a line, wherever it was put', (t) => {
  const items = [item(20), item(30), item(10)].map((one, index) => ({ ...one, place: 100 * index }))
  const [first, ...others] = settleLayers(
    items,
    [[0], [1], [2]],
    [
      [0, 1],
      [1, 2],
    ],
  )
  t.deepEqual(others, [first, first])
})

test('who follows two stands between them', (t) => {
  const [one = 0, other = 0, both] = settleLayers(
    [item(20), item(20), item(20)],
    [[0, 1], [2]],
    [
      [0, 2],
      [1, 2],
    ],
  )
  t.is(other - one, 30)
  t.is(both, (one + other) / 2)
})

const layered = fc
  .record({
    sizes: fc.array(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 6,
    }),
    picks: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 40 }),
  })
  .map(({ sizes, picks }) => {
    let count = 0
    const layers = sizes.map((layer) => layer.map(() => count++))
    const links = picks.flatMap(([layer, from, to]) => {
      const [near, far] = [layers[layer % layers.length] ?? [], layers[(layer % layers.length) + 1] ?? []]
      if (far.length === 0) return []
      return [[near[from % near.length] ?? 0, far[to % far.length] ?? 0] as const]
    })
    return { items: sizes.flat().map((size) => item(size)), layers, links }
  })

test('nothing overlaps, and no sequence changes', (t) => {
  fc.assert(
    fc.property(layered, ({ items, layers, links }) => {
      const places = settleLayers(items, layers, links)
      for (const layer of layers) {
        for (const [index, low] of layer.slice(0, -1).entries()) {
          const high = layer[index + 1] ?? 0
          const apart = ((items[low]?.size ?? 0) + (items[high]?.size ?? 0)) / 2 + (items[low]?.gap ?? 0)
          t.true((places[high] ?? NaN) - (places[low] ?? NaN) >= apart - 1e-6)
        }
      }
    }),
  )
})
