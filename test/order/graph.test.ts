import test from 'ava'
import * as fc from 'fast-check'
import { findCycles } from '../../src/order/cycle.ts'
import { findStages, type Link, sortContainers } from '../../src/order/graph.ts'

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`)
const chain = (count: number): readonly Link[] =>
  Array.from({ length: count - 1 }, (_, index) => ({ container: `c${index + 1}`, target: `c${index}` }))

/** `app: db cache` = app waits for db and for cache. */
function links(...lines: readonly string[]): readonly Link[] {
  return lines.flatMap((line) => {
    const [container = '', targets = ''] = line.split(': ')
    return targets.split(' ').map((target) => ({ container, target }))
  })
}

/** Any pairs at all: cycles, loops and doubles too. */
const anyGraph = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.record({
    containers: fc.constant(names(count)),
    links: fc.array(
      fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).map(([a, b]) => ({ container: `c${a}`, target: `c${b}` })),
      { maxLength: 30 },
    ),
  }),
)

/** Links against a hidden order only, in containers listed in another one. */
const acyclicGraph = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.record({
    containers: fc.shuffledSubarray([...names(count)], { minLength: count }),
    links: fc
      .array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 30 })
      .map((pairs) =>
        pairs
          .filter(([a, b]) => a !== b)
          .map(([a, b]) => ({ container: `c${Math.max(a, b)}`, target: `c${Math.min(a, b)}` })),
      ),
  }),
)

function hasLink(all: readonly Link[], container: string | undefined, target: string | undefined): boolean {
  return all.some((link) => link.container === container && link.target === target)
}

test('a sorted order is a permutation that puts every target first', (t) => {
  fc.assert(
    fc.property(acyclicGraph, ({ containers, links: all }) => {
      const order = sortContainers(containers, all) ?? []
      t.deepEqual([...order].toSorted(), [...containers].toSorted())
      for (const { container, target } of all) t.true(order.indexOf(target) < order.indexOf(container))
    }),
  )
})

test('either there is an order, or a cycle, never both', (t) => {
  fc.assert(
    fc.property(anyGraph, ({ containers, links: all }) => {
      t.is(sortContainers(containers, all) === undefined, findCycles(containers, all).length > 0)
    }),
  )
})

test('a cycle found is a real one, without repetition, and begins with the container listed first', (t) => {
  fc.assert(
    fc.property(anyGraph, ({ containers, links: all }) => {
      for (const cycle of findCycles(containers, all)) {
        cycle.forEach((name, index) => t.true(hasLink(all, name, cycle[(index + 1) % cycle.length])))
        t.is(new Set(cycle).size, cycle.length)
      }
    }),
  )
})

test('cycles found have no container in common, and without them nothing hides another knot', (t) => {
  fc.assert(
    fc.property(anyGraph, ({ containers, links: all }) => {
      const members = findCycles(containers, all).flat()
      t.is(new Set(members).size, members.length)
    }),
  )
})

test('independent cycles are each found once, with what hangs on them left out', (t) => {
  const all = links('a: b', 'b: c', 'c: a', 'x: y a', 'y: x', 'z: a x', 's: s')
  t.deepEqual(findCycles(['s', 'z', 'y', 'x', 'a', 'b', 'c'], all), [['s'], ['y', 'x'], ['a', 'b', 'c']])
})

test('of several ways round, the shortest is shown', (t) => {
  t.deepEqual(findCycles(['a', 'b', 'c', 'd'], links('a: b d', 'b: c', 'c: a', 'd: a')), [['a', 'd']])
})

test('stages: fan-out and fan-in start together, each container as early as it can', (t) => {
  const all = links('left: first', 'middle: first', 'right: left', 'join: left middle right')
  t.deepEqual(findStages(['join', 'right', 'middle', 'left', 'first', 'alone'], all), [
    ['first', 'alone'],
    ['middle', 'left'],
    ['right'],
    ['join'],
  ])
})

test('every container is in the stage behind its latest target', (t) => {
  fc.assert(
    fc.property(acyclicGraph, ({ containers, links: all }) => {
      const stages = findStages(containers, all)
      const stageOf = (name: string): number => stages.findIndex((stage) => stage.includes(name))
      for (const name of containers) {
        const targets = all.filter(({ container }) => container === name).map(({ target }) => stageOf(target))
        t.is(stageOf(name), Math.max(-1, ...targets) + 1)
      }
    }),
  )
})

test('nothing listed has no stages', (t) => {
  t.deepEqual(findStages([], []), [])
})

test('a link out of the graph, or a cycle where none may be, is a bug', (t) => {
  t.throws(() => findStages(['a'], links('a: b')), { message: /leaves the graph/ })
  t.throws(() => findStages(['a', 'b'], links('a: b', 'b: a')), { message: /cycle/ })
})

test('a chain of 100,000 overflows no stack', (t) => {
  const containers = names(100_000)
  const all = chain(100_000)
  t.deepEqual(sortContainers(containers, all), containers)
  t.is(findStages(containers, all).length, 100_000)
  t.deepEqual(findCycles(containers, all), [])
  t.is(findCycles(containers, [...all, { container: 'c0', target: 'c99999' }])[0]?.length, 100_000)
})

test('work grows with the links, not with the ways through them', (t) => {
  // 20 layers of 50: 47,500 links, and 50 to the 20th ways.
  const containers = names(1000)
  const all = containers.flatMap((container, index) =>
    index < 50
      ? []
      : Array.from({ length: 50 }, (_, other) => ({
          container,
          target: `c${(Math.floor(index / 50) - 1) * 50 + other}`,
        })),
  )
  let reads = 0
  const counted = all.map(({ container, target }) => ({
    get container() {
      reads++
      return container
    },
    target,
  }))
  t.is(findStages(containers, counted).length, 20)
  t.is(reads, all.length)
  t.deepEqual(findCycles(containers, all), [])
})
