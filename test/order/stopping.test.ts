import test from 'ava'
import type { Condition } from '../../src/order/conditions.ts'
import type { Order } from '../../src/order/order.ts'
import { planStops } from '../../src/order/stopping.ts'

/** `app: {db: ready}` as `['app', 'db', 'ready']`. */
function order(
  links: readonly (readonly [string, string, Condition])[],
  stopOrder: Order['stopOrder'] = 'reverse',
): Order {
  const edges = links.map(([container, target, condition]) => ({
    ...{ container, target, condition, optional: false, at: { line: 1, column: 1 } },
  }))
  const containers = [...new Set(links.flatMap(([container, target]) => [target, container]))]
  return {
    edges,
    outside: [],
    containers,
    main: [],
    stopOrder,
    waitTimeoutMs: undefined,
    sidecars: new Set<string>(),
    options: new Map(),
  }
}

const stops = (of: Order): object => Object.fromEntries(planStops(of, 30_000))

test('the first has the grace period less a second for each that stops after it; the last is never killed', (t) => {
  const chain = order([
    ['cache', 'db', 'ready'],
    ['app', 'cache', 'started'],
  ])
  t.deepEqual(stops(chain), {
    db: { after: ['cache'], before: [], waitMs: 28_500, killMs: undefined, reserveMs: 1000 },
    cache: { after: ['app'], before: ['db'], waitMs: 27_500, killMs: 28_000, reserveMs: 1000 },
    app: { after: [], before: ['cache'], waitMs: 0, killMs: 27_000, reserveMs: 27_000 },
  })
})

test('five levels: the first to stop has more than 80 % of 30 s', (t) => {
  const chain = order(Array.from({ length: 4 }, (_, index) => [`c${index + 1}`, `c${index}`, 'ready']))
  t.is(planStops(chain, 30_000).get('c4')?.killMs, 25_000)
})

test('a stopGracePeriod is kept in full; the others share what is left of half', (t) => {
  const chain = order([
    ['cache', 'db', 'ready'],
    ['app', 'cache', 'started'],
  ])
  const plan = planStops({ ...chain, options: new Map([['db', { stopGracePeriod: 20_000, places: {} }]]) }, 30_000)
  t.is(plan.get('db')?.waitMs, 29_000 - 20_000 + 500)
  t.is(plan.get('cache')?.killMs, 29_000 - 20_000)
  t.is(plan.get('app')?.killMs, 29_000 - 20_000 - 1000)
})

test('reserves never take more than half; periods that cannot fit leave something to the first as well', (t) => {
  const chain = order(Array.from({ length: 99 }, (_, index) => [`c${index + 1}`, `c${index}`, 'ready']))
  const first = planStops(chain, 30_000).get('c99')?.killMs ?? 0
  t.true(first >= 14_500 && first < 14_600, String(first))
  const said = new Map(chain.containers.map((name) => [name, { stopGracePeriod: 10_000, places: {} }] as const))
  const crowded = planStops({ ...chain, options: said }, 30_000)
  t.true((crowded.get('c99')?.killMs ?? 0) >= 14_000)
  for (const graceMs of [0, 1000, 2000]) t.true((planStops(chain, graceMs).get('c99')?.killMs ?? 0) >= 900)
})

test('who waits for an end does not hold up that one, but what that one needed', (t) => {
  const mixed = order([
    ['migrate', 'db', 'ready'],
    ['app', 'migrate', 'completed'],
    ['report', 'app', 'ended'],
    ['alarm', 'app', 'failed'],
  ])
  const atOnce = { after: [], before: ['db'], waitMs: 0, killMs: 28_000, reserveMs: 28_000 }
  t.deepEqual(stops(mixed), {
    ...{ migrate: atOnce, app: atOnce, report: atOnce, alarm: atOnce },
    db: {
      after: ['migrate', 'app', 'report', 'alarm'],
      before: [],
      waitMs: 28_500,
      killMs: undefined,
      reserveMs: 1000,
    },
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
  t.is(planStops(chain, 300_000).get('c0')?.after[0], 'c1')
})
