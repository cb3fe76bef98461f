/** What the status of an injected pod tells of its containers' lives, and what it does not. */
import test from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { findCritical } from '../../src/history/critical.ts'
import type { History } from '../../src/history/history.ts'
import {
  ago,
  creating,
  ended,
  giveStatus,
  injectPod,
  makePod,
  NOW,
  type Parts,
  running,
  type Status,
  waiting,
} from '../support/explained.ts'
import { find, openRecorder, see, tellBars } from '../support/pod-history.ts'

const seeParts = (parts: Parts): History => see(giveStatus(injectPod(makePod(parts)), parts))

const STEPS = { annotations: { steps: 'clone, build, test' }, spec: { restartPolicy: 'Never' } }
const PROBED = { readinessProbe: { tcpSocket: { port: 1 } } }
const notReady = { ready: false } as const

test('where ends are waited for, gates opened when they came', (t) => {
  const history = seeParts({
    ...STEPS,
    status: { phase: 'Succeeded' },
    containers: { clone: [{}, ended(0, 90, 10)], build: [{}, ended(0, 60, 40)], test: [{}, ended(0, 50, 50)] },
  })
  t.is(tellBars(history, 'podorder-init'), 'running 1')
  t.is(tellBars(history, 'clone'), 'running 10')
  t.is(tellBars(history, 'build'), 'waiting 10, running 30')
  t.is(tellBars(history, 'test'), 'waiting 40, running 10')
  t.is(find(history, 'test')?.lives[0]?.waitedFor, 'build/completed')
  t.deepEqual(
    findCritical(history)?.steps.map(({ container }) => container),
    ['clone', 'build', 'test'],
  )
})

test('whoever waits for what goes on waits for sure, and so do all behind it', (t) => {
  const history = seeParts({
    ...STEPS,
    containers: { clone: [{}, ended(0, 90, 10)], build: [{}, running(100)], test: [{}, running(100)] },
  })
  t.is(find(history, 'build')?.state, 'ready')
  t.is(find(history, 'test')?.state, 'waiting')
  t.is(tellBars(history, 'test'), 'waiting 100')
})

test('what could never start since another had failed was skipped', (t) => {
  const history = seeParts({
    ...STEPS,
    status: { phase: 'Failed' },
    containers: { clone: [{}, ended(3, 90, 10)], build: [{}, ended(1, 89, 11)], test: [{}, ended(1, 88, 12)] },
  })
  t.deepEqual(
    history.containers.map(({ state }) => state),
    ['ended', 'ended', 'skipped', 'skipped'],
  )
  t.is(tellBars(history, 'test'), 'waiting 12')
})

const READY = { annotations: { 'depends-on': 'app: {db: ready}' }, spec: { restartPolicy: 'Always' } }

test('one look does not tell when something became ready, nor when the gate behind it opened', (t) => {
  const history = seeParts({ ...READY, containers: { db: [PROBED, running(100)], app: [{}, running(100)] } })
  const app = find(history, 'app')?.lives[0]
  t.is(app?.gateUntold, true)
  t.is(app?.startedMs, undefined)
  t.is(find(history, 'db')?.state, 'ready')
  t.is(find(history, 'db')?.lives[0]?.readyMs, undefined)
  t.is(findCritical(history), undefined)
})

test('what is not ready now may have been; what could be seen from its start and never was holds those behind it', (t) => {
  const at = (db: readonly [object, Status]): PodTemplate => {
    const parts = { ...READY, containers: { db, app: [{}, running(100)] } } as const
    return giveStatus(injectPod(makePod(parts)), parts)
  }
  const down = at([PROBED, running(100, notReady)])
  t.regex(tellBars(see(down), 'app'), /^unclear \d+$/)
  t.is(find(see(down), 'db')?.state, 'running')
  t.is(tellBars(see(at([PROBED, creating]), down, down), 'app'), 'waiting 100')
  t.regex(tellBars(see(at([PROBED, creating]), at([PROBED, running(100)]), down), 'app'), /^unclear \d+$/)
})

test('a startup probe that has not succeeded yet holds those behind it for sure', (t) => {
  const db = [{ startupProbe: { tcpSocket: { port: 1 } } }, running(100, { ready: false, started: false })] as const
  t.is(tellBars(seeParts({ ...READY, containers: { db, app: [{}, running(100)] } }), 'app'), 'waiting 100')
})

test('of a record nobody knows how it went on', (t) => {
  const recorder = openRecorder()
  const containers = { clone: [{}, running(100)], build: [{}, running(100)], test: [{}, running(100)] } as const
  const parts = { ...STEPS, containers }
  recorder.see(giveStatus(injectPod(makePod(parts)), parts))
  const history = recorder.history(undefined)
  t.true(history.partial)
  t.true(history.endMs < Date.parse(ago(30)))
  const known = recorder.history(Date.parse(NOW))
  t.is(known.endMs, Date.parse(NOW))
  t.is(known.partial, undefined)
})

test('a container without probes is ready once it is started, so that its followers are known', (t) => {
  const history = seeParts({ ...READY, containers: { db: [{}, running(90)], app: [{}, running(100)] } })
  t.is(find(history, 'app')?.lives[0]?.startedMs, Date.parse(ago(90)))
})

