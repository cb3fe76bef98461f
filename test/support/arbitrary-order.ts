/** Random orders for property tests: acyclic, with every kind of edge. */
import * as fc from 'fast-check'
import type { Condition, Edge, Order } from '../../src/core/order.ts'

const CONDITIONS: readonly Condition[] = ['started', 'ready', 'completed', 'failed', 'ended']

const link = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  condition: fc.constantFrom(...CONDITIONS),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  optional: fc.boolean(),
})

/** Of up to a dozen containers; only a container listed later waits for one listed earlier, at most once. */
export const arbitraryOrder: fc.Arbitrary<Order> = fc
  .record({
    size: fc.integer({ min: 2, max: 12 }),
    links: fc.array(link, { minLength: 1, maxLength: 40 }),
    mains: fc.nat({ max: 2 }),
    stopOrder: fc.constantFrom('reverse' as const, 'together' as const),
    waitTimeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  })
  .map(({ size, links, mains, stopOrder, waitTimeoutMs }) => {
    const containers = Array.from({ length: size }, (_, index) => `c${index}`)
    const edges = new Map<string, Edge>()
    for (const { from, to, condition, timeoutMs, optional } of links) {
      const waiting = 1 + (from % (size - 1))
      const container = `c${waiting}`
      const target = `c${to % waiting}`
      const timeout = timeoutMs === undefined ? {} : { timeoutMs }
      edges.set(`${container} ${target}`, {
        container,
        target,
        condition,
        optional,
        ...timeout,
        at: { line: 1, column: 1 },
      })
    }
    return { edges: [...edges.values()], containers, main: containers.slice(0, mains), stopOrder, waitTimeoutMs }
  })
