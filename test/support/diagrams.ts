/** Orders for drawing: random ones, and shapes that are hard to draw. */
import * as fc from 'fast-check'
import { diagramOrder } from '../../src/graph/diagram-order.ts'
import type { Diagram } from '../../src/graph/diagram.ts'
import type { Condition } from '../../src/order/conditions.ts'
import type { Edge } from '../../src/order/order.ts'
import { arbitraryOrder } from './arbitrary-order.ts'
import { arbitraryLabel } from './arbitrary-words.ts'

/** Generates titles. They may hold any text of a manifest. */
const arbitraryTitle = fc
  .oneof(fc.constantFrom('Pod/voting', 'Pod/"x"', 'Pod/a\\', 'Pod/#quot;', 'Pod/`x`', '__proto__'), fc.string())
  .map((title) => title.replaceAll(/\p{Cc}/gu, '?'))

export const arbitraryDiagram: fc.Arbitrary<Diagram> = fc
  .record({
    title: arbitraryTitle,
    order: arbitraryOrder,
    others: fc.uniqueArray(arbitraryLabel, { maxLength: 6 }),
    inits: fc.nat(3),
  })
  .map(({ title, order, others, inits }) => {
    const free = others.filter((name) => !order.containers.includes(name))
    return diagramOrder(title, [...order.containers, ...free.slice(inits)], order, free.slice(0, inits))
  })

/** Makes an order from lines. `app: db cache:completed` means: app waits for db/ready and for cache/completed. */
export function drawLines(title: string, containers: string, ...lines: readonly string[]): Diagram {
  const edges = lines.flatMap((line) => {
    const [container = '', targets = ''] = line.split(': ')
    return targets.split(' ').map((text): Edge => {
      const [target = '', condition = 'ready'] = text.split(':')
      return { container, target, condition: condition as Condition, optional: false, at: { line: 1, column: 1 } }
    })
  })
  return drawEdges(title, containers.split(' '), edges)
}

/** @param pairs `[3, 1]` means: container 3 waits until container 1 is ready */
export function drawPairs(count: number, pairs: readonly (readonly [number, number])[]): Diagram {
  const nameOf = (index: number): string => `container-${index}`
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const edges = pairs.map(([container, target]): Edge => {
    const ends = { container: nameOf(container), target: nameOf(target) }
    return { ...ends, condition: 'ready', optional: false, at: { line: 1, column: 1 } }
  })
  return drawEdges('Pod/shape', names, edges)
}

function drawEdges(title: string, listed: readonly string[], edges: readonly Edge[]): Diagram {
  const ordered = new Set(edges.flatMap(({ container, target }) => [container, target]))
  const containers = listed.filter((name) => ordered.has(name))
  const order = {
    edges,
    outside: [],
    containers,
    main: [],
    stopOrder: 'together' as const,
    waitTimeoutMs: undefined,
    sidecars: new Set<string>(),
    options: new Map(),
  }
  return diagramOrder(title, listed, order)
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

/** Makes random pairs from a fixed seed, so that a shape is the same in every run. */
function scatter(count: number, links: number): readonly (readonly [number, number])[] {
  let seed = 42
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const pairs = new Map<string, readonly [number, number]>()
  while (pairs.size < links) {
    const container = 1 + next(count - 1)
    const target = next(container)
    pairs.set(`${container} ${target}`, [container, target])
  }
  return [...pairs.values()]
}

const STAGE = 17

/** Makes an order in which each container waits for the one before it and for the first. */
export const longLinks = (size: number): Diagram =>
  drawPairs(
    size,
    range(size - 1).flatMap((index) => [[index + 1, index] as const, ...(index > 0 ? [[index + 1, 0] as const] : [])]),
  )

/** Makes an order in which each container waits for the one before it and for the one at half its number. */
export const halves = (size: number): Diagram =>
  drawPairs(
    size,
    range(size - 1).flatMap((index) =>
      [...new Set([index, Math.floor((index + 1) / 2)])].map((target) => [index + 1, target] as const),
    ),
  )

export const SHAPES: Readonly<Record<string, () => Diagram>> = {
  'a chain': () =>
    drawPairs(
      200,
      range(199).map((index) => [index + 1, index]),
    ),
  'a star': () =>
    drawPairs(
      200,
      range(199).map((index) => [index + 1, 0]),
    ),
  '12 stages, each container after all of the one before': () =>
    drawPairs(
      12 * STAGE,
      range(11 * STAGE).flatMap((index) =>
        range(STAGE).map((other) => [index + STAGE, index - (index % STAGE) + other] as const),
      ),
    ),
  '12 stages, each container after one or two of the one before': () =>
    drawPairs(
      12 * STAGE,
      range(11 * STAGE).flatMap((index) =>
        [...new Set([index, index - (index % STAGE) + ((index * 7) % STAGE)])].map(
          (target) => [index + STAGE, target] as const,
        ),
      ),
    ),
  '1,000 links anyhow': () => drawPairs(200, scatter(200, 1000)),
  'each after the one before and after the first': () => longLinks(200),
  'each after the one before and after that at half its number': () => halves(200),
  'nothing but one link': () => drawPairs(200, [[1, 0]]),
}
