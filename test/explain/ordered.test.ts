/** What is told of pods that podorder has rewritten, in the states that the kubelet shows. */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import type { Explanation } from '../../src/explain/explanation.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import {
  ago,
  crashing,
  ended,
  explain,
  explainParts,
  explainPlain,
  giveStatus,
  initializing,
  injectPod,
  makePod,
  print,
  running,
  say,
  type Status,
  waiting,
} from '../support/explained.ts'

const manifest = readFileSync(new URL('../../examples/voting/pod.yaml', import.meta.url), 'utf8')
const voting = injectPod(readManifest(manifest).documents[0]?.value as PodTemplate)

const up = running(600)
/** Its wrapper runs, its readinessProbe does not succeed. */
const unready = running(600, { ready: false })
/** The startup probe that inject gives it has not succeeded. */
const gated = running(600, { ready: false, started: false })

function explainVoting(
  statuses: Readonly<Record<string, Status>>,
  rest: { readonly init?: Status; readonly metadata?: object } = {},
): Explanation {
  const containers = Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, [{}, status] as const]))
  const pod = { ...voting, metadata: { ...voting.metadata, ...rest.metadata } }
  return explain(giveStatus(pod, { ...rest, metadata: {}, containers }))
}

test('a predecessor that keeps failing is the root cause, whatever waits for it, however far away', (t) => {
  const explanation = explainVoting({
    redis: crashing(2, 4),
    postgres: unready,
    worker: unready,
    vote: unready,
    result: up,
  })
  t.is(
    print(explanation),
    `pod voting is running: 1 container in trouble, 4 waiting

root cause
  redis          keeps failing: the last time it ended with exit code 2 after 1s; 4 restarts, the next start in up to 40s (CrashLoopBackOff)
                 > kubectl logs voting -c redis --previous

because of it
  postgres       seems to wait for redis to be ready (it keeps failing, 4 restarts)
                 > kubectl logs voting -c postgres
  worker         waits for redis to be ready (it keeps failing, 4 restarts) and postgres to be ready (it seems to wait itself)
  vote           waits for worker to be ready (it waits itself); it begins with redis
  result         waits for vote to be ready (it waits itself); it begins with redis

fine
  podorder-init  has completed
`,
  )
})

test('a predecessor that runs and is not ready is told with the probe that decides, and its pace', (t) => {
  const explanation = explainVoting({ redis: up, postgres: unready, worker: unready, vote: unready, result: up })
  t.deepEqual(say(explanation), [
    'cause postgres: runs for 10m, but is not ready: its readinessProbe decides (tcp :27432, asked every 10s)',
    'consequence worker: seems to wait for postgres to be ready (it is not ready)',
    'consequence vote: waits for worker to be ready (it seems to wait itself); it begins with postgres',
    'consequence result: waits for vote to be ready (it waits itself); it begins with postgres',
    'fine redis: runs for 10m',
  ])
  t.deepEqual(explanation.containers[0]?.next, ['kubectl logs voting -c postgres', 'kubectl describe pod voting'])
})

test('who is ready has passed its gate, even if what it waited for is lost since', (t) => {
  const lost = crashing(137, 2, { reason: 'OOMKilled' })
  t.deepEqual(say(explainVoting({ redis: lost, postgres: up, worker: up, vote: up, result: up })), [
    'cause redis: keeps failing: the last time it was killed after 1s, since the memory ran out (OOMKilled); 2 restarts, the next start in up to 40s (CrashLoopBackOff)',
    'fine postgres: runs for 10m',
    'fine worker: runs for 10m',
    'fine vote: runs for 10m',
    'fine result: runs for 10m',
  ])
})

test('where the init container of podorder cannot be made, everything waits for it', (t) => {
  const init = waiting('ErrImagePull', 'failed to pull: not found')
  const all = {
    redis: initializing,
    postgres: initializing,
    worker: initializing,
    vote: initializing,
    result: initializing,
  }
  const explanation = explainVoting(all, { init })
  t.like(explanation.containers[0], {
    name: 'podorder-init',
    message: 'its image podorder:1 cannot be pulled (ErrImagePull): failed to pull: not found',
    next: [
      'inject with an image that the nodes can pull: podorder inject --image IMAGE, and the same of the webhook',
      'kubectl describe pod voting',
    ],
  })
  t.deepEqual(
    explanation.containers.slice(1).map(({ rank, origins }) => [rank, ...origins]),
    Array.from({ length: 5 }, () => ['consequence', 'podorder-init']),
  )
  t.like(explainVoting(all, { init: ended(137, 5, 1, { reason: 'OOMKilled' }) }).containers[0], {
    message:
      'was killed after 1s, since it took more memory than its limit of 64Mi (OOMKilled); the kubelet starts it again',
  })
  t.like(explainVoting(all, { init: ended(125, 5, 1) }).containers[0], {
    message: 'ended with exit code 125 after 1s; the kubelet starts it again',
  })
  t.like(explainVoting(all, { init: running(3) }).containers[0], {
    rank: 'awaited',
    message: 'runs for 3s; the containers after it wait for its end',
  })
})

