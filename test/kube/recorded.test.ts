/** What the waits make of everything that a real Kubernetes has sent. */
import test from 'ava'
import { createCache } from '../../src/kube/cache.ts'
import { readEvent } from '../../src/kube/list-watch.ts'
import { judgeJobs, type SeenJob, readJobState } from '../../src/kube/jobs.ts'
import { judgePods, readPodState } from '../../src/kube/pods.ts'
import { judgeServices, readService, readSlice } from '../../src/kube/services.ts'
import type { TargetResult } from '../../src/kube/target-result.ts'
import type { Demand } from '../../src/kube/kinds.ts'
import { makeObject, type ObjectTarget, type Which } from '../../src/kube/target.ts'
import { listStreams, readStream } from '../support/recordings.ts'

function select(kind: ObjectTarget['kind'], demand: Demand, which: Which): ObjectTarget {
  const target = makeObject(kind, demand, 'rec', which)
  if ('problem' in target) throw new Error(target.problem)
  return target
}

/** One result for each line of the stream. */
function judgeLines<Item>(
  stream: string,
  keep: (object: unknown) => Item,
  judge: (items: Iterable<Item>, gone: readonly Item[]) => TargetResult,
): readonly TargetResult[] {
  const cache = createCache(keep)
  const gone: Item[] = []
  return readStream(stream).map((line) => {
    const event = readEvent(line)
    const change = event.kind === 'put' || event.kind === 'gone' ? cache.take(event) : undefined
    if (change?.kind === 'gone') gone.push(change.item)
    return judge(cache.items.values(), gone)
  })
}

function judgeStream(stream: string, demand: Demand): readonly TargetResult[] {
  const which: Which = stream.endsWith('.pods') ? { selector: 'app=any' } : { name: 'any' }
  if (stream.endsWith('slices')) {
    const target = select('service', demand, which)
    const [service = ''] = readStream(stream).map((line) => readSlice(JSON.parse(line).object).service)
    return judgeLines(stream, readSlice, (slices) =>
      judgeServices(target, [{ name: service, external: false }], slices),
    )
  }
  if (stream.endsWith('.job')) {
    return judgeLines<SeenJob>(stream, readJobState, (jobs, gone) =>
      judgeJobs(select('job', demand, which), jobs, gone),
    )
  }
  return judgeLines(stream, readPodState, (pods) => judgePods(select('pod', demand, which), pods))
}

/** `4 met, 5 waiting`: from which line on it stands how; it begins waiting. */
function summarise(results: readonly TargetResult[]): string {
  const words = results.map(({ met, impossible }) => (met ? 'met' : impossible === undefined ? 'waiting' : 'never'))
  return words
    .flatMap((word, index) => (word === (words[index - 1] ?? 'waiting') ? [] : [`${index + 1} ${word}`]))
    .join(', ')
}

