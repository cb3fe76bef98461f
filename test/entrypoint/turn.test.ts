/** The order of stops, in virtual time: what must hold of every pod, however its containers behave. */
import test, { type ExecutionContext } from 'ava'
import * as fc from 'fast-check'
import { chooseAlone, judgeKill, judgeMeaning, judgeTurn, type Peer, TOGETHER_MS } from '../../src/entrypoint/turn.ts'
import { type Order } from '../../src/order/order.ts'
import { LEAST_GRACE_MS, measureUsable } from '../../src/order/stopping.ts'
import { type Actor, type Fate, type Scene, simulateStop } from '../support/stop-simulation.ts'

/** 2,000 in each run; PODORDER_STOPS=100000 says otherwise. */
const RUNS = Number(process.env['PODORDER_STOPS'] ?? 2000)

const peer = (name: string, more: Partial<Peer> = {}): Peer => ({
  ...{ name, alive: true, stoppingMs: undefined, unsure: false, stopped: false },
  ...more,
})
const RULE = { aloneMs: 1500, waitMs: 20_000 }

test('a follower that is stopping is waited for; one that has stopped, died or was never there is not', (t) => {
  t.like(judgeTurn([peer('a', { stoppingMs: 5 })], RULE, 0, 10_000), { kind: 'wait', holders: ['a'], againMs: 10_000 })
  for (const more of [{ stopped: true }, { alive: false }]) {
    t.like(judgeTurn([peer('a', { stoppingMs: 5, ...more })], RULE, 0, 10), { kind: 'reached' })
  }
})

test('one that says nothing is waited for only as long as it may still say so', (t) => {
  t.like(judgeTurn([peer('a')], RULE, 0, 1499), { kind: 'wait', holders: ['a'], againMs: 1 })
  t.like(judgeTurn([peer('a')], RULE, 0, 1500), { kind: 'reached' })
  t.like(judgeTurn([peer('a'), peer('b', { stoppingMs: 9 })], RULE, 0, 1500), { kind: 'wait', holders: ['b'] })
})

test('when the time for it is up, nobody is waited for any more', (t) => {
  t.deepEqual(judgeTurn([peer('a', { stoppingMs: 5 })], RULE, 0, 20_000), { kind: 'late', holders: ['a'] })
})

test('a signal that may mean anything counts only beside another stop', (t) => {
  const unsure = (stoppingMs: number) => [peer('a', { stoppingMs, unsure: true })]
  t.like(judgeTurn(unsure(100_000), RULE, 100_500, 105_000), { kind: 'wait' })
  t.like(judgeTurn(unsure(100_000), RULE, 100_001 + TOGETHER_MS, 105_000), { kind: 'reached' })
  const signal = { atMs: 50, patienceMs: 500 }
  t.true(judgeMeaning(unsure(0), signal, 60))
  t.is(judgeMeaning([peer('a')], signal, 549), undefined)
  t.false(judgeMeaning([peer('a')], signal, 550))
  t.false(judgeMeaning([peer('a', { alive: false })], signal, 50), 'nobody could say more')
  const gone = (stoppingMs: number) => [peer('a', { alive: false, stopped: true, stoppingMs })]
  t.true(judgeMeaning(gone(40), signal, 60), 'it was quick')
  t.false(judgeMeaning(gone(50 - TOGETHER_MS - 1), signal, 60), 'that was another stop')
})

test('nobody is killed for those that do not wait; the later of two stops counts', (t) => {
  t.is(judgeKill([peer('db'), peer('c', { stoppingMs: 5, stopped: true })], 1000, 0, 5000), undefined)
  t.deepEqual(judgeKill([peer('db', { stoppingMs: 4500 })], 1000, 0, 5000), { afterMs: 500, by: ['db'] })
  t.deepEqual(judgeKill([peer('db', { stoppingMs: 0 })], 1000, 3000, 5000), { afterMs: 0, by: ['db'] })
})

test('a short grace period leaves less time to find out who stops too', (t) => {
  t.deepEqual([2000, 3000, 30_000].map(chooseAlone), [500, 750, 1500])
})

const times = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 500 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
  { weight: 1, arbitrary: fc.constant(Infinity) },
)

const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const arbitraryActor: fc.Arbitrary<Actor> = fc.record({
  skewMs: fc.integer({ min: 10, max: 100 }),
  hookMs: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: times }),
  drainMs: times,
  endsMs: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: -10, max: 30_000 }) },
  ),
  silent: fc.boolean(),
  waiting: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  unsure: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
})

