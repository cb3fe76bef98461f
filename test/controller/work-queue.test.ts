/** The queue of pods over time, against an API of a few lines. */
import { NUDGE } from '../../src/pod/annotation-names.ts'
import test from 'ava'
import {
  createWorkQueue,
  type QueuedWrite,
  type WorkQueue,
  type WorkQueueOptions,
} from '../../src/controller/work-queue.ts'
import { NEW, type Pod, READY, keptOf } from './pods.ts'

const FREE: WorkQueueOptions = { qps: 1e6, burst: 1e6, events: false }

/** @returns what is written, as `time:what`, until nothing is left to do; each write comes back by the watch at once. */
function run(queue: WorkQueue, begun: Pod, fromMs: number, untilMs: number): { pod: Pod; written: readonly string[] } {
  let pod = begun
  const written: string[] = []
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs = Math.max(nowMs + 1, queue.nextMs(nowMs) ?? Infinity)) {
    for (let queued = queue.take(nowMs); queued !== undefined; queued = queue.take(nowMs)) {
      written.push(`${nowMs}:${describe(queued)}`)
      if (queued.write.kind !== 'event') {
        pod = { ...pod, annotations: { ...pod.annotations, ...queued.write.said }, version: pod.version + 1 }
      }
      queue.succeed(queued, String(pod.version), nowMs)
      queue.see('a', keptOf(pod), nowMs)
    }
  }
  return { pod, written }
}

function describe({ write }: QueuedWrite): string {
  return write.kind === 'event' ? `event ${write.message}` : JSON.stringify(write.said)
}

const said = (ready: string | undefined): string => JSON.stringify({ [READY]: ready })
const nudge = (count: number): string => JSON.stringify({ [NUDGE]: String(count) })

test('after a change the pod is nudged 1, 2, 4 and 8 s later, and then left alone', (t) => {
  const queue = createWorkQueue(FREE, 0)
  const pod = { ...NEW, wanted: 'proxy' }
  queue.see('a', keptOf(pod), 0)
  t.deepEqual(run(queue, pod, 0, 1e6).written, [
    `0:${said('proxy')}`,
    `1000:${nudge(1)}`,
    `2000:${nudge(2)}`,
    `4000:${nudge(3)}`,
    `8000:${nudge(4)}`,
  ])
})

test('a pod that has gone on is nudged no more, and the next change begins anew', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', keptOf({ ...NEW, wanted: 'proxy' }), 0)
  const first = run(queue, { ...NEW, wanted: 'proxy' }, 0, 2500)
  t.is(first.written.length, 3)
  const gone = { ...first.pod, pending: false, version: 50 }
  queue.see('a', keptOf(gone), 2500)
  t.deepEqual(run(queue, gone, 2500, 1e6).written, [])
  const again = { ...gone, wanted: '', pending: true, version: 60 }
  queue.see('a', keptOf(again), 3000)
  const { written } = run(queue, again, 3000, 3500)
  t.deepEqual(written, [`3000:${JSON.stringify({ [READY]: undefined, [NUDGE]: undefined })}`])
})

test('another leader goes on where the last one stopped', (t) => {
  const queue = createWorkQueue(FREE, 0)
  const pod = { ...NEW, wanted: 'proxy', annotations: { [READY]: 'proxy', [NUDGE]: '2' } }
  queue.see('a', keptOf(pod), 0)
  t.deepEqual(run(queue, pod, 0, 1e6).written, [`2000:${nudge(3)}`, `6000:${nudge(4)}`])
})

test('a pod that is over gets nothing', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', { ...keptOf({ ...NEW, wanted: 'proxy' }), over: true }, 0)
  t.is(queue.take(0), undefined)
  t.is(queue.nextMs(0), undefined)
})

test('what has been written is not written again because the watch is late', (t) => {
  const queue = createWorkQueue(FREE, 0)
  const pod = { ...NEW, wanted: 'proxy', pending: false }
  queue.see('a', keptOf(pod), 0)
  const queued = queue.take(0)
  if (queued === undefined) return t.fail()
  // While it is on its way, and before it has come back.
  queue.see('a', keptOf({ ...pod, version: 2 }), 1)
  t.is(queue.take(1), undefined)
  queue.succeed(queued, '4', 2)
  queue.see('a', keptOf({ ...pod, version: 3 }), 3)
  t.is(queue.take(3), undefined)
  // It has come back, and somebody has taken it away again.
  queue.see('a', keptOf({ ...pod, annotations: { [READY]: 'proxy' }, version: 4 }), 4)
  t.is(queue.take(4), undefined)
  queue.see('a', keptOf({ ...pod, version: 5 }), 5)
  t.not(queue.take(5), undefined)
})

