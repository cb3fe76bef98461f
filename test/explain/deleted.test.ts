/** What is told of pods that are being deleted, and of those that their node has given up. */
import test from 'ava'
import { textOf } from '../../src/pod/api-object.ts'
import {
  ago,
  crashing,
  creating,
  ended,
  explain,
  explainParts,
  print,
  readRecordedPods,
  running,
  say,
} from '../support/explained.ts'

const pods = readRecordedPods()

const up = running(600)

function printRecorded(name: string, now: string): string {
  return print(explain(pods.find((recorded) => recorded.name === name)?.pod, now))
}

test('nothing in a pod that is being deleted, or that is over, is said to be started again', (t) => {
  const last = pods.filter(
    ({ pod }) =>
      textOf(pod, 'metadata', 'deletionTimestamp') !== '' ||
      /^(Failed|Succeeded)$/.test(textOf(pod, 'status', 'phase')),
  )
  t.true(last.length > 50)
  for (const { name, pod } of last) t.notRegex(print(explain(pod)), /starts it again|the next start/, name)
  const deletion = { metadata: { deletionTimestamp: ago(-5), deletionGracePeriodSeconds: 30 } }
  const parts = { annotations: { steps: 'a, b, c' }, spec: { restartPolicy: 'Always' }, ...deletion } as const
  const containers = {
    a: [{}, ended(0, 60)],
    b: [{}, crashing(0, 2)],
    c: [{}, ended(3, 60)],
    d: [{}, creating],
  } as const
  t.deepEqual(say(explainParts({ ...parts, containers })), [
    'stopped d: is not created any more, since the pod is being deleted',
    'stopped b: kept ending with exit code 0, and restartPolicy Always started it again: 2 restarts (CrashLoopBackOff)',
    'stopped c: ended with exit code 3 after 10s',
    'fine a: has completed',
  ])
})

test('what stopped with its pod, or had ended before, is no trouble of the deletion, and stands apart', (t) => {
  t.is(
    printRecorded('pod-crashloopbackoff-3-restarts 17', '2026-11-21T05:15:20Z'),
    `pod rec/crash is being deleted, for 4s now (it was running): it should have been gone for 4s
  podorder has not ordered it: its annotations have no order

stopped
  bad   ended with exit code 2 after 1s
        > kubectl logs crash -n rec -c bad
  good  was stopped with the pod (exit code 137)
`,
  )
})

test('a deletion that is long overdue is the cause, and names the node', (t) => {
  t.is(
    printRecorded('pod-ErrImageNeverPull 6', '2026-11-21T07:57:00Z'),
    `pod rec/noimage is being deleted, for 3h7m now (it was pending): it should have been gone for 3h7m
  podorder has not ordered it: its annotations have no order

root cause
  (pod)  its node vm does not answer or cannot take it down, or this is an old status
         > kubectl get node vm
         > kubectl describe pod noimage -n rec
         > if the node is gone for good: kubectl delete pod noimage --force --grace-period=0 -n rec

stopped
  main   was stopped with the pod (exit code 137)
  bad    is not created any more, since the pod is being deleted
`,
  )
  const tell = (deletedAgo: number, finalizers: readonly string[] = []) =>
    explainParts({
      annotations: { 'depends-on': 'app: db' },
      metadata: { deletionTimestamp: ago(deletedAgo), deletionGracePeriodSeconds: 0, finalizers },
      containers: { db: [{}, up], app: [{}, up] },
    })
  t.deepEqual(
    say(tell(30)).map((line) => line.split(':')[0]),
    ['awaited app', 'consequence db'],
  )
  t.deepEqual(tell(30).notes, [])
  const late = 'runs, as far as its node has told; it was to be killed 1h ago'
  t.deepEqual(say(tell(3600)), [`consequence db: ${late}`, `consequence app: ${late}`])
  t.deepEqual(
    tell(3600, ['example.com/keep']).notes.map(({ message }) => message),
    ['its finalizers keep it: example.com/keep; the controllers that set them have to remove them'],
  )
})

test('of what was thrown out with its containers left out of the status, nobody says that it never ran', (t) => {
  const parts = { annotations: { steps: 'a, b' }, spec: { restartPolicy: 'Never' } }
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }
  const explanation = explainParts({ ...parts, status: evicted, containers: { a: [{}], b: [{}] } })
  t.is(explanation.notes[0]?.message, 'the pod was evicted (Evicted): The node was low on resource: memory.')
  t.deepEqual(say(explanation), [
    'unclear a: may have run or not: its status does not show it',
    'unclear b: may have run or not: its status does not show it',
  ])
  const failed = {
    ...parts,
    init: ended(3, 60),
    status: { phase: 'Failed' },
    containers: { a: [{}], b: [{}] },
  } as const
  t.deepEqual(say(explainParts(failed)).slice(1), [
    'consequence a: was never created',
    'consequence b: was never created',
  ])
})
