/** `podorder check -n NAMESPACE`: what is running in a cluster, of which an API server's double tells. */
import test from 'ava'
import { version } from '../../src/base/version.ts'
import type { LiveFinding, LiveSummary } from '../../src/cluster/live-findings.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import type { ApiObject } from '../support/api-store.ts'
import { eventually } from '../support/eventually.ts'
import { injectPod, readRecordedPods } from '../support/explained.ts'
import { sortOnce } from '../support/reference.ts'
import { age, deploy, live, makeShop, ofShop, openRunning } from '../support/running.ts'

test('what runs as inject would write it is in order, by the webhook or from an injected manifest', async (t) => {
  const scene = await openRunning(t)
  deploy(scene, 'shop', makeShop('shop'))
  scene.put(live(injectPod(makeShop('shop-1', { metadata: ofShop }))))
  scene.put(live(injectPod(makeShop('alone'))))
  const end = await scene.check()
  t.deepEqual(
    [end.code, end.stdout, end.stderr],
    [0, '', 'podorder: nothing wrong with 1 workload and 2 pods in namespace shop\n'],
  )
})

test('pods that say an order and were not rewritten are told once for their workload', async (t) => {
  const scene = await openRunning(t)
  deploy(scene, 'shop', makeShop('shop'))
  for (const name of ['shop-1', 'shop-2', 'shop-3']) scene.put(live(makeShop(name, { metadata: ofShop })))
  const end = await scene.check()
  t.is(
    end.stdout,
    'Pod/shop-1 and 2 more: error: it has an order, but was not rewritten: its containers all started at once; inject its manifest and apply that, or let the webhook do it: podorder doctor -n shop tells what is missing [unordered]\n',
  )
  t.is(end.stderr, 'podorder: 1 error in namespace shop\n')
  t.is(end.code, 1)
})

test('one whose manifest was injected since is to be rolled out', async (t) => {
  const scene = await openRunning(t)
  deploy(scene, 'shop', injectPod(makeShop('shop')))
  scene.put(live(makeShop('shop-1', { metadata: ofShop })))
  t.regex(
    (await scene.check()).stdout,
    /^Pod\/shop-1: error: .*; kubectl rollout restart deployment\/shop -n shop \[unordered\]\n$/,
  )
})

test('another version of podorder in a pod is told, and in a manifest once', async (t) => {
  const scene = await openRunning(t)
  scene.put(live(age(injectPod(makeShop('alone')))))
  deploy(scene, 'shop', age(injectPod(makeShop('shop'))))
  scene.put(live(age(injectPod(makeShop('shop-1', { metadata: ofShop })))))
  const end = await scene.check()
  const what = `podorder 0.0.1 (registry.example/podorder:0.0.1) is in it, and this is ${version}`
  t.is(
    end.stdout,
    `Deployment/shop: warning: ${what}; inject its manifest again, and apply that [outdated]\n` +
      `Pod/alone: warning: ${what}; create the pod again [outdated]\n`,
  )
  t.is(end.code, 0)
  t.is((await scene.check('--strict')).code, 1)
})

test('orders that have changed since are told: of the pod itself, and of its workload', async (t) => {
  const scene = await openRunning(t)
  const changed = injectPod(makeShop('changed'))
  scene.put(
    live({
      ...changed,
      metadata: {
        ...changed.metadata,
        annotations: { ...changed.metadata?.annotations, 'podorder.io/depends-on': 'app: {db: started}' },
      },
    }),
  )
  deploy(scene, 'shop', makeShop('shop', { annotations: { 'depends-on': 'db: {app: started}' } }))
  scene.put(live(injectPod(makeShop('shop-1', { metadata: ofShop }))))
  const { stdout } = await scene.check()
  t.regex(
    stdout,
    /^Pod\/changed: warning: it runs otherwise than its annotations say now: .*"app" has --wait-file=\/podorder\/run\/db\/ready.*, and would have --wait-file=\/podorder\/run\/db\/started.*; create the pod again \[outdated\]$/m,
  )
  t.regex(
    stdout,
    /^Pod\/shop-1: warning: Deployment\/shop has another order now, and this pod still has the old one; kubectl rollout status deployment\/shop -n shop tells how far it is \[outdated\]$/m,
  )
  t.is(stdout.split('\n').length, 3, stdout)
})

