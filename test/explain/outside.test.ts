/** What is told of pods whose trouble lies outside the order: targets elsewhere, sidecars, the controller, the webhook, the node. */
import test from 'ava'
import {
  ago,
  crashing,
  ended,
  explain,
  explainParts,
  explainPlain,
  giveStatus,
  injectPod,
  makePod,
  print,
  running,
  say,
  waiting,
} from '../support/explained.ts'

const up = running(600)
const live = { livenessProbe: { tcpSocket: { port: 80 } } }
const gated = running(600, { ready: false, started: false })

/** An app whose startup probe tells that it still waits, and a proxy. */
function explainTarget(
  target: string,
  parts: {
    readonly proxy?: object
    readonly annotations?: object
    readonly labels?: Readonly<Record<string, string>>
  } = {},
) {
  const pod = makePod({
    annotations: { 'depends-on': `app: {${JSON.stringify(target)}: ready}` },
    spec: { serviceAccountName: 'shop' },
    containers: { app: [live], proxy: [{}] },
  })
  const injected = injectPod(pod)
  const metadata = {
    ...injected.metadata,
    annotations: { ...injected.metadata?.annotations, ...parts.annotations },
    labels: parts.labels ?? injected.metadata?.labels,
  }
  const status = { containers: { app: [{}, gated], proxy: [{}, parts.proxy ?? up] } } as const
  return explain(giveStatus({ ...injected, metadata } as never, status as never))
}

test('of a target outside the status does not tell, so there are commands that do, and the Role that it takes', (t) => {
  const service = explainTarget('service/mail')
  t.deepEqual(say(service), ['cause app: waits for service/mail to be ready', 'fine proxy: runs for 10m'])
  t.deepEqual(service.containers[0]?.next, [
    'kubectl get endpointslices -l kubernetes.io/service-name=mail -n shop',
    'kubectl exec x -n shop -c app -- /podorder/bin/entrypoint wait --timeout=10s service/mail',
    'if that is forbidden: podorder rbac service/mail -n shop --service-account shop | kubectl apply -f -',
  ])
  t.deepEqual(explainTarget('pod/other/-lapp=db,tier in (a, b)').containers[0]?.next.slice(0, 2), [
    "kubectl get pod -l 'app=db,tier in (a, b)' -n other",
    "kubectl exec x -n shop -c app -- /podorder/bin/entrypoint wait --timeout=10s 'pod/other/-lapp=db,tier in (a, b)'",
  ])
  const tcp = explainTarget('http://broker:8080/ok')
  t.is(say(tcp)[0], 'cause app: waits for http://broker:8080/ok to answer')
  t.deepEqual(tcp.containers[0]?.next, [
    'kubectl exec x -n shop -c app -- /podorder/bin/entrypoint wait --timeout=10s http://broker:8080/ok',
  ])
})

test('a sidecar is waited for by way of the controller: its own state, the label, the annotation', (t) => {
  const tell = (parts: Parameters<typeof explainTarget>[1]) => explainTarget('sidecar/proxy', parts)
  t.deepEqual(say(tell({ proxy: crashing(1, 3) })), [
    'cause proxy: keeps failing: the last time it ended with exit code 1 after 1s; 3 restarts, the next start in up to 40s (CrashLoopBackOff)',
    'consequence app: waits for sidecar/proxy to be ready (it keeps failing, 3 restarts)',
  ])
  const silent = tell({})
  t.is(
    say(silent)[0],
    'cause app: waits for sidecar/proxy to be ready (it is ready, but the annotation podorder.io/ready, which podorder controller keeps, does not name it)',
  )
  t.is(silent.containers[0]?.next[0], 'kubectl get deployment podorder-controller -n podorder')
  const unseen = tell({ labels: {} })
  t.regex(say(unseen)[0] ?? '', /has no label podorder\.io\/ordered=true, so podorder controller does not see it\)$/)
  t.deepEqual(unseen.containers[0]?.next, ['kubectl label pod x podorder.io/ordered=true -n shop'])
  t.deepEqual(say(tell({ annotations: { 'podorder.io/ready': 'other,proxy' } })).slice(0, 1), [
    'awaited app: has nothing left to wait for, and is about to start',
  ])
})

test('a sidecar that nobody has added is to be looked for where it would come from', (t) => {
  const mesh = explainTarget('sidecar/istio-proxy')
  t.is(say(mesh)[0], 'cause app: waits for sidecar/istio-proxy to be ready (it is not in this pod)')
  t.deepEqual(mesh.containers[0]?.next, [
    'check whether the webhook that adds it is active here: kubectl get namespace shop --show-labels',
    'then create the pod again: kubectl delete pod x -n shop',
  ])
})

test('waits whose state is known come first, those that the status does not tell of behind them', (t) => {
  const explanation = explainParts({
    annotations: { 'depends-on': 'app: {db: ready, service/mail: ready}' },
    containers: { db: [{}, waiting('InvalidImageName', 'couldn’t parse image name')], app: [{}, up] },
  })
  t.deepEqual(say(explanation), [
    'cause db: its image i has no valid name (InvalidImageName): couldn’t parse image name',
    'consequence app: waits for db to be ready (it cannot be made: InvalidImageName), and perhaps for service/mail to be ready',
  ])
})

