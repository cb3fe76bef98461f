/** Random acyclic orders for property tests, with every kind of edge, and waits for every kind of target outside the pod. */
import * as fc from 'fast-check'
import { type Condition, isOfEnd } from '../../src/order/conditions.ts'
import type { SaidOptions } from '../../src/order/container-options.ts'
import type { Edge, Order, OutsideWait } from '../../src/order/order.ts'
import { readTarget } from '../../src/order/outside-target.ts'

const CONDITIONS: readonly Condition[] = ['started', 'ready', 'completed', 'failed', 'ended']

const link = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  condition: fc.constantFrom(...CONDITIONS),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  optional: fc.boolean(),
  restart: fc.constantFrom(undefined, {}, { afterMs: 1500 }),
})

const TARGETS: readonly (readonly [string, Condition | undefined])[] = [
  ['pod/db', undefined],
  ['pod/shop/-lapp=db,tier in (a,b)', 'ready'],
  ['job/migrate', 'completed'],
  ['job/shop/migrate', 'ended'],
  ['service/mail', undefined],
  ['sidecar/proxy', undefined],
  ['tcp://[::1]:5672', undefined],
  ['http://api:8080/$(PATH)?a=b,c', 'ready'],
  ['https://api/', undefined],
]

const wait = fc.record({
  from: fc.nat(),
  target: fc.constantFrom(...TARGETS),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
  optional: fc.boolean(),
})

const duration = fc.integer({ min: 1, max: 1e8 })

const said: fc.Arbitrary<SaidOptions> = fc
  .record(
    {
      retries: fc.nat({ max: 9 }),
      retryDelay: duration,
      retryMaxDelay: duration,
      timeout: duration,
      onError: fc.constantFrom('continue' as const, 'stopAndFail' as const),
      quiet: fc.boolean(),
      logFormat: fc.constantFrom('text' as const, 'json' as const),
      exec: fc.constantFrom('may' as const, 'never' as const),
    },
    { requiredKeys: [] },
  )
  .map((options) => ({ ...options, places: {} }))

/** Generates orders of 2 to 12 containers. A container waits only for containers that are listed before it, for each at most once. */
export const arbitraryOrder: fc.Arbitrary<Order> = fc
  .record({
    size: fc.integer({ min: 2, max: 12 }),
    links: fc.array(link, { minLength: 1, maxLength: 40 }),
    waits: fc.array(wait, { maxLength: 6 }),
    mains: fc.nat({ max: 2 }),
    stopOrder: fc.constantFrom('reverse' as const, 'together' as const),
    waitTimeoutMs: fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined }),
    options: fc.dictionary(fc.nat({ max: 11 }).map(String), said, { maxKeys: 3 }),
  })
  .map(({ size, links, waits, mains, stopOrder, waitTimeoutMs, options }) => {
    const containers = Array.from({ length: size }, (_, index) => `c${index}`)
    const edges = new Map<string, Edge>()
    for (const { from, to, condition, timeoutMs, optional, restart } of links) {
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
        ...(restart === undefined || isOfEnd(condition) ? {} : { restart }),
        at: { line: 1, column: 1 },
      })
    }
    const outside = new Map<string, OutsideWait>()
    for (const { from, target, timeoutMs, optional } of waits) {
      const [text, condition] = target
      const read = readTarget(text, condition)
      if ('refusal' in read) throw new Error(`the generator's own target is wrong: ${read.refusal.what}`)
      const container = `c${from % size}`
      const timeout = timeoutMs === undefined ? {} : { timeoutMs }
      outside.set(`${container} ${read.target.label}`, {
        ...{ container, target: read.target, optional, at: { line: 1, column: 1 } },
        ...timeout,
      })
    }
    return {
      edges: [...edges.values()],
      outside: [...outside.values()],
      containers,
      main: containers.slice(0, mains),
      sidecars: new Set<string>(),
      stopOrder,
      waitTimeoutMs,
      options: new Map(
        Object.entries(options).flatMap(([index, each]) =>
          Number(index) < size ? [[`c${index}`, each] as const] : [],
        ),
      ),
    }
  })