test('faults of live objects are told with their places, and orders where nothing reads them', async (t) => {
  const scene = await openRunning(t)
  deploy(scene, 'shop', makeShop('shop', { annotations: { 'depends-on': 'app: {dv: ready}' } }))
  scene.put(live(makeShop('shop-1', { annotations: { 'depends-on': 'app: {dv: ready}' }, metadata: ofShop })))
  scene.putWorkload('/apis/batch/v1/cronjobs', {
    metadata: { name: 'nightly', namespace: 'shop', annotations: { 'podorder.io/steps': '*' } },
    spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image: 'a' }] } } } } },
  })
  scene.put(live(makeShop('limited')))
  scene.server.store.put('/api/v1/limitranges', {
    metadata: { name: 'sizes', namespace: 'shop' },
    spec: { limits: [{ type: 'Container', min: { cpu: '1' } }] },
  })
  const { stdout, code } = await scene.check()
  t.deepEqual(
    stdout.split('\n').map((line) => line.replace(/; .*/, '')),
    [
      'Deployment/shop: podorder.io/depends-on:1:7: error: container "app": unknown container "dv"',
      'CronJob/nightly: error: nothing reads podorder.io/steps at metadata.annotations',
      'Pod/limited: error: it has an order, but was not rewritten: its containers all started at once',
      'Pod/limited: error: LimitRange "sizes" refuses podorder-init: its cpu request is 10m, the least is 1',
      '',
    ],
  )
  t.is(code, 1)
})

test('JSON has the same findings, with all pods that they are of', async (t) => {
  const scene = await openRunning(t)
  deploy(scene, 'shop', makeShop('shop'))
  for (const name of ['shop-1', 'shop-2']) scene.put(live(makeShop(name, { metadata: ofShop })))
  const { stdout } = await scene.check('--format', 'json')
  const report = JSON.parse(stdout) as { version: number; findings: readonly LiveFinding[]; summary: LiveSummary }
  t.is(report.version, 1)
  t.deepEqual(report.summary, { namespace: 'shop', pods: 2, workloads: 1, errors: 1, warnings: 0, notes: 0 })
  t.deepEqual(
    report.findings.map(({ rule, level, objects }) => [rule, level, objects]),
    [['unordered', 'error', ['Pod/shop-1', 'Pod/shop-2']]],
  )
})

test('pods that have ended or are being deleted, Jobs that are over and other namespaces do not count', async (t) => {
  const scene = await openRunning(t)
  for (const status of [{ phase: 'Succeeded' }, { phase: 'Failed' }]) {
    scene.put({ ...live(makeShop(status.phase.toLowerCase())), status } as PodTemplate)
  }
  scene.put(live(makeShop('going', { metadata: { deletionTimestamp: '2026-11-21T12:00:00Z' } })))
  scene.put(live(makeShop('elsewhere', { metadata: { namespace: 'other' } })))
  const wrong = makeShop('x', { annotations: { 'depends-on': 'app: {dv: ready}' } })
  scene.putWorkload('/apis/batch/v1/jobs', {
    metadata: { name: 'old', namespace: 'shop' },
    spec: { template: wrong },
    status: { conditions: [{ type: 'Complete', status: 'True' }] },
  })
  const end = await scene.check()
  t.deepEqual([end.code, end.stderr], [0, 'podorder: no pod and no workload in namespace shop has an order\n'])
  t.is((await scene.check('--strict')).code, 1)
})

test('every pod that a real Kubernetes has shown is read; of an order they have an annotation at most that nobody knows', async (t) => {
  const scene = await openRunning(t)
  const pods = readRecordedPods()
  t.true(pods.length > 100)
  pods.forEach(({ pod }, index) => {
    const { metadata } = pod as ApiObject
    const { deletionTimestamp: _, ...rest } = metadata
    scene.put({
      ...(pod as object),
      metadata: { ...rest, name: `p${index}`, uid: `p${index}`, namespace: 'shop' },
    } as unknown as PodTemplate)
  })
  const end = await scene.check()
  for (const line of end.stdout.trimEnd().split('\n'))
    t.regex(line, /: unknown annotation podorder\.io\/order; .* \[order\]$/)
  t.regex(end.stderr, /^podorder: \d+ errors in namespace shop\n$/)
  t.is(scene.server.requests.filter(({ path }) => path.endsWith('/pods')).length, Math.ceil(pods.length / 500))
})