test('what is outside the pod, or in an order that cannot be read, leaves the gate untold', (t) => {
  const outside = { ...READY, annotations: { 'depends-on': 'app: {"tcp://broker:5672": open}' } }
  t.is(find(seeParts({ ...outside, containers: { app: [{}, running(9)] } }), 'app')?.lives[0]?.gateUntold, true)
  const parts = { ...READY, containers: { db: [{}, running(90)], app: [{}, running(100)] } } as const
  const pod = giveStatus(injectPod(makePod(parts)), parts)
  const broken = {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata?.annotations, 'podorder.io/depends-on': 'app: {bd: ready}' },
    },
  }
  t.is(find(see(broken), 'app')?.lives[0]?.gateUntold, true)
})

test('a pod that was never injected starts at once, whatever its annotations say', (t) => {
  const parts = { ...READY, containers: { db: [PROBED, running(90)], app: [{}, running(100)] } } as const
  const history = see(giveStatus(makePod(parts), parts))
  t.is(find(history, 'app')?.lives[0]?.startedMs, Date.parse(ago(100)))
  t.is(history.links.length, 1)
})

/** As the kubelet wrote it, so many seconds ago. */
function writtenAt(seconds: number, pod: PodTemplate): PodTemplate {
  const managedFields = [
    { manager: 'kubectl', time: ago(0) },
    { manager: 'kubelet', subresource: 'status', time: ago(seconds) },
  ]
  return { ...pod, metadata: { ...pod.metadata, managedFields } }
}

test('a watch tells when something became ready, and with it when the gates behind it opened', (t) => {
  const at = (seconds: number, db: Status, app: Status): PodTemplate => {
    const parts = { ...READY, containers: { db: [PROBED, db], app: [{}, app] } } as const
    return writtenAt(seconds, giveStatus(injectPod(makePod(parts)), parts))
  }
  const history = see(
    at(99, running(100, notReady), running(100)),
    at(70, running(100), running(100)),
    at(60, running(100), running(100)),
  )
  t.is(tellBars(history, 'db'), 'starting 30, ready 63')
  t.is(tellBars(history, 'app'), 'waiting 30, running 63')
  t.is(find(history, 'app')?.lives[0]?.waitedFor, 'db/ready')
  t.deepEqual(
    findCritical(history)?.steps.map(({ container }) => container),
    ['db', 'app'],
  )
})

test('a startupProbe, where there is one, tells of readiness', (t) => {
  const spec = { ...PROBED, startupProbe: { tcpSocket: { port: 1 } } }
  const at = (seconds: number, db: Status): PodTemplate => {
    const parts = { ...READY, containers: { db: [spec, db], app: [{}, running(100)] } } as const
    return writtenAt(seconds, giveStatus(injectPod(makePod(parts)), parts))
  }
  const history = see(
    at(99, running(100, { ready: false, started: false })),
    at(80, running(100, { ready: false })),
    at(60, running(100)),
  )
  t.is(find(history, 'db')?.lives[0]?.readyMs, Date.parse(ago(80)))
})

test('lives that a watch has seen stay known, of others the status has two', (t) => {
  const at = (one: Status): PodTemplate => {
    const parts = { containers: { a: [{}, one] } } as const
    return giveStatus(makePod(parts), parts)
  }
  const last = (seconds: number) => ({ lastState: ended(2, seconds, 5)['state'] })
  const first = at(running(95))
  const second = at(running(45, { restartCount: 1, ...last(90) }))
  const third = at({ ...waiting('CrashLoopBackOff'), restartCount: 1, ...last(40) })
  const a = find(see(first, second, third), 'a')
  t.is(a?.state, 'restarting')
  t.is(a?.restarts, 1)
  t.deepEqual(
    a?.lives.map(({ endedMs }) => endedMs),
    [Date.parse(ago(90)), Date.parse(ago(40))],
  )
  t.is(find(see(third), 'a')?.lives.length, 1)
})

test('who is told to stop when the main containers have ended is known to have been', (t) => {
  const history = seeParts({
    annotations: { 'depends-on': 'job: {db: ready}', main: 'job' },
    spec: { restartPolicy: 'Never' },
    status: { phase: 'Succeeded' },
    containers: { db: [{}, ended(0, 10, 90)], job: [{}, ended(0, 12, 88)] },
  })
  t.is(find(history, 'db')?.lives[0]?.stopped, true)
  t.is(find(history, 'job')?.lives[0]?.stopped, undefined)
})

test('what is no pod says so', (t) => {
  t.truthy(openRecorder().see({ kind: 'Pod' } as unknown as PodTemplate))
  t.truthy(openRecorder().see({ kind: 'Pod', spec: { containers: [5] } } as unknown as PodTemplate))
})

test('what is ready has been started, also where nobody tells when', (t) => {
  const at = (seconds: number, app: Status): PodTemplate => {
    const parts = { ...READY, containers: { db: [PROBED, running(100)], app: [PROBED, app] } } as const
    return writtenAt(seconds, giveStatus(injectPod(makePod(parts)), parts))
  }
  const history = see(at(95, running(100, notReady)), at(80, running(100)))
  t.is(tellBars(history, 'app'), 'unclear 20, ready 62')
  t.is(find(history, 'app')?.state, 'ready')
})