test('what does not come back by the watch at all is written again', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', keptOf({ ...NEW, wanted: 'proxy', pending: false }), 0)
  const queued = queue.take(0)
  if (queued === undefined) return t.fail()
  queue.succeed(queued, '2', 0)
  t.is(queue.nextMs(0), 30_000)
  t.not(queue.take(30_000), undefined)
})

test('a failure is tried again later and later, by itself; what the pod ought to say then is what is written', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', keptOf({ ...NEW, wanted: 'proxy' }), 0)
  let nowMs = 0
  const gaps: number[] = []
  for (let failures = 0; failures < 4; failures++) {
    const queued = queue.take(nowMs)
    if (queued === undefined) return t.fail()
    queue.fail(queued, nowMs, 0.5)
    const nextMs = queue.nextMs(nowMs) ?? Infinity
    t.is(queue.take(nextMs - 1), undefined)
    gaps.push(nextMs - nowMs)
    nowMs = nextMs
  }
  t.deepEqual(gaps, [375, 750, 1500, 3000])
  queue.see('a', keptOf({ ...NEW, wanted: 'log,proxy', version: 2 }), nowMs)
  const last = queue.take(nowMs)
  t.is(last && describe(last), said('log,proxy'))
})

test('the server’s Retry-After is kept', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', keptOf({ ...NEW, wanted: 'proxy' }), 0)
  const queued = queue.take(0)
  if (queued === undefined) return t.fail()
  queue.fail(queued, 0, 0, 7000)
  t.is(queue.nextMs(0), 7000)
})

test('changes come before nudges, in their order, and no more than is allowed', (t) => {
  const queue = createWorkQueue({ ...FREE, qps: 10, burst: 2 }, 0)
  const calm = { ...NEW, annotations: { [READY]: 'proxy' }, wanted: 'proxy' }
  queue.see('nudged', keptOf({ ...calm, name: 'nudged' }), 0)
  for (const name of ['c', 'b', 'a']) queue.see(name, keptOf({ ...NEW, name, wanted: 'proxy' }), 1000)
  const taken: string[] = []
  for (let nowMs = 1000; taken.length < 4; nowMs = queue.nextMs(nowMs) ?? Infinity) {
    for (let queued = queue.take(nowMs); queued !== undefined; queued = queue.take(nowMs))
      taken.push(`${nowMs}:${queued.key}`)
  }
  t.deepEqual(taken, ['1000:c', '1000:b', '1100:a', '1200:nudged'])
})

test('a wait of more than a minute is told once, and again only when it was over in between', (t) => {
  const queue = createWorkQueue({ ...FREE, events: true }, 0)
  const gated = { ...NEW, pending: false, gate: 'app waits for sidecar/proxy' }
  queue.see('a', keptOf(gated), 0)
  t.deepEqual(run(queue, gated, 0, 1e6).written, ['60000:event app waits for sidecar/proxy'])
  queue.see('a', keptOf({ ...gated, version: 2 }), 1e6)
  t.deepEqual(run(queue, gated, 1e6, 2e6).written, [])
  queue.see('a', keptOf({ ...gated, gate: undefined, version: 3 }), 2e6)
  t.is(queue.nextMs(2e6), undefined)
})

test('without --events nothing is told', (t) => {
  const queue = createWorkQueue(FREE, 0)
  queue.see('a', keptOf({ ...NEW, pending: false, gate: 'app waits for sidecar/proxy' }), 0)
  t.is(queue.nextMs(0), undefined)
})

test('an Event that is refused is not tried again, and keeps nothing else from being written', (t) => {
  const queue = createWorkQueue({ ...FREE, events: true }, 0)
  const gated = { ...NEW, pending: false, gate: 'app waits for sidecar/proxy' }
  queue.see('a', keptOf(gated), 0)
  const queued = queue.take(60_000)
  if (queued === undefined) return t.fail()
  queue.fail(queued, 60_000, 0)
  t.is(queue.nextMs(60_000), undefined)
  queue.see('a', keptOf({ ...gated, wanted: 'log', version: 2 }), 60_001)
  t.is(queue.take(60_001)?.write.kind, 'status')
})