/** Stream, then the line from which on the wait is met and so on, by demand: all, finished (-we), some (-wr). */
const ROWS: readonly (readonly [stream: string, all: string, finished: string, some: string])[] = [
  [
    'deployment-scale-1-4-2-and-label-removed.pods',
    '4 met, 5 waiting, 14 met, 24 waiting, 27 met, 29 waiting',
    '4 met, 5 waiting, 14 met, 24 waiting, 27 met, 29 waiting',
    '4 met, 29 waiting',
  ],
  ['job-activeDeadlineSeconds-5.job', '5 never', '5 met', '5 never'],
  ['job-activeDeadlineSeconds-5.pods', '4 met, 5 waiting', '4 met, 5 waiting', '4 met, 5 waiting'],
  ['job-completes.job', '6 met', '6 met', '5 met'],
  ['job-completes.pods', '4 met, 8 waiting', '4 met, 8 waiting', '4 met, 8 waiting'],
  ['job-fails-backoffLimit-2.job', '8 never', '8 met', '8 never'],
  ['job-fails-backoffLimit-2.pods', '', '4 met, 6 waiting, 10 met, 12 waiting, 16 met, 21 waiting', ''],
  ['job-parallelism-3-completions-6.job', '12 met', '12 met', '11 met'],
  [
    'job-parallelism-3-completions-6.pods',
    '12 met, 19 waiting, 33 met, 48 waiting',
    '12 met, 19 waiting, 33 met, 48 waiting',
    '10 met, 48 waiting',
  ],
  ['job-suspended-then-resumed.job', '8 met', '8 met', '7 met'],
  ['pod-1.36-always-pod-with-a-never-container', '6 met, 7 waiting', '6 met, 7 waiting', '6 met, 7 waiting'],
  [
    'pod-1.36-container-restart-policy',
    '5 met, 6 waiting, 7 met, 8 waiting, 9 met',
    '5 met, 8 waiting, 9 met',
    '5 met, 6 waiting, 7 met, 8 waiting, 9 met',
  ],
  ['pod-1.36-image-volume', '5 met', '5 met', '5 met'],
  ['pod-1.36-native-sidecar', '10 met, 11 waiting, 12 met', '10 met, 11 waiting, 12 met', '10 met, 11 waiting, 12 met'],
  ['pod-1.36-restart-all-containers', '', '7 met, 8 waiting', ''],
  ['pod-1.36-restart-rule', '6 met, 7 waiting, 8 met', '5 met, 7 waiting, 8 met', '6 met, 7 waiting, 8 met'],
  [
    'pod-3-containers-all-succeed-restartPolicy-Never',
    '4 met, 5 waiting, 7 met, 9 waiting',
    '4 met, 5 waiting, 7 met, 9 waiting',
    '4 met, 5 waiting, 7 met, 9 waiting',
  ],
  [
    'pod-ANOMALY-status-of-its-predecessor',
    '4 met, 5 waiting, 10 met, 12 waiting',
    '4 met, 5 waiting, 10 met',
    '4 met, 5 waiting, 10 met, 12 waiting',
  ],
  ['pod-ErrImageNeverPull', '', '', ''],
  ['pod-annotation-patched-several-times', '4 met, 8 waiting', '4 met, 8 waiting', '4 met, 8 waiting'],
  ['pod-command-not-found-and-missing-configmap', '', '4 met, 5 waiting', ''],
  [
    'pod-crashloopbackoff-3-restarts',
    '4 met, 5 waiting, 6 met, 7 waiting, 9 met, 10 waiting, 12 met, 13 waiting',
    '4 met, 15 waiting',
    '4 met, 5 waiting, 6 met, 7 waiting, 9 met, 10 waiting, 12 met, 13 waiting',
  ],
  ['pod-deleted-term-ignored-killed-after-grace-4s', '4 met, 5 waiting', '4 met, 5 waiting', '4 met, 5 waiting'],
  ['pod-deleted-with-grace-period-term-handled', '4 met, 5 waiting', '4 met, 5 waiting', '4 met, 5 waiting'],
  ['pod-force-deleted-grace-0', '4 met, 5 waiting', '4 met, 5 waiting', '4 met, 5 waiting'],
  [
    'pod-init-3-containers-first-fails',
    '8 met, 10 waiting, 13 never, 14 waiting',
    '8 met, 14 waiting',
    '8 met, 10 waiting, 13 never, 14 waiting',
  ],
  ['pod-init-container-fails-restartPolicy-Never', '6 never, 7 waiting', '6 met, 7 waiting', '6 never, 7 waiting'],
  [
    'pod-name-reused-after-delete',
    '4 met, 7 waiting, 11 met, 13 waiting',
    '4 met, 7 waiting, 11 met, 13 waiting',
    '4 met, 7 waiting, 11 met, 13 waiting',
  ],
  [
    'pod-name-reused-right-after-force-delete',
    '4 met, 5 waiting, 9 met, 11 waiting',
    '4 met, 5 waiting, 9 met, 11 waiting',
    '4 met, 5 waiting, 9 met, 11 waiting',
  ],
  [
    'pod-readinessProbe-false-true-false-true',
    '5 met, 6 waiting, 7 met, 8 waiting',
    '5 met, 6 waiting, 7 met, 8 waiting',
    '5 met, 6 waiting, 7 met, 8 waiting',
  ],
  [
    'pod-restartPolicy-OnFailure-one-retry',
    '4 met, 5 waiting, 6 met, 7 waiting, 9 met, 11 waiting',
    '4 met, 7 waiting, 9 met, 11 waiting',
    '4 met, 5 waiting, 6 met, 7 waiting, 9 met, 11 waiting',
  ],
  ['pod-startupProbe-and-livenessProbe-kill', '6 met, 7 waiting', '6 met, 7 waiting', '6 met, 7 waiting'],
  ['pod-unschedulable-then-deleted', '', '', ''],
  ['pod-with-finalizer-deleted', '4 met, 7 waiting', '4 met, 7 waiting', '4 met, 7 waiting'],
  ['services-endpoints.endpointslices', '5 met, 7 waiting', '5 met, 7 waiting', '4 met, 7 waiting'],
  ['services-endpoints.pods', '10 met, 12 waiting', '10 met, 12 waiting', '9 met, 12 waiting'],
  ['services-readiness-gate.endpointslices', '3 met, 4 waiting', '3 met, 4 waiting', '3 met, 4 waiting'],
  ['services-readiness-gate.pod', '6 met, 7 waiting', '6 met, 7 waiting', '6 met, 7 waiting'],
]