const arbitraryScene: fc.Arbitrary<Scene> = fc
  .integer({ min: 2, max: 40 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      links: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('ready', 'started', 'completed', 'ended')), {
        minLength: 1,
        maxLength: 80,
      }),
      actors: fc.array(arbitraryActor, { minLength: size, maxLength: size }),
      graceS: fc.oneof(fc.constantFrom(0, 1, 2, 5, 10, 30), fc.integer({ min: 0, max: 600 })),
      periods: fc.array(seldom(fc.integer({ min: 1, max: 10_000 })), { minLength: size, maxLength: size }),
      only: seldom(fc.nat({ max: size - 1 })),
    }),
  )
  .map(({ size, links, actors, graceS, periods, only }) => {
    const containers = Array.from({ length: size }, (_, index) => `c${index}`)
    const edges = new Map(
      links.map(([from, to, condition]) => {
        const container = 1 + (from % (size - 1))
        const edge = { container: `c${container}`, target: `c${to % container}`, condition, optional: false }
        return [`${edge.container} ${edge.target}`, { ...edge, at: { line: 1, column: 1 } }] as const
      }),
    )
    const options = containers.flatMap((name, index) => {
      const stopGracePeriod = periods[index]
      return stopGracePeriod === undefined ? [] : [[name, { stopGracePeriod, places: {} }] as const]
    })
    const order: Order = {
      ...{
        edges: [...edges.values()],
        outside: [],
        containers,
        sidecars: new Set<string>(),
        main: [],
        stopOrder: 'reverse',
      },
      ...{ waitTimeoutMs: undefined, options: new Map(options) },
    }
    return {
      order,
      graceMs: graceS * 1000,
      actors: new Map(containers.map((name, index) => [name, actors[index] as Actor])),
      only: only === undefined ? undefined : `c${only}`,
    }
  })

/** How far two containers of one pod may be apart in when they learn of its stop. */
const MOST_SKEW_MS = 300

interface Seen {
  cases: number
  containers: number
  told: number
  killed: number
  late: number
}

function judge(t: ExecutionContext, scene: Scene, seen: Seen): void {
  const fates = simulateStop(scene)
  const wholeMs = Math.max(scene.graceMs, LEAST_GRACE_MS)
  const usableMs = measureUsable(scene.graceMs)
  const said = [...scene.order.options.values()].reduce((sum, { stopGracePeriod = 0 }) => sum + stopGracePeriod, 0)
  seen.cases++
  for (const fate of fates.values()) {
    const { name, stop, askedMs, hookMs, toldMs, endMs, killedBy } = fate
    const actor = scene.actors.get(name) as Actor
    const words = JSON.stringify({ ...fate, only: scene.only, graceMs: scene.graceMs, actor })
    seen.containers++
    if (toldMs !== undefined) seen.told++
    if (killedBy === 'wrapper') seen.killed++
    if (fate.late) seen.late++
    const followers = (stop?.after ?? []).map((other) => fates.get(other) as Fate)
    // 1. In reverse; only a skew that is longer than what is kept for a container can break that.
    for (const other of followers) {
      const begunMs = Math.min(hookMs ?? Infinity, toldMs ?? Infinity)
      if (!Number.isFinite(begunMs) || other.askedMs === undefined || other.askedMs > begunMs) continue
      const inReverse = (other.endMs ?? Infinity) <= begunMs
      const isOver = begunMs >= wholeMs
      if (!inReverse && !isOver)
        t.true(fate.late && begunMs - (askedMs ?? 0) >= (stop?.waitMs ?? 0), `reverse: ${words}`)
      if (!inReverse && !isOver) t.true((stop?.reserveMs ?? 0) < 2 * MOST_SKEW_MS || said > 0, `late: ${words}`)
    }
    // 2. Alone: at once.
    if (scene.only === name && !actor.waiting && endMs !== undefined && actor.endsMs === undefined) {
      const begunMs = Math.min(hookMs ?? Infinity, toldMs ?? Infinity)
      t.true(begunMs - (askedMs ?? 0) <= 2000, `alone: ${words}`)
    }
    // 3. Nobody is killed while there is time, and only for one that waits; the last never.
    if (killedBy === 'wrapper') {
      t.true(
        scene.only === undefined && fate.killedFor.length > 0 && (stop?.before.length ?? 0) > 0,
        `killed: ${words}`,
      )
      t.true((endMs ?? 0) - (askedMs ?? 0) >= Math.floor(stop?.killMs ?? Infinity), `too early: ${words}`)
      if (said === 0) t.true((stop?.killMs ?? 0) >= usableMs / 2 - 1, `more than half: ${words}`)
    }
    // 4. In time, and every command is told before it is killed.
    if (askedMs !== undefined) {
      t.true((endMs ?? Infinity) <= wholeMs + LEAST_GRACE_MS, `in time: ${words}`)
      const deaf = actor.hookMs === undefined || scene.graceMs === 0
      if (deaf) t.true((endMs ?? Infinity) <= wholeMs, `in time: ${words}`)
      if (killedBy !== undefined) t.true(toldMs !== undefined, `never told: ${words}`)
    }
    // 6. One that waits ends at once.
    if (actor.waiting && askedMs !== undefined) t.is(endMs, askedMs, `waits: ${words}`)
  }
}

test('property: in reverse, only together, no worse than Kubernetes, in time, whatever each container does', (t) => {
  const seen: Seen = { cases: 0, containers: 0, told: 0, killed: 0, late: 0 }
  fc.assert(
    fc.property(arbitraryScene, (scene) => judge(t, scene, seen)),
    { numRuns: RUNS },
  )
  t.true(seen.killed > 0 && seen.told > seen.killed, JSON.stringify(seen))
  t.log(JSON.stringify(seen))
})
