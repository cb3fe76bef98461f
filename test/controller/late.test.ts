/** The queue of pods whose answers and events come late, in any order of the two. */
import test from 'ava'
import * as fc from 'fast-check'
import type { AnnotationValues } from '../../src/controller/controlled-pod.ts'
import { createWorkQueue, type QueuedWrite } from '../../src/controller/work-queue.ts'
import { NEW, type Pod, READY, keptOf } from './pods.ts'

const HAPPENING = fc.record({
  afterMs: fc.nat(3000),
  pod: fc.nat(2),
  kind: fc.constantFrom('change', 'change', 'settle', 'deliver', 'deliver', 'answer', 'answer', 'refuse'),
  wanted: fc.constantFrom('', 'a', 'b', 'a,b'),
})

test('however late answers and events come: each patch changes something, and in the end every pod says what it ought to', (t) => {
  fc.assert(
    fc.property(fc.array(HAPPENING, { maxLength: 80 }), (happenings) => {
      const queue = createWorkQueue({ qps: 20, burst: 3, events: false }, 0)
      const pods: Pod[] = [0, 1, 2].map((index) => ({ ...NEW, name: `p${index}` }))
      const late: Pod[] = []
      const asked: QueuedWrite[] = []
      let nowMs = 0
      const store = (index: number, change: Partial<Pod>): void => {
        const pod = pods[index] ?? NEW
        pods[index] = { ...pod, ...change, version: pod.version + 1 }
        late.push(pods[index])
      }
      const answer = (queued: QueuedWrite): void => {
        const index = Number(queued.key.slice(1))
        const { annotations = {} } = pods[index] ?? {}
        const next: AnnotationValues =
          queued.write.kind === 'event' ? annotations : { ...annotations, ...queued.write.said }
        t.notDeepEqual(clean(next), clean(annotations))
        store(index, { annotations: next })
        queue.succeed(queued, String(pods[index]?.version), nowMs)
      }
      const deliver = (pod: Pod): void => queue.see(pod.name, keptOf(pod), nowMs)
      const act = (): void => {
        for (let queued = queue.take(nowMs); queued !== undefined; queued = queue.take(nowMs)) {
          t.false(
            asked.some(({ key }) => key === queued?.key),
            'two at once',
          )
          asked.push(queued)
        }
      }
      for (const { afterMs, pod, kind, wanted } of happenings) {
        // A late answer is late by less than the time after which it counts as lost.
        nowMs += kind === 'change' || kind === 'settle' ? afterMs / 10 : Math.min(afterMs, 100)
        if (kind === 'change') store(pod, { wanted })
        else if (kind === 'settle') store(pod, { pending: wanted === '' })
        else if (kind === 'deliver') late.splice(0, 1).forEach(deliver)
        else {
          for (const queued of asked.splice(0, 1)) {
            if (kind === 'answer') answer(queued)
            else queue.fail(queued, nowMs, 0.5)
          }
        }
        act()
      }
      for (let rounds = 0; rounds < 1000; rounds++) {
        late.splice(0).forEach(deliver)
        asked.splice(0).forEach(answer)
        act()
        const nextMs = queue.nextMs(nowMs)
        if (late.length + asked.length > 0) continue
        if (nextMs === undefined) break
        nowMs = Math.max(nowMs, nextMs) + 1e-6
        act()
      }
      t.is(queue.nextMs(nowMs), undefined)
      for (const { annotations, wanted } of pods) t.is(annotations[READY] ?? '', wanted)
    }),
    { numRuns: 300 },
  )
})

function clean(annotations: AnnotationValues): object {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== undefined))
}
