/** `podorder explain POD` and `podorder timeline POD`: they ask the cluster, and read the wrappers' lines from its logs. */
import test from 'ava'
import { openAsked, writeLines } from '../support/asked.ts'
import { ago, ended, giveStatus, injectPod, makePod, NOW, type Parts, running } from '../support/explained.ts'
import { eventually } from '../support/eventually.ts'

const READINESS = { readinessProbe: { httpGet: { path: '/', port: 8080 } } }

/** db, and app that waits for it. */
function makeShop(parts: Partial<Parts> & Pick<Parts, 'containers'>): ReturnType<typeof makePod> {
  const whole: Parts = { annotations: { 'depends-on': 'app: {db: ready}' }, metadata: { uid: 'u1' }, ...parts }
  return giveStatus(injectPod(makePod(whole)), whole)
}

const SHOP = makeShop({
  containers: { db: [READINESS, running(100, { ready: false })], app: [{}, running(100)] },
})

const AT = ['--now', NOW]

test('explain reads from the logs what the status does not tell', async (t) => {
  const { ask, put, wrote } = await openAsked(t)
  put(SHOP)
  wrote(SHOP, 'db', ago(100), [
    '+0.05 started, pid 7',
    'LOG: ready to accept',
    '+5.1 not ready: GET /: connection refused',
  ])
  wrote(SHOP, 'app', ago(100), ['+0.07 waiting for db/ready (it is running, and not ready yet)'])
  const end = await ask('explain', 'x', '-n', 'shop', ...AT)
  t.is(end.stderr, '')
  t.is(
    end.stdout,
    `pod shop/x is running: 1 container in trouble, 1 waiting

root cause
  db             runs for 1m40s, but is not ready: its readinessProbe says GET /: connection refused (GET http://:8080/, asked every 10s)
                 > kubectl logs x -n shop -c db
                 > kubectl describe pod x -n shop

because of it
  app            waits for db to be ready (it is not ready: GET /: connection refused)

fine
  podorder-init  has completed
`,
  )
  t.is(end.code, 0)
})

test('explain without the logs says what it does not know, and that it may not', async (t) => {
  const { ask, put, server } = await openAsked(t)
  put(SHOP)
  server.allow([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }])
  const end = await ask('explain', 'x', '-n', 'shop', ...AT)
  t.true(end.stdout.includes('its logs may not be read (needed is get of pods/log)'), end.stdout)
  t.is(end.code, 0)
})

