/** What the controller sends, allows and tells, word by word. */
import test from 'ava'
import { fillBucket, takeToken } from '../../src/controller/bucket.ts'
import { createControllerMetrics } from '../../src/controller/controller-metrics.ts'
import { requestOf } from '../../src/controller/requests.ts'
import { listGrants } from '../../src/controller/controller-role.ts'
import type { ControlledPod } from '../../src/controller/controlled-pod.ts'
import { writeGrants } from '../../src/kube/least-role.ts'

const SIGHT: ControlledPod = {
  namespace: 'rec',
  name: 'a',
  uid: '6847a41d',
  version: '7',
  said: {},
  due: {},
  nudges: 0,
  pending: false,
  gate: undefined,
  over: false,
}

test('a patch holds the uid, and takes away by null', (t) => {
  const said = { 'podorder.io/ready': 'proxy', 'podorder.io/nudge': undefined }
  t.deepEqual(requestOf(SIGHT, { kind: 'status', said }, '2026-11-21T05:00:00Z'), {
    method: 'PATCH',
    path: '/api/v1/namespaces/rec/pods/a',
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid: '6847a41d', annotations: { 'podorder.io/ready': 'proxy', 'podorder.io/nudge': null } } },
  })
})

test('a name that is none stays one part of the path', (t) => {
  const { path } = requestOf({ ...SIGHT, name: '../../secrets/x?y#z' }, { kind: 'status', said: {} }, '')
  t.is(path, '/api/v1/namespaces/rec/pods/..%2F..%2Fsecrets%2Fx%3Fy%23z')
})

test('an Event is named by pod and reason, so that there is one of them', (t) => {
  const write = { kind: 'event', message: 'app waits for sidecar/proxy' } as const
  t.deepEqual(requestOf(SIGHT, write, '2026-11-21T05:00:00Z'), {
    method: 'POST',
    path: '/api/v1/namespaces/rec/events',
    contentType: 'application/json',
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'podorder.6847a41d.waitingfor', namespace: 'rec' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'rec', name: 'a', uid: '6847a41d' },
      reason: 'WaitingFor',
      message: 'app waits for sidecar/proxy, for more than a minute',
      type: 'Normal',
      source: { component: 'podorder-controller' },
      firstTimestamp: '2026-11-21T05:00:00Z',
      lastTimestamp: '2026-11-21T05:00:00Z',
      count: 1,
    },
  })
})

test('the least that is needed: pods, the one Lease, and Events only where they are wanted', (t) => {
  const lease = { namespace: 'podorder', name: 'podorder-controller' }
  const subject = { namespace: 'podorder', serviceAccount: 'controller' }
  const written = writeGrants(listGrants({ namespace: undefined, lease, events: false }), subject)
  t.is(
    written,
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: podorder-controller
rules:
  - apiGroups: [""]
    resources: ["pods"]
    verbs: ["list", "watch", "patch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: podorder-controller
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: podorder-controller
subjects:
  - kind: ServiceAccount
    name: controller
    namespace: podorder
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: podorder-controller-lease
  namespace: podorder
rules:
  - apiGroups: ["coordination.k8s.io"]
    resources: ["leases"]
    verbs: ["create"]
  - apiGroups: ["coordination.k8s.io"]
    resources: ["leases"]
    resourceNames: ["podorder-controller"]
    verbs: ["get", "update"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: podorder-controller-lease
  namespace: podorder
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: podorder-controller-lease
subjects:
  - kind: ServiceAccount
    name: controller
    namespace: podorder
`,
  )
  const alone = listGrants({ namespace: 'ci', lease: undefined, events: true })
  t.deepEqual(
    alone.map(({ namespace, rules }) => [namespace, rules.map(({ resource, verbs }) => [resource.plural, ...verbs])]),
    [
      [
        'ci',
        [
          ['pods', 'list', 'watch', 'patch'],
          ['events', 'create'],
        ],
      ],
    ],
  )
})

test('the bucket gives its burst at once, and then so many a second', (t) => {
  let bucket = fillBucket(2, 3, 0)
  const take = (nowMs: number): number => {
    const taken = takeToken(bucket, nowMs)
    bucket = taken.bucket
    return taken.waitMs
  }
  t.deepEqual([take(0), take(0), take(0), take(0)], [0, 0, 0, 500])
  t.deepEqual([take(250), take(500), take(500)], [250, 0, 500])
  // No more than the burst is saved up.
  t.deepEqual([take(1e6), take(1e6), take(1e6), take(1e6)], [0, 0, 0, 500])
})

test('metrics are what Prometheus reads: a type before each name, and one value a line', (t) => {
  const metrics = createControllerMetrics()
  metrics.countWrite('status')
  metrics.countWrite('status')
  metrics.countFailure('throttled')
  metrics.countWatch()
  const text = metrics.write({ pods: 3, gated: 1, leading: true })
  const values = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  t.true(values.every((line) => /^[a-z_]+(?:\{[a-z]+="[^"]*"\})? [\d.]+$/.test(line)))
  for (const line of values) t.true(text.includes(`# TYPE ${/^[a-z_]+/.exec(line)?.[0]} `))
  for (const line of [
    'podorder_writes_total{kind="status"} 2',
    'podorder_writes_total{kind="nudge"} 0',
    'podorder_write_failures_total{reason="throttled"} 1',
    'podorder_watches_total 1',
    'podorder_pods 3',
    'podorder_gated_pods 1',
    'podorder_leader 1',
  ]) {
    t.true(values.includes(line), line)
  }
})