test('what may not be listed is told, and the rest is looked at', async (t) => {
  const scene = await openRunning(t)
  scene.put(live(makeShop('shop-1')))
  scene.server.allow([{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }])
  const end = await scene.check()
  t.regex(end.stdout, /^Pod\/shop-1: error: it has an order/)
  const kinds = ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'replicationcontrollers', 'jobs']
  const unknown = [...kinds, 'cronjobs', 'limitranges', 'resourcequotas']
  t.deepEqual(
    sortOnce(end.stderr.trimEnd().split('\n')),
    sortOnce([
      'podorder: 1 error in namespace shop',
      'podorder: its Pod Security level is not known: needed is get of namespaces',
      ...unknown.map((kind) => `podorder: ${kind} are not looked at: needed is list of ${kind}`),
    ]),
  )
  t.is(end.code, 1)
})

test('a cluster that does not answer as it should is told in one sentence', async (t) => {
  const scene = await openRunning(t)
  scene.put(live(makeShop('shop-1')))
  const gone = { answer: { status: 404, body: '404 page not found\n', headers: { 'content-type': 'text/plain' } } }
  const text = { answer: { status: 200, body: '<html>log in</html>' } }
  const busy = { answer: { status: 503, body: 'overloaded' } }
  const refusals: readonly (readonly [fault: object, times: number, says: RegExp])[] = [
    [gone, 1, /^podorder: cannot list pods in namespace shop: 404 page not found\n$/],
    [text, 2, /^podorder: cannot reach the cluster at https:\S+: the answer is not JSON; /],
    [busy, 2, /^podorder: cannot list pods in namespace shop: overloaded\n$/],
    [
      { hangUp: true },
      2,
      /^podorder: cannot reach the cluster at https:\S+: .*; is it up, and is this the right --context\?\n$/,
    ],
  ]
  for (const [fault, times, says] of refusals) {
    for (let time = 0; time < times; time++) scene.server.misbehave('list', fault)
    const end = await scene.check()
    t.regex(end.stderr, says)
    t.deepEqual([end.code, end.stdout], [2, ''])
  }
  scene.server.allow([])
  const refused = await scene.check()
  t.regex(refused.stderr, /^podorder: not allowed to list pods in namespace shop: .*; needed is list of pods\n$/)
  t.is(refused.code, 2)
})

test('a slow cluster is waited for, and a page that is none is no pod', async (t) => {
  const scene = await openRunning(t)
  scene.put(live(injectPod(makeShop('shop-1'))))
  const { promise, resolve } = Promise.withResolvers<void>()
  scene.server.misbehave('list', { hold: promise })
  const ended = scene.check()
  await eventually('it asks', () => scene.server.requests.length > 0)
  resolve()
  t.is((await ended).stderr, 'podorder: nothing wrong with 1 pod in namespace shop\n')
  scene.server.misbehave('list', { answer: { status: 200, body: { kind: 'PodList', items: [null, 7, { spec: {} }] } } })
  t.is((await scene.check()).code, 0)
})

test('manifests and a cluster at once are refused, and so are SARIF of a cluster and a name that nothing has', async (t) => {
  const scene = await openRunning(t)
  scene.put(live(makeShop('shop-1')))
  const rows: readonly (readonly [words: readonly string[], says: string])[] = [
    [
      ['-f', 'pod.yaml'],
      'pod.yaml is a manifest, and -n, --context and --kubeconfig ask the cluster; give one of them',
    ],
    [['--format', 'sarif'], '--format sarif is for files only; use text or json'],
    [['--only', 'Pod/other'], '--only: nothing in namespace shop that has an order has this name'],
  ]
  for (const [words, says] of rows) {
    const end = await scene.check(...words)
    t.deepEqual([end.code, end.stdout, end.stderr], [2, '', `podorder: ${says}\n`])
  }
  t.is((await scene.check('--only', 'Pod/shop-1')).code, 1)
})
