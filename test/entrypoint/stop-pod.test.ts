/** The stop of whole pods in virtual time, by the real wrappers: in reverse, whatever their commands were told before and have survived. */
import test, { type ExecutionContext } from 'ava'
import * as fc from 'fast-check'
import type { Edge, Order } from '../../src/order/order.ts'
import { findNeeds } from '../../src/order/stopping.ts'
import { type Actor, type Fault, type Moment, playPod, type Scene } from '../support/virtual-pod.ts'
import { takeTime } from '../support/virtual-time.ts'

const STOP_MS = 100_000

interface Drawn {
  readonly size: number
  readonly links: readonly { readonly from: number; readonly to: number }[]
  readonly drainsMs: readonly number[]
  /** Thread dumps, so long before the stop. */
  readonly dumps: readonly { readonly which: number; readonly beforeMs: number }[]
  readonly seed: number
}

const arbitraryStop = fc.integer({ min: 2, max: 6 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    links: fc.array(fc.record({ from: fc.nat(), to: fc.nat() }), { minLength: 1, maxLength: 2 * size }),
    drainsMs: fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: size, maxLength: size }),
    dumps: fc.array(
      fc.record({
        which: fc.nat(),
        beforeMs: fc.oneof(fc.integer({ min: 0, max: 2500 }), fc.integer({ min: 0, max: 90_000 })),
      }),
      { maxLength: 6 },
    ),
    seed: fc.integer(),
  }),
)

function drawScene({ size, links, drainsMs, dumps, seed }: Drawn): Scene {
  const containers = Array.from({ length: size }, (_, index) => `c${index}`)
  const edges = links.map(({ from, to }): Edge => {
    const index = 1 + (from % (size - 1))
    const [container, target] = [`c${index}`, `c${to % index}`]
    return { container, target, condition: 'started', optional: false, at: { line: 1, column: 1 } }
  })
  const order: Order = {
    edges: [...new Map(edges.map((edge) => [`${edge.container} ${edge.target}`, edge])).values()],
    ...{
      outside: [],
      containers,
      sidecars: new Set<string>(),
      main: [],
      stopOrder: 'reverse',
      waitTimeoutMs: undefined,
    },
    options: new Map(containers.map((name) => [name, { exec: 'never' as const, places: {} }])),
  }
  const actor = (index: number): Actor => ({
    ...{ readyMs: undefined, drainMs: drainsMs[index] ?? 0, code: 0, upsetMs: undefined, workMs: undefined },
  })
  const faults = dumps
    .map(({ which, beforeMs }): Fault => {
      return { atMs: STOP_MS - beforeMs, container: `c${which % size}`, kind: 'dump', lastsMs: 0 }
    })
    .toSorted((a, b) => a.atMs - b.atMs)
  return {
    ...{ order, policy: 'Always', faults, backOffMs: 1000, latencyMs: 5, seed },
    actors: new Map(containers.map((name, index) => [name, actor(index)])),
  }
}

async function assertReverse(t: ExecutionContext, scene: Scene): Promise<void> {
  const time = takeTime()
  let moments: readonly Moment[]
  try {
    const pod = await playPod(scene, time, STOP_MS)
    pod.stop()
    await time.pass(STOP_MS + 40_000)
    moments = pod.moments
  } finally {
    time.restore()
  }
  const find = (container: string, what: Moment['what']): number | undefined =>
    moments.find((moment) => moment.container === container && moment.what === what)?.atMs
  const words = [
    ...scene.order.edges.map(({ container, target }) => `${container} -> ${target}`),
    ...scene.faults.map(({ atMs, container }) => `${atMs} ${container} dump`),
    ...moments.map(({ atMs, container, what, text = '' }) => `${atMs.toFixed(1)} ${container} ${what} ${text}`),
  ].join('\n')
  t.deepEqual(
    moments.filter(({ what }) => what === 'killed'),
    [],
    words,
  )
  for (const name of scene.order.containers) {
    t.true((find(name, 'told') ?? 0) >= STOP_MS, `${name} is told by the stop: ${words}`)
    t.true((find(name, 'end') ?? Infinity) < STOP_MS + 30_000, `${name} ends in time: ${words}`)
  }
  for (const { container, target } of findNeeds(scene.order)) {
    t.true((find(target, 'told') ?? 0) >= (find(container, 'end') ?? 0), `${target} after ${container}: ${words}`)
  }
}

test.serial('whatever thread dumps were asked for before, a pod stops in reverse, and nobody is killed', async (t) => {
  const property = fc.asyncProperty(arbitraryStop, (drawn) => assertReverse(t, drawScene(drawn)))
  await fc.assert(property, { numRuns: 300 })
})

test.serial(
  'a stop signal that a command has not obeyed does not put the stop of its pod out of turn, once its time is over',
  async (t) => {
    const drawn = { size: 2, links: [{ from: 0, to: 0 }], drainsMs: [0, 25_000], dumps: [], seed: 1 }
    const faults: readonly Fault[] = [{ atMs: STOP_MS - 10_000, container: 'c1', kind: 'asked', lastsMs: 0 }]
    await assertReverse(t, { ...drawScene(drawn), faults })
  },
)