const ORDER = { 'depends-on': 'app: {db: ready}' }

test('an order that nobody keeps is the cause: the webhook has not seen the pod, or the pod has opted out', (t) => {
  const parts = { annotations: ORDER, containers: { db: [{}, up], app: [{}, crashing(1, 3)] } } as const
  const [note] = explainPlain(parts).notes
  t.regex(
    note?.message ?? '',
    /but the pod was not injected, so its containers all started at once; podorder’s webhook has not rewritten it$/,
  )
  t.deepEqual(note?.next.slice(0, 2), [
    'kubectl get namespace shop -L podorder.io/inject',
    'kubectl get mutatingwebhookconfiguration podorder',
  ])
  const [out] = explainPlain({ ...parts, labels: { 'podorder.io/inject': 'disabled' } }).notes
  t.regex(out?.message ?? '', /it opted out by podorder\.io\/inject: disabled$/)
  t.is(out?.next.length, 1)
})

test('faults of an order are worded as inject words them; a pod without any says so', (t) => {
  const containers = { db: [{}, up], app: [{}, up] } as const
  t.deepEqual(explainPlain({ annotations: { 'depends-on': 'app: {bd: ready}' }, containers }).notes, [
    {
      rank: 'cause',
      message:
        'its order is wrong, so podorder does not keep it: pod.json:1:7: container "app": unknown container "bd"; did you mean "db"?',
      next: [],
    },
  ])
  t.is(
    print(explainPlain({ containers })),
    `pod shop/x is running: both containers are as they should be
  podorder has not ordered it: its annotations have no order

fine
  db   runs for 10m
  app  runs for 10m
`,
  )
})

test('the node and the scheduler have reasons of their own', (t) => {
  const containers = { db: [{}, ended(137, 5)], app: [{}, ended(137, 5)] } as const
  const tell = (status: object) => {
    const {
      state,
      notes,
      containers: findings,
    } = explainParts({ annotations: ORDER, status: { phase: 'Failed', ...status }, containers })
    return [state, notes[0]?.message, findings[0]?.message]
  }
  t.deepEqual(tell({ reason: 'Evicted', message: 'The node was low on resource: memory.' }), [
    'has failed (Evicted)',
    'the pod was evicted (Evicted): The node was low on resource: memory.',
    'was stopped with the pod (exit code 137)',
  ])
  t.is(
    tell({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' })[1],
    'it ran longer than its activeDeadlineSeconds (DeadlineExceeded): Pod was active on the node longer than the specified deadline',
  )
  t.is(tell({ reason: 'Terminated' })[1], 'its node was shut down (Terminated)')
  const lost = tell({ phase: 'Running', reason: 'NodeLost', message: 'Node a which was running pod x is unresponsive' })
  t.is(
    lost[1],
    'its node does not answer, so this is an old status (NodeLost): Node a which was running pod x is unresponsive',
  )
  const condition = (type: string, value: string, reason: string) =>
    tell({ phase: 'Pending', conditions: [{ type, status: value, reason }] })[1]
  t.is(
    condition('DisruptionTarget', 'True', 'PreemptionByScheduler'),
    'the pod was evicted from its node (PreemptionByScheduler)',
  )
  const gate = explainPlain({
    spec: { nodeName: '' },
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked' },
      ],
    },
    containers: { app: [{}] },
  })
  t.is(gate.notes[0]?.message, 'it is held back by its schedulingGates: Scheduling is blocked')
  const finalizers = explainParts({
    annotations: ORDER,
    metadata: { deletionTimestamp: ago(600), finalizers: ['example.com/keep'] },
    status: { phase: 'Failed' },
    containers,
  })
  t.is(
    finalizers.notes[0]?.message,
    'its finalizers keep it: example.com/keep; the controllers that set them have to remove them',
  )
  const late = explainParts({
    annotations: ORDER,
    metadata: { deletionTimestamp: ago(600), deletionGracePeriodSeconds: 30 },
    containers: { db: [{}, up], app: [{}, up] },
  })
  t.is(late.state, 'is being deleted, for 10m30s now (it was running): it should have been gone for 10m')
})

test('an ephemeral container is nobody’s trouble', (t) => {
  const pod = giveStatus(
    makePod({ spec: { ephemeralContainers: [{ name: 'debug', image: 'i' }] }, containers: { app: [{}] } }),
    { containers: { app: [{}, up] } },
  )
  const status = {
    ...(pod as unknown as { readonly status: object }).status,
    ephemeralContainerStatuses: [{ name: 'debug', ...ended(1, 5) }],
  }
  const explanation = explain({ ...pod, status })
  t.deepEqual(say(explanation), ['fine app: runs for 10m', 'fine debug: was for debugging, and ended with exit code 1'])
  t.is(explanation.state, 'is running: its container is as it should be')
})

test('what stands in a status is kept on its line, and tells a terminal nothing', (t) => {
  const evil = waiting('CreateContainerError', 'one\u001B[31m\ntwo\u0007 \u202E three')
  const text = print(explainPlain({ containers: { app: [{}, evil] } }))
  t.true(text.includes('cannot be created (CreateContainerError): one [31m two three\n'))
  t.notRegex(text, /[^\n\P{Cc}]/u)
})