for (const [stream, all, finished, some] of ROWS) {
  test(`recorded: ${stream}`, (t) => {
    t.is(summarise(judgeStream(stream, 'all')), all)
    t.is(summarise(judgeStream(stream, 'some')), some)
    if (!stream.endsWith('slices')) t.is(summarise(judgeStream(stream, 'finished')), finished)
  })
}

test('every recorded stream of pods, Jobs and EndpointSlices is judged', (t) => {
  const judged = listStreams().filter((name) => /^pod-|\.pods?$|\.job$|slices$/.test(name))
  t.deepEqual(
    ROWS.map(([stream]) => stream),
    judged.toSorted(),
  )
})

test('what is missing is said in words', (t) => {
  const words = (stream: string, line: number): string | undefined => judgeStream(stream, 'all')[line - 1]?.why
  t.is(words('pod-unschedulable-then-deleted', 2), 'unsched is not scheduled (Unschedulable)')
  t.is(words('pod-ErrImageNeverPull', 4), 'noimage has bad waiting (ErrImageNeverPull)')
  t.is(words('pod-init-3-containers-first-fails', 4), 'init-three has prep running')
  t.is(words('pod-crashloopbackoff-3-restarts', 8), 'crash has bad waiting (CrashLoopBackOff)')
  t.is(words('services-readiness-gate.pod', 4), 'gatesvc is not ready (ReadinessGatesNotReady)')
  t.is(words('pod-force-deleted-grace-0', 6), 'there is no such pod yet')
  t.is(
    words('pod-1.36-always-pod-with-a-never-container', 7),
    'p is not ready (ContainersNotReady), since once has ended',
  )
  t.is(words('pod-1.36-native-sidecar', 5), 'p has side starting')
  t.is(words('pod-1.36-restart-all-containers', 8), 'p has init waiting (RestartingAllContainers)')
  t.is(words('services-endpoints.endpointslices', 4), 'websvc has 1 of 2 endpoints ready')
  t.is(words('job-fails-backoffLimit-2.job', 3), 'job-fail has not ended (1 active, 0 succeeded, 1 failed)')
  t.is(
    words('job-fails-backoffLimit-2.job', 8),
    'job-fail has failed (BackoffLimitExceeded: Job has reached the specified backoff limit)',
  )
})

test('the status of a predecessor of the same name takes no hope away', (t) => {
  const stream = 'pod-ANOMALY-status-of-its-predecessor'
  t.true(readStream(stream).some((line) => line.includes('"reason":"PodFailed"')))
  t.true(judgeStream(stream, 'all').every(({ impossible }) => impossible === undefined))
})

test('a Service that was recorded is no ExternalName', (t) => {
  const [line = ''] = readStream('services-endpoints.services')
  t.deepEqual(readService(JSON.parse(line).object), { name: 'websvc', external: false })
})
