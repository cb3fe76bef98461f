/** What the controller writes when pods go through what a real Kubernetes has shown. */
import test from 'ava'
import { readOrderedPod } from '../../src/controller/ordered-pod.ts'
import type { AnnotationValues } from '../../src/controller/controlled-pod.ts'
import { createWorkQueue } from '../../src/controller/work-queue.ts'
import { listOf, textOf } from '../../src/pod/api-object.ts'
import { listStreams, readStream } from '../support/recordings.ts'
import { readWaits } from './reading.ts'

const APART_MS = 10

/** Every container is waited for, and a patch arrives before the next line does. @returns `ready|failed` after each write. */
function play(stream: string): string {
  const queue = createWorkQueue({ qps: 1000, burst: 1000, events: false }, 0)
  const written: string[] = []
  const stored = new Map<string, AnnotationValues>()
  readStream(stream).forEach((line, index) => {
    const nowMs = index * APART_MS
    const { type, object } = JSON.parse(line) as { type: string; object: { metadata: object } }
    const uid = textOf(object, 'metadata', 'uid')
    if (type === 'DELETED') return queue.forget(uid)
    const containers = [...listOf(object, 'spec', 'initContainers'), ...listOf(object, 'spec', 'containers')]
    const names = containers.map((container) => `sidecar/${textOf(container, 'name')}`)
    const annotations = { ...stored.get(uid), 'podorder.io/depends-on': `waiter: [${names.join(', ')}]` }
    const pod = { ...object, metadata: { ...object.metadata, annotations } }
    queue.see(uid, readOrderedPod(pod, readWaits), nowMs)
    for (let queued = queue.take(nowMs); queued !== undefined; queued = queue.take(nowMs)) {
      const now: AnnotationValues = { ...stored.get(uid), ...(queued.write.kind === 'status' && queued.write.said) }
      stored.set(uid, now)
      written.push(`${now['podorder.io/ready'] ?? ''}|${now['podorder.io/failed'] ?? ''}`)
      queue.succeed(queued, `written ${written.length}`, nowMs)
    }
  })
  return written.join(' ')
}

/** What is ready, and behind the bar what has failed for good. */
const ROWS: readonly (readonly [stream: string, written: string])[] = [
  ['pod-1.36-always-pod-with-a-never-container', 'once| once,srv| srv|'],
  ['pod-1.36-container-restart-policy', 'flaky,other| other| flaky,other| other| |'],
  ['pod-1.36-image-volume', 'a| |'],
  ['pod-1.36-native-sidecar', 'side| init,side| init,main,side| init,side| init|'],
  ['pod-1.36-restart-all-containers', 'init| init,long| init| | init| init,long|'],
  // The rule restarts it: its failure is not for good.
  ['pod-1.36-restart-rule', 'other| flaky,other| other| |'],
  ['pod-3-containers-all-succeed-restartPolicy-Never', 'one,three,two| three,two| three| |'],
  // The end that its predecessor has left behind is not told.
  ['pod-ANOMALY-status-of-its-predecessor', 'main| main| |'],
  ['pod-ErrImageNeverPull', 'main|'],
  ['pod-annotation-patched-several-times', 'main|'],
  // The runtime could not start it: nothing in it could have said so.
  ['pod-command-not-found-and-missing-configmap', '|notfound'],
  ['pod-crashloopbackoff-3-restarts', 'bad,good| good| bad,good| good| bad,good| good| bad,good| good|'],
  ['pod-deleted-term-ignored-killed-after-grace-4s', 'stubborn|'],
  ['pod-deleted-with-grace-period-term-handled', 'polite,quick|'],
  ['pod-force-deleted-grace-0', 'stubborn|'],
  [
    'pod-init-3-containers-first-fails',
    'prep| prep,prep2| one,prep,prep2,three,two| prep,prep2,three,two|one prep,prep2,three|one prep,prep2|one',
  ],
  ['pod-init-container-fails-restartPolicy-Never', '|prep'],
  ['pod-name-reused-after-delete', 'main| |'],
  ['pod-name-reused-right-after-force-delete', 'main| main|'],
  ['pod-readinessProbe-false-true-false-true', 'side| side,web| side| side,web|'],
  ['pod-restartPolicy-OnFailure-one-retry', 'flaky,steady| steady| flaky,steady| steady| |'],
  ['pod-startupProbe-and-livenessProbe-kill', 'web| |'],
  ['pod-unschedulable-then-deleted', ''],
  ['pod-with-finalizer-deleted', 'main| |'],
]

for (const [stream, written] of ROWS) test(stream, (t) => t.is(play(stream), written))

test('every recorded pod is in the table', (t) => {
  t.deepEqual(
    listStreams().filter((name) => name.startsWith('pod-')),
    ROWS.map(([stream]) => stream),
  )
})