test('the kubelet’s own word on a probe is read from the events, where that is allowed', async (t) => {
  const { ask, put, server } = await openAsked(t)
  const pod = makePod({ containers: { web: [READINESS, running(100, { ready: false })] }, metadata: { uid: 'u1' } })
  put(giveStatus(pod, { containers: { web: [READINESS, running(100, { ready: false })] } }))
  server.allow([{ apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list'] }])
  for (const [name, lastTimestamp, why] of [
    ['b', ago(5), 'HTTP probe failed with statuscode: 503'],
    ['a', ago(50), 'older'],
  ] as const) {
    server.store.put('/api/v1/events', {
      metadata: { name, namespace: 'shop' },
      ...{ reason: 'Unhealthy', message: `Readiness probe failed: ${why}`, lastTimestamp },
      involvedObject: { name: 'x', uid: 'u1', fieldPath: 'spec.containers{web}' },
    })
  }
  const end = await ask('explain', 'x', '-n', 'shop', ...AT)
  t.true(end.stdout.includes('its readinessProbe says HTTP probe failed with statuscode: 503 ('), end.stdout)
})

test('a workload is explained by its pods', async (t) => {
  const { ask, put, server } = await openAsked(t)
  server.allow([
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
  ])
  const labels = { app: 'shop' }
  for (const name of ['x-1', 'x-2', 'other']) {
    put(
      makeShop({
        labels: name === 'other' ? {} : labels,
        metadata: { name, uid: name },
        containers: { db: [{}, running(9)], app: [{}, running(9)] },
      }),
    )
  }
  server.store.put('/apis/apps/v1/deployments', {
    metadata: { name: 'shop', namespace: 'shop' },
    spec: { selector: { matchLabels: labels } },
  })
  const end = await ask('explain', 'deploy/shop', '-n', 'shop')
  t.deepEqual(end.stdout.match(/^pod \S+/gm), ['pod shop/x-1', 'pod shop/x-2'], end.stderr)
  const other = await ask('timeline', 'deployment/shop', '-n', 'shop')
  t.is(other.stderr, 'podorder: deployment/shop has 2 pods; name one: x-1, x-2\n')
  t.is(other.code, 2)
})

test('what a cluster refuses or does not have is told in one sentence', async (t) => {
  const { ask, put, server } = await openAsked(t)
  put(SHOP)
  const rows: readonly (readonly [words: readonly string[], says: RegExp])[] = [
    [
      ['explain', 'y', '-n', 'shop'],
      /^podorder: there is no pod y in namespace shop; kubectl get pods lists those that are there\n$/,
    ],
    [['timeline', 'y', '-n', 'shop'], /^podorder: there is no pod y in namespace shop; /],
    [['explain', 'x'], /^podorder: there is no pod x in namespace rec; /],
    [
      ['explain', 'deployment/y'],
      /^podorder: not allowed to get deployments in namespace rec: deployments.apps "y" is forbidden: .*; needed is get of deployments\n$/,
    ],
    [['explain', 'deploymnt/y', '-n', 'shop'], /^podorder: unknown type "deploymnt"; did you mean "deployment"\?\n$/],
    [
      ['explain', 'Shop_1', '-n', 'shop'],
      /^podorder: "Shop_1" names no pod; give POD, or TYPE\/NAME such as deployment\/shop\n$/,
    ],
    [['explain', 'x', '--context', 'nowhere'], /^podorder: .* has no context "nowhere"; it has here\n$/],
    [['explain', 'x', '-n', 'No Name'], /^podorder: .*give a name of lower-case letters/],
  ]
  for (const [words, says] of rows) {
    const end = await ask(...words)
    t.regex(end.stderr, says)
    t.is(end.stdout, '')
    t.is(end.code, 2)
  }
  server.trust({ other: 'jane' })
  t.regex(
    (await ask('explain', 'x', '-n', 'shop')).stderr,
    /^podorder: the cluster at https:\S+ does not accept your credentials: Unauthorized; log in again, or choose another --context\n$/,
  )
  server.trust({ 'secret-token': 'jane' })
  server.allow([])
  t.regex(
    (await ask('explain', 'x', '-n', 'shop')).stderr,
    /^podorder: not allowed to get pod x in namespace shop: pods "x" is forbidden: .*; needed are get, list and watch of pods, and get of pods\/log\n$/,
  )
})

test('a word that is neither a file nor can be asked for says both', async (t) => {
  const { place } = await openAsked(t)
  const end = await place.run(['explain', 'shop'], { env: { KUBECONFIG: '' } })
  t.is(
    end.stderr,
    'podorder: there is no file shop here, and no cluster to ask: no Kubernetes API: this is not a pod, and there is no KUBECONFIG and no ~/.kube/config; give --kubeconfig FILE\n',
  )
  t.is(end.code, 2)
})

test('explain --watch tells it again when a wrapper or the kubelet says something new, and ends with the pod', async (t) => {
  const { env, place, put, server, wrote } = await openAsked(t)
  put(SHOP)
  wrote(SHOP, 'db', ago(100), ['+0.05 started, pid 7'])
  wrote(SHOP, 'app', ago(100), ['+0.07 waiting for db/ready (not started yet)'])
  const watching = place.start(['explain', 'x', '-n', 'shop', '--watch', ...AT], { env })
  await eventually('it waits', () => /app +waits for db to be ready/.test(watching.stdout()))
  wrote(SHOP, 'db', ago(100), ['+1.2 ready'])
  wrote(SHOP, 'app', ago(100), ['+1.21 started, pid 9'])
  await eventually('it runs', () => /app +runs for 1m40s/.test(watching.stdout()))
  put(makeShop({ status: { phase: 'Succeeded' }, containers: { db: [{}, ended(0, 5)], app: [{}, ended(0, 5)] } }))
  for (const name of ['db', 'app']) server.logs.end(`shop/x/${name}`)
  const end = await watching.end
  t.true(end.stdout.endsWith('pod shop/x has completed: both containers ended with exit code 0\n'), end.stdout)
  t.is(end.code, 0)
})

const TIMELINE = (container: string, parts: object): object => ({ container, restarts: 0, ...parts })

test('the timeline is exact to the millisecond, of a finished pod and of previous lives', async (t) => {
  const { ask, put, server, wrote } = await openAsked(t)
  const before = { lastState: ended(3, 90, 5)['state'] }
  const pod = makeShop({
    status: { phase: 'Succeeded' },
    containers: {
      db: [READINESS, { ...ended(0, 10, 70), restartCount: 1, ...before }],
      app: [{}, ended(0, 20, 75)],
      extra: [{}, ended(0, 30, 60)],
    },
    annotations: { 'depends-on': 'app: {db: ready}' },
  })
  put(pod)
  wrote(pod, 'db', ago(95), ['+0.05 started, pid 7', '+5.333 Error: exit code 3'])
  server.logs.restart('shop/x/db')
  wrote(pod, 'db', ago(80), [
    '+0.101 started, pid 7',
    '+2.345 ready',
    `no end of line${writeLines('db', ago(80), ['+70.5 Completed']).trimEnd()}`,
  ])
  wrote(pod, 'app', ago(95), [
    '+0.07 waiting for db/ready (not started yet)',
    '+17.351 started, pid 9',
    '+75.25 Completed',
  ])
  const end = await ask('timeline', 'x', '-n', 'shop', '--format', 'json')
  t.is(end.stderr, '')
  const base = Date.parse(ago(95))
  const history = JSON.parse(end.stdout) as { readonly containers: readonly object[] }
  const since = (seconds: number): number => base + Math.round(seconds * 1000)
  t.deepEqual(
    history.containers.filter((one) => (one as { container: string }).container !== 'podorder-init'),
    [
      TIMELINE('db', {
        state: 'ended',
        restarts: 1,
        lives: [
          {
            sinceMs: since(0.05),
            endedMs: since(5.333),
            reason: 'Error',
            message: 'exit code 3',
            exitCode: 3,
            startedMs: since(0.05),
          },
          {
            sinceMs: since(15.101),
            endedMs: since(85.5),
            reason: 'Completed',
            exitCode: 0,
            startedMs: since(15.101),
            readyMs: since(17.345),
          },
        ],
      }),
      TIMELINE('app', {
        state: 'ended',
        lives: [
          {
            sinceMs: since(0.07),
            endedMs: since(75.25),
            reason: 'Completed',
            exitCode: 0,
            startedMs: since(17.351),
            readyMs: since(17.351),
            waitedFor: 'db/ready',
          },
        ],
      }),
      TIMELINE('extra', {
        state: 'ended',
        lives: [
          {
            sinceMs: since(5),
            endedMs: since(65),
            reason: 'Completed',
            exitCode: 0,
            startedMs: since(5),
            readyMs: since(5),
            kubelet: ['sinceMs', 'startedMs', 'readyMs', 'endedMs'],
          },
        ],
      }),
    ],
  )
  const text = await ask('timeline', 'x', '-n', 'shop')
  t.regex(text.stdout, /extra .* ended ≈/)
  t.false(/ db .*≈/.test(text.stdout))
  t.true(text.stdout.includes('≈ marks times of the kubelet, which are exact to the second'))
})

/** app had 28 s and did not use them; db ended by itself. */
const WROTE = {
  app: [
    ...[
      '+0.1 started, pid 7',
      '+0.1 ready',
      '+68.5 killed 28.5s after SIGTERM: it had not ended, and db must stop after it',
    ],
    '+68.5 Error: killed by signal 9; killed 28.5s after SIGTERM: it had not ended, and db must stop after it',
  ],
  db: ['+0.1 started, pid 7', '+0.1 ready', '+68.6 Cancelled'],
} as const

test('a kill of ours is told with its time, by explain and by timeline, while the pod stops and after', async (t) => {
  const { ask, put, wrote } = await openAsked(t)
  const deletion = { uid: 'u1', deletionTimestamp: ago(-1), deletionGracePeriodSeconds: 30 }
  const pods = {
    stopping: makeShop({ metadata: { ...deletion }, containers: { db: [{}, running(100)], app: [{}, running(100)] } }),
    stopped: makeShop({
      metadata: { ...deletion },
      containers: { db: [{}, ended(0, 30, 70)], app: [{}, ended(137, 30, 70)] },
    }),
  }
  for (const pod of [pods.stopping, pods.stopped]) {
    put(pod)
    for (const name of ['app', 'db'] as const) wrote(pod, name, ago(100), WROTE[name])
    const { stdout } = await ask('explain', 'x', '-n', 'shop', ...AT)
    const told = {
      stopping: /^ +app +had not ended by its stop signal, and was killed after 28\.5s$/m,
      stopped: /^ +app +was stopped with the pod \(exit code 137, killed after 28\.5s\)$/m,
    }
    t.regex(stdout, pod === pods.stopping ? told.stopping : told.stopped)
    t.notRegex(stdout, /^ +db .*killed/m)
  }
  const text = (await ask('timeline', 'x', '-n', 'shop')).stdout
  t.regex(text, /^[* ] app .* killed after 28\.5 s/m)
  t.notRegex(text, /^[* ] db .*killed/m)
  const json = JSON.parse((await ask('timeline', 'x', '-n', 'shop', '--format', 'json')).stdout) as {
    readonly containers: readonly {
      readonly container: string
      readonly lives: readonly { killedAfterMs?: number }[]
    }[]
  }
  t.deepEqual(
    json.containers.map(({ container, lives }) => [container, lives.at(-1)?.killedAfterMs]),
    [
      ['podorder-init', undefined],
      ['db', undefined],
      ['app', 28_500],
    ],
  )
})
