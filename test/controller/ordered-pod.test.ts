/** What the annotations of one pod ought to say. */
import test from 'ava'
import { readOrderedPod } from '../../src/controller/ordered-pod.ts'
import type { ControlledPod } from '../../src/controller/controlled-pod.ts'
import { readTektonPod } from '../../src/controller/tekton-pod.ts'
import { readWaits } from './reading.ts'

type State = 'ready' | 'starting' | 'waiting' | number

interface Shape {
  readonly dependsOn?: string
  readonly steps?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly containers: Readonly<Record<string, State>>
  readonly initContainers?: Readonly<Record<string, State>>
  readonly probes?: Readonly<Record<string, object>>
  readonly policies?: Readonly<Record<string, string>>
  readonly restartPolicy?: string
  readonly startTime?: string
  readonly phase?: string
  readonly deleted?: boolean
}

function makePod(shape: Shape): unknown {
  const {
    containers,
    initContainers = {},
    probes = {},
    policies = {},
    restartPolicy = 'Never',
    phase = 'Running',
  } = shape
  const list = (names: object): readonly object[] =>
    Object.keys(names).map((name) => ({
      name,
      ...probes[name],
      ...(policies[name] && { restartPolicy: policies[name] }),
    }))
  return {
    metadata: {
      namespace: 'rec',
      name: 'a',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: '2026-11-21T05:00:00Z',
      ...(shape.deleted === true && { deletionTimestamp: '2026-11-21T06:00:00Z' }),
      annotations: {
        ...(shape.dependsOn !== undefined && { 'podorder.io/depends-on': shape.dependsOn }),
        ...(shape.steps !== undefined && { 'podorder.io/steps': shape.steps }),
        ...shape.annotations,
      },
    },
    spec: { restartPolicy, initContainers: list(initContainers), containers: list(containers) },
    status: {
      phase,
      startTime: shape.startTime ?? '2026-11-21T05:00:00Z',
      initContainerStatuses: Object.entries(initContainers).map(makeStatus),
      containerStatuses: Object.entries(containers).map(makeStatus),
    },
  }
}

function makeStatus([name, state]: readonly [string, State]): object {
  const ready = state === 'ready'
  if (typeof state === 'number') return { name, ready, started: false, state: { terminated: { exitCode: state } } }
  return { name, ready, started: ready, state: state === 'waiting' ? { waiting: {} } : { running: {} } }
}

function look(shape: Shape): ControlledPod {
  return readOrderedPod(makePod({ dependsOn: 'app: {sidecar/proxy: ready, sidecar/log: ready}', ...shape }), readWaits)
}

const PROBED = { app: { startupProbe: {} } }

/** What `ready` and `failed` ought to say. */
function due(shape: Shape): readonly (string | undefined)[] {
  const kept = look(shape)
  return [kept.due['podorder.io/ready'], kept.due['podorder.io/failed']]
}

test('ready names those that somebody waits for, sorted; native sidecars count', (t) => {
  t.deepEqual(due({ containers: { app: 'ready', proxy: 'ready', other: 'ready' }, initContainers: { log: 'ready' } }), [
    'log,proxy',
    undefined,
  ])
  t.deepEqual(due({ containers: { app: 'ready', proxy: 'starting', log: 'ready' } }), ['log', undefined])
})

test('where nobody waits by sidecar/, nothing is written, whatever stands there', (t) => {
  const annotations = { 'podorder.io/ready': 'db' }
  for (const dependsOn of ['app: {db: ready}', 'app: {tcp://sidecar:80: open}', 'app: [', '', '# sidecar/']) {
    const kept = look({ dependsOn, annotations, containers: { app: 'starting', db: 2 } })
    t.is(kept.due, kept.said, dependsOn)
    t.false(kept.pending)
    t.is(kept.gate, undefined)
  }
})

test('nothing is due where the annotations say it already; an empty one says what none says', (t) => {
  const ready = { 'podorder.io/ready': 'proxy', 'podorder.io/failed': '' }
  const kept = look({ annotations: ready, containers: { app: 'ready', proxy: 'ready', log: 'starting' } })
  t.is(kept.due, kept.said)
})

test('failed names those that have ended badly for good, by their own restartPolicy or the pod’s', (t) => {
  const containers = { app: 'starting', proxy: 1, log: 0 } as const
  t.deepEqual(due({ containers }), [undefined, 'proxy'])
  t.deepEqual(due({ containers, restartPolicy: 'OnFailure' }), [undefined, undefined])
  t.deepEqual(due({ containers, restartPolicy: 'Always' }), [undefined, undefined])
  t.deepEqual(due({ containers, policies: { proxy: 'Always' } }), [undefined, undefined])
  t.deepEqual(due({ containers, restartPolicy: 'Always', policies: { proxy: 'Never' } }), [undefined, 'proxy'])
})

