/** `restart: true` in virtual time: what must hold of every pod, whatever is killed in it, hangs or flaps. */
import test, { type ExecutionContext } from 'ava'
import * as fc from 'fast-check'
import type { Edge, Order } from '../../src/order/order.ts'
import { judgeLiving } from '../support/living-judge.ts'
import { type Actor, type Fault, type FaultKind, type Moment, playPod, type Scene } from '../support/virtual-pod.ts'
import { takeTime } from '../support/virtual-time.ts'

/** 150 pods in each run, with some thousand faults; PODORDER_LOSSES=10000 says otherwise. */
const RUNS = Number(process.env['PODORDER_LOSSES'] ?? 150)

/** `seed:path` of a failure, to see it again. */
const [SEED, ...PATH] = (process.env['PODORDER_LOSSES_SEED'] ?? '').split(':')
const REPLAY = SEED === '' || SEED === undefined ? {} : { seed: Number(SEED), path: PATH.join(':') }

/** After the last fault: the longest back-off and the longest pauses, one after another, and some. */
const CALM_MS = 1_800_000

const KINDS: readonly FaultKind[] = [
  ...(['command', 'container', 'exit', 'unready', 'slow', 'deaf', 'frozen', 'flap', 'liveness', 'dump'] as const),
  ...(['command', 'container', 'flap'] as const),
]

const arbitraryActor: fc.Arbitrary<Actor> = fc.record({
  readyMs: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
  drainMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 500 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 15_000 }) },
    { weight: 1, arbitrary: fc.constant(Infinity) },
  ),
  code: fc.constantFrom(0, 0, 143, 1),
  upsetMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 1000 }) },
  ),
  workMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 8000 }) },
  ),
})

const arbitraryFault = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 }), fc.nat({ max: 90_000 })),
  which: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  lastsMs: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 30_000 })),
})

const arbitraryLink = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  /** Chains are where most can go wrong. */
  next: fc.boolean(),
  condition: fc.constantFrom('ready' as const, 'ready' as const, 'started' as const),
  restart: fc.constantFrom({}, {}, { afterMs: 500 }, undefined),
  optional: fc.integer({ min: 0, max: 3 }).map((each) => each === 0),
})

const arbitraryScene: fc.Arbitrary<Scene> = fc
  .integer({ min: 2, max: 8 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      links: fc.array(arbitraryLink, { minLength: 1, maxLength: 2 * size }),
      actors: fc.array(arbitraryActor, { minLength: size, maxLength: size }),
      faults: fc.array(arbitraryFault, { minLength: 1, maxLength: 16 }),
      policy: fc.constantFrom('Always' as const, 'Always' as const, 'OnFailure' as const, 'Never' as const),
      stopOrder: fc.constantFrom('reverse' as const, 'together' as const),
      backOffMs: fc.constantFrom(100, 1000, 10_000),
      latencyMs: fc.constantFrom(1, 5, 20),
      retries: fc.array(fc.constantFrom(0, 0, 3), { minLength: size, maxLength: size }),
      seed: fc.integer(),
    }),
  )
  .map(({ size, links, actors, faults, policy, stopOrder, retries, ...rest }) => {
    const containers = Array.from({ length: size }, (_, index) => `c${index}`)
    const isJob = (name: string): boolean => actors[Number(name.slice(1))]?.workMs !== undefined
    const edges = new Map(
      links.map(({ from, to, next, condition: said, restart, optional }) => {
        const index = 1 + (from % (size - 1))
        const container = `c${index}`
        const target = `c${next ? index - 1 : to % index}`
        const condition = isJob(target) ? 'completed' : said
        const terms = {
          ...(restart === undefined || condition === 'completed' ? {} : { restart }),
          ...(optional ? { timeoutMs: 2000 } : {}),
        }
        const edge: Edge = { container, target, condition, optional, ...terms, at: { line: 1, column: 1 } }
        return [`${container} ${target}`, edge] as const
      }),
    )
    const options = new Map(
      containers.map((name, index) => {
        const again = retries[index] === 0 ? {} : { retries: retries[index] ?? 0, retryDelay: 300 }
        return [name, { exec: 'never' as const, places: {}, ...again }]
      }),
    )
    const order: Order = {
      ...{ edges: [...edges.values()], outside: [], containers, sidecars: new Set<string>(), main: [], stopOrder },
      ...{ waitTimeoutMs: undefined, options },
    }
    // What nobody waits for would end, and be run again and again under Always.
    const isAwaited = (name: string): boolean => order.edges.some(({ target }) => target === name)
    let atMs = 5000
    return {
      ...{ order, policy, ...rest },
      actors: new Map(
        containers.map((name, index) => {
          const actor = actors[index] as Actor
          return [name, isAwaited(name) ? actor : { ...actor, workMs: undefined }]
        }),
      ),
      faults: faults.map(({ afterMs, which, kind, lastsMs }): Fault => {
        atMs += afterMs
        return { atMs, container: `c${which % size}`, kind, lastsMs }
      }),
    }
  })

interface Seen {
  cases: number
  containers: number
  faults: number
  starts: number
  restarts: number
}

async function judge(t: ExecutionContext, scene: Scene, seen: Seen): Promise<void> {
  const time = takeTime()
  try {
    const lastMs = scene.faults.at(-1)?.atMs ?? 0
    const untilMs = lastMs + CALM_MS
    const pod = await playPod(scene, time, untilMs)
    const { problems, restarts, starts } = judgeLiving(scene, pod.moments, untilMs)
    seen.cases++
    seen.containers += scene.order.containers.length
    seen.faults += scene.faults.length
    seen.starts += starts
    seen.restarts += restarts
    if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${tell(scene, pod.moments)}`)
    pod.stop()
    await time.pass(untilMs + 60_000)
    if (pod.living().length > 0) throw new Error(`${pod.living().join(', ')} hang after the pod's stop`)
  } finally {
    time.restore()
  }
  t.pass()
}

function tell({ order, policy }: Scene, moments: readonly Moment[]): string {
  const edges = order.edges.map(
    ({ container, target, condition, restart, optional }) =>
      `${container} -> ${target}: ${condition}${restart === undefined ? '' : ` restart ${restart.afterMs ?? ''}`}${optional ? ' optional' : ''}`,
  )
  const lines = moments.map(
    ({ atMs, container, what, life, code, by, text = '' }) =>
      `${atMs.toFixed(1)} ${container} (${life}) ${what} ${code ?? ''} ${by ?? ''} ${text}`,
  )
  return [policy, ...edges, ...lines].join('\n')
}

test('property: none runs without what it depends on, none hangs, none starts anew faster than the damping', async (t) => {
  const seen: Seen = { cases: 0, containers: 0, faults: 0, starts: 0, restarts: 0 }
  const property = fc.asyncProperty(arbitraryScene, (scene) => judge(t, scene, seen))
  const { failed, errorInstance, seed, counterexamplePath } = await fc.check(property, { numRuns: RUNS, ...REPLAY })
  if (failed) t.log(`${seed}:${counterexamplePath}\n${String(errorInstance)}`)
  t.false(failed)
  t.true(seen.restarts > 0 && seen.starts > seen.restarts, JSON.stringify(seen))
  t.log(JSON.stringify(seen))
})