test('while the pod is deleted, each says after whom it stops, and how long it has', (t) => {
  const metadata = { deletionTimestamp: ago(-4), deletionGracePeriodSeconds: 10 }
  const explanation = explainVoting({ redis: up, postgres: up, worker: up, vote: up, result: up }, { metadata })
  t.is(explanation.state, 'is being deleted, for 6s now (it was running): it is killed in 4s at the latest')
  t.deepEqual(say(explanation), [
    'awaited result: is stopping: it was told to with the pod, and has 6s for it',
    'consequence redis: stops after postgres and worker, at the latest 9s after the pod was told to, and has at least 1s then',
    'consequence postgres: stops after worker, at the latest 8s after the pod was told to, and has at least 1s then',
    'consequence worker: stops after vote, at the latest 7s after the pod was told to, and has at least 1s then',
    'consequence vote: stops after result, at the latest 6s after the pod was told to, and has at least 1s then',
  ])
})

test('a container that is held after its success cannot be told from one that works', (t) => {
  const live = { livenessProbe: { tcpSocket: { port: 80 } } }
  const parts = { annotations: { 'depends-on': 'app: {migrate: completed}' }, spec: { restartPolicy: 'Always' } }
  const held =
    'unclear migrate: runs, or has completed and its wrapper stays, because others wait for its end: its status does not show it'
  t.deepEqual(say(explainParts({ ...parts, containers: { migrate: [{}, up], app: [live, gated] } })), [
    'consequence app: waits for migrate to complete (it may have completed or not)',
    held,
  ])
  t.deepEqual(say(explainParts({ ...parts, containers: { migrate: [{}, up], app: [live, up] } })), [
    held,
    'fine app: runs for 10m',
  ])
  t.deepEqual(say(explainParts({ ...parts, containers: { migrate: [{}, up], app: [{}, up] } })), [
    held,
    'unclear app: runs, or still waits for migrate to complete (it may have completed or not): its status does not show it',
  ])
})

test('no failure is final but under Never, so a wait for one says that it never comes', (t) => {
  const parts = { annotations: { 'depends-on': 'cleanup: {app: failed}' }, spec: { restartPolicy: 'OnFailure' } }
  t.deepEqual(say(explainParts({ ...parts, containers: { app: [{}, crashing(1, 3)], cleanup: [{}, up] } })).slice(1), [
    'consequence cleanup: waits for app to fail (it keeps failing, 3 restarts; under restartPolicy OnFailure no failure is final, so this condition never comes)',
  ])
  t.deepEqual(
    say(
      explainParts({
        ...parts,
        spec: { restartPolicy: 'Never' },
        containers: { app: [{}, ended(0, 5)], cleanup: [{}, ended(0, 5)] },
      }),
    ),
    ['fine app: has completed', 'fine cleanup: was not needed: it waits for app to fail (it has completed)'],
  )
})

test('an optional wait is said to be one, and is over with its timeout', (t) => {
  const parts = (timeout: string) =>
    explainParts({
      annotations: { 'depends-on': `app: {db: {condition: completed, optional: true, timeout: ${timeout}}}` },
      containers: { db: [{}, up], app: [{}, up] },
    })
  t.deepEqual(say(parts('1h')), [
    'awaited db: runs for 10m',
    'consequence app: waits for db to complete (optional; it is running)',
  ])
  t.deepEqual(say(parts('1m')), ['fine db: runs for 10m', 'fine app: runs for 10m'])
})

test('native sidecars and init containers hold up what comes after them', (t) => {
  const sidecar = {
    name: 'proxy',
    image: 'i',
    restartPolicy: 'Always',
    startupProbe: { httpGet: { port: 80, path: '/ok' } },
  }
  const parts = {
    spec: { initContainers: [sidecar, { name: 'prep', image: 'i' }] },
    inits: { proxy: running(9, { started: false, ready: false }), prep: initializing },
  }
  t.deepEqual(say(explainPlain({ ...parts, status: { phase: 'Pending' }, containers: { app: [{}, initializing] } })), [
    'cause proxy: runs for 9s, but is not ready: its startupProbe decides (GET http://:80/ok, asked every 10s); when it has failed too often, the container is started again',
    'consequence prep: is created after the native sidecar proxy (it is not ready)',
    'consequence app: is created after the native sidecar proxy (it is not ready)',
  ])
})

test('a container that came into the pod after the injection says nothing, and whoever waits for it learns why', (t) => {
  const parts = { annotations: { steps: 'a, b' }, containers: { a: [{}, up], b: [{}, up] } } as const
  const injected = injectPod(makePod(parts))
  const later = { name: 'proxy', image: 'i' }
  const pod = {
    ...injected,
    metadata: {
      ...injected.metadata,
      annotations: { ...injected.metadata?.annotations, 'podorder.io/steps': 'a, proxy, b' },
    },
    spec: { ...injected.spec, containers: [...injected.spec.containers, later] },
  }
  t.deepEqual(say(explain(giveStatus(pod, { containers: { ...parts.containers, proxy: [{}, up] } }))), [
    'awaited proxy: runs for 10m',
    'consequence b: waits for proxy to complete (it is running; podorder does not wrap it, so this condition never comes)',
    'fine a: runs for 10m',
  ])
})