test('failed names a container of the order too: one that was never started has no wrapper to tell', (t) => {
  const containers = { app: 'starting', proxy: 'ready', log: 'ready', db: 128, clone: 1, other: 1 } as const
  const dependsOn = 'app: {sidecar/proxy: ready, db: completed}'
  t.deepEqual(due({ dependsOn, containers }), ['proxy', 'db'])
  t.deepEqual(due({ dependsOn, steps: 'clone , app', containers }), ['proxy', 'clone,db'])
})

test('an end that the pod’s predecessor of the same name has left is not believed', (t) => {
  const containers = { app: 'starting', proxy: 137, log: 'ready' } as const
  t.deepEqual(due({ containers, startTime: '2026-11-21T04:59:59Z' }), ['log', undefined])
  t.deepEqual(due({ containers, startTime: '' }), ['log', undefined])
})

test('a pod that has ended or is being deleted is over', (t) => {
  const containers = { app: 'starting', proxy: 'ready' } as const
  t.false(look({ containers }).over)
  t.true(look({ containers, deleted: true }).over)
  t.true(look({ containers, phase: 'Succeeded' }).over)
  t.true(look({ containers, phase: 'Failed' }).over)
})

test('a waiter has something to learn once all its sidecars are ready or one has failed, until it is seen to go on', (t) => {
  const there = { proxy: 'ready', log: 'ready' } as const
  const cases: readonly (readonly [Shape, boolean])[] = [
    [{ containers: { app: 'starting', ...there }, probes: PROBED }, true],
    [{ containers: { app: 'waiting', ...there }, probes: PROBED }, true],
    [{ containers: { app: 'ready', ...there }, probes: PROBED }, false],
    [{ containers: { app: 'ready', ...there }, probes: { app: { readinessProbe: {} } } }, false],
    [{ containers: { app: 'starting', ...there }, probes: { app: { readinessProbe: {} } } }, true],
    // It is ready to the kubelet from the start, and may wait nevertheless.
    [{ containers: { app: 'ready', ...there } }, true],
    [{ containers: { app: 1, ...there } }, false],
    [{ containers: { app: 'starting', proxy: 'ready', log: 'starting' }, probes: PROBED }, false],
    [{ containers: { app: 'starting', proxy: 'starting', log: 1 }, probes: PROBED }, true],
  ]
  for (const [shape, pending] of cases) t.is(look(shape).pending, pending, JSON.stringify(shape))
})

test('the gate tells who waits for whom', (t) => {
  const waiting = look({ containers: { app: 'starting', proxy: 'ready', log: 'starting' }, probes: PROBED })
  t.is(waiting.gate, 'app waits for sidecar/log')
  t.is(look({ containers: { app: 'starting', proxy: 'ready', log: 'ready' } }).gate, undefined)
})

test('the nudges that were counted by another leader are known, and nonsense is none', (t) => {
  const containers = { app: 'starting' } as const
  for (const [text, nudges] of [
    ['2', 2],
    ['9', 4],
    ['-1', 0],
    ['x', 0],
    ['', 0],
  ] as const) {
    t.is(look({ containers, annotations: { 'podorder.io/nudge': text } }).nudges, nudges)
  }
})

function lookAtTekton(containers: Shape['containers'], more: Omit<Shape, 'containers'> = {}): ControlledPod {
  return readTektonPod(makePod({ containers, ...more }))
}

test('Tekton’s first step is told once the pod runs and every other container is ready or has ended', (t) => {
  const ready = (containers: Shape['containers'], more = {}): unknown =>
    lookAtTekton(containers, more).due['tekton.dev/ready']
  t.is(ready({ 'step-a': 'starting', 'sidecar-db': 'ready', injected: 0 }), 'READY')
  t.is(ready({ 'step-a': 'starting' }), 'READY')
  t.is(ready({ 'step-a': 'starting', 'sidecar-db': 'starting' }), undefined)
  t.is(ready({ 'step-a': 'starting', injected: 'waiting' }), undefined)
  t.is(ready({ 'step-a': 'starting' }, { phase: 'Pending' }), undefined)
  t.is(ready({}), undefined)
  const taken = lookAtTekton(
    { 'step-a': 'ready', injected: 'starting' },
    { annotations: { 'tekton.dev/ready': 'READY' } },
  )
  t.is(taken.due, taken.said)
})

test('Tekton’s first step has something to learn until a step has ended', (t) => {
  t.true(lookAtTekton({ 'step-a': 'ready', 'step-b': 'ready' }).pending)
  t.false(lookAtTekton({ 'step-a': 0, 'step-b': 'ready' }).pending)
  t.false(lookAtTekton({ 'step-a': 'ready', sidecar: 'starting' }).pending)
  t.is(lookAtTekton({ 'step-a': 'ready', sidecar: 'starting' }).gate, 'the first step waits for sidecar')
})
