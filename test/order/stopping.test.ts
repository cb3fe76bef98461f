import test from 'ava'
import * as fc from 'fast-check'
import type { Condition } from '../../src/order/conditions.ts'
import type { Order } from '../../src/order/order.ts'
import { planStops } from '../../src/order/stopping.ts'
import { arbitraryOrder } from '../support/arbitrary-order.ts'

/** `app: {db: ready}` as `['app', 'db', 'ready']`. */
function order(
  links: readonly (readonly [string, string, Condition])[],
  stopOrder: Order['stopOrder'] = 'reverse',
): Order {
  const edges = links.map(([container, target, condition]) => ({
    ...{ container, target, condition, optional: false, at: { line: 1, column: 1 } },
  }))
  const containers = [...new Set(links.flatMap(([container, target]) => [target, container]))]
  return { edges, outside: [], containers, main: [], stopOrder, waitTimeoutMs: undefined, options: new Map() }
}

const stops = (of: Order): object => Object.fromEntries(planStops(of, 30_000))

test('a chain stops from its end; each level has an equal share of 90 % of the grace period', (t) => {
  const chain = order([
    ['cache', 'db', 'ready'],
    ['app', 'cache', 'started'],
  ])
  t.deepEqual(stops(chain), {
    db: { after: ['cache'], waitMs: 18_000, graceMs: 9000 },
    cache: { after: ['app'], waitMs: 9000, graceMs: 9000 },
    app: { after: [], waitMs: 0, graceMs: 9000 },
  })
})

test('who waits for an end does not hold up that one, but what that one needed', (t) => {
  const mixed = order([
    ['migrate', 'db', 'ready'],
    ['app', 'migrate', 'completed'],
    ['report', 'app', 'ended'],
    ['alarm', 'app', 'failed'],
  ])
  const atOnce = { after: [], waitMs: 0, graceMs: 13_500 }
  t.deepEqual(stops(mixed), {
    ...{ migrate: atOnce, app: atOnce, report: atOnce, alarm: atOnce },
    db: { after: ['migrate', 'app', 'report', 'alarm'], waitMs: 13_500, graceMs: 13_500 },
  })
})

test('steps that need nothing that goes on stop together', (t) => {
  t.deepEqual(stops(order([['b', 'a', 'completed']])), {})
})

test('a container that is needed twice is waited for once', (t) => {
  const both = order([
    ['app', 'db', 'started'],
    ['app', 'db', 'ready'],
  ])
  t.deepEqual(planStops(both, 30_000).get('db')?.after, ['app'])
})

test('together is Kubernetes’ own way: nobody is told anything', (t) => {
  t.deepEqual(stops(order([['app', 'db', 'ready']], 'together')), {})
})

test('10,000 steps that all need one server are planned', (t) => {
  const steps = order([
    ['c0', 'db', 'ready'],
    ...Array.from({ length: 9999 }, (_, index) => [`c${index + 1}`, `c${index}`, 'completed'] as const),
  ])
  t.is(planStops(steps, 300_000).get('db')?.after.length, 10_000)
})

test('a chain of 10,000 is planned', (t) => {
  const chain = order(Array.from({ length: 9999 }, (_, index) => [`c${index + 1}`, `c${index}`, 'ready']))
  t.is(planStops(chain, 300_000).get('c0')?.waitMs, 9999 * 27)
})

/**
 * The wrappers' rules, all of them told to stop at 0. A command ends so many ms after its SIGTERM, if SIGKILL does not come
 * first.
 */
function simulate(of: Order, graceMs: number, endsAfter: (container: string) => number) {
  const plan = planStops(of, graceMs)
  const told = new Map<string, number>()
  const ended = new Map<string, number>()
  // Dependents are listed behind what they wait for.
  for (const name of of.containers.toReversed()) {
    const stop = plan.get(name)
    if (stop === undefined) continue
    const dependentsEnded = Math.max(0, ...stop.after.map((other) => ended.get(other) ?? Infinity))
    told.set(name, Math.min(stop.waitMs, dependentsEnded))
    ended.set(name, (told.get(name) ?? 0) + Math.min(stop.graceMs, endsAfter(name)))
  }
  return { plan, told, ended }
}

const graces = fc.integer({ min: 0, max: 600 }).map((seconds) => seconds * 1000)

test('property: the pod ends within its grace period although every command ignores SIGTERM', (t) => {
  fc.assert(
    fc.property(arbitraryOrder, graces, (of, graceMs) => {
      const { ended } = simulate(of, graceMs, () => Infinity)
      return [...ended.values()].every((ms) => ms <= 0.9 * graceMs)
    }),
  )
  t.pass()
})

test('property: whatever each takes to end, nobody is told to stop before those that need it have ended', (t) => {
  fc.assert(
    fc.property(arbitraryOrder, graces, fc.func(fc.nat(60_000)), (of, graceMs, endsAfter) => {
      const { plan, told, ended } = simulate(of, graceMs, endsAfter)
      return [...plan].every(([name, { after }]) =>
        after.every((other) => (ended.get(other) ?? 0) <= (told.get(name) ?? -1)),
      )
    }),
  )
  t.pass()
})
