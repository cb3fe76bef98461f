/** `podorder doctor`: a cluster in which podorder works, and each thing that can be wrong in it. */
import test from 'ava'
import { eventually } from '../support/eventually.ts'
import { writeManifest } from '../support/manifest.ts'
import type { ApiObject } from '../support/api-store.ts'
import type { DoctorFinding } from '../../src/cluster/doctor-finding.ts'
import { type DoctorScene, IMAGE, openDoctor, PLACES } from '../support/doctor.ts'
import { live, makeShop } from '../support/running.ts'

const isWrong = ({ level }: DoctorFinding): boolean => level !== 'ok'

test('where all is as deploy/ has it, every line says ok', async (t) => {
  const { ask } = await openDoctor(t)
  const end = await ask()
  t.is(
    end.stdout.replace(/ends on \S+/, 'ends on DAY'),
    `ok       cluster     Kubernetes v1.36.1 has everything that podorder can use
ok       nodes       2 nodes: kubelet v1.36.1, containerd://2.1.4
ok       webhook     MutatingWebhookConfiguration podorder asks about new pods, with failurePolicy Fail
ok       webhook     Service podorder/podorder-webhook has 2 ready endpoints
ok       webhook     the API server trusts its certificate, which ends on DAY
ok       namespace   the webhook rewrites the pods of shop that have an order
ok       image       ${IMAGE} is on 2 of 2 nodes
ok       controller  podorder-controller-1 leads
`,
  )
  t.deepEqual([end.code, end.stderr], [0, 'podorder: nothing is wrong\n'])
})

interface Row {
  readonly what: string
  readonly change: (scene: DoctorScene) => void
  /** What is not ok, and no more. */
  readonly finds: readonly RegExp[]
  readonly code?: number
}

const webhooksWith = (more: object) => (object: ApiObject) => ({
  ...object,
  webhooks: (object['webhooks'] as readonly object[]).map((webhook) => ({ ...webhook, ...more })),
})
const nodeWith = (more: object) => (object: ApiObject) => ({
  ...object,
  status: { nodeInfo: { ...(object['status'] as { nodeInfo: object }).nodeInfo, ...more } },
})
const podWith = (state: object) => (object: ApiObject) => ({
  ...object,
  status: { containerStatuses: [{ name: 'webhook', imageID: '', state }] },
})
const CONFIGURATION = [PLACES.configurations, 'podorder'] as const

const ROWS: readonly Row[] = [
  {
    what: 'no webhook, and a namespace that relies on it',
    change: ({ server }) => void server.store.remove(PLACES.configurations, undefined, 'podorder'),
    finds: [
      /^warning webhook: there is no MutatingWebhookConfiguration podorder: .* > kubectl apply -k deploy, or install the Helm chart/,
      /^error namespace: shop has the label podorder.io\/inject=enabled, but there is no webhook: .* > install the webhook, or inject the manifests$/,
    ],
    code: 1,
  },
  {
    what: 'a configuration without caBundle',
    change: ({ change }) =>
      change(...CONFIGURATION, (object) => {
        const { webhooks } = object as unknown as { webhooks: readonly { clientConfig: object }[] }
        return {
          ...object,
          webhooks: webhooks.map((one) => ({ ...one, clientConfig: { ...one.clientConfig, caBundle: '' } })),
        }
      }),
    finds: [
      /^error webhook: it has no caBundle: the API server does not trust the webhook > .*kubectl logs -n podorder /,
    ],
    code: 1,
  },
  {
    what: 'a configuration of half its webhooks',
    change: ({ change }) =>
      change(...CONFIGURATION, (object) => ({
        ...object,
        webhooks: (object['webhooks'] as readonly object[]).slice(0, 1),
      })),
    finds: [/^error webhook: MutatingWebhookConfiguration podorder lacks pods\.podorder\.io > install it again/],
    code: 1,
  },
  {
    what: 'a configuration that does not ask about new pods',
    change: ({ change }) =>
      change(
        ...CONFIGURATION,
        webhooksWith({ rules: [{ apiGroups: [''], resources: ['pods'], operations: ['DELETE'] }] }),
      ),
    finds: [/^error webhook: .* does not ask about new pods: no rule has CREATE of pods > /],
    code: 1,
  },
  {
    what: 'failurePolicy Ignore',
    change: ({ change }) => change(...CONFIGURATION, webhooksWith({ failurePolicy: 'Ignore' })),
    finds: [/^warning webhook: its failurePolicy is Ignore: .* > set failurePolicy: Fail if the order matters$/],
  },
  {
    what: 'nobody ready behind the Service',
    change: ({ change }) =>
      change(PLACES.slices, 'podorder-webhook-x', (object) => ({
        ...object,
        endpoints: [{ conditions: { ready: false } }],
      })),
    finds: [
      /^error webhook: no pod is ready behind Service podorder\/podorder-webhook: pods that opted in cannot be created > kubectl get pods -n podorder /,
    ],
    code: 1,
  },
  {
    what: 'a certificate of another authority',
    change: ({ change }) =>
      change(PLACES.secrets, 'podorder-webhook-tls', (object) => ({
        ...object,
        data: { 'tls.crt': Buffer.from('no certificate').toString('base64') },
      })),
    finds: [
      /^error webhook: the API server does not trust the webhook: of Secret podorder\/podorder-webhook-tls, .* > kubectl rollout restart deployment\/podorder-webhook -n podorder/,
    ],
    code: 1,
  },
  {
    what: 'no Secret',
    change: ({ server }) => void server.store.remove(PLACES.secrets, 'podorder', 'podorder-webhook-tls'),
    finds: [/^error webhook: there is no Secret podorder\/podorder-webhook-tls/],
    code: 1,
  },
  {
    what: 'a namespace without its label',
    change: ({ change }) => change(PLACES.namespaces, 'shop', () => ({ metadata: { name: 'shop' } })),
    finds: [
      /^warning namespace: the webhook rewrites only pods of shop with the label podorder.io\/inject=enabled > kubectl label namespace shop podorder.io\/inject=enabled for all of them$/,
    ],
  },
  {
    what: "podorder's own kind of namespace",
    change: ({ change }) =>
      change(PLACES.namespaces, 'shop', () => ({
        metadata: { name: 'shop', labels: { 'podorder.io/system': 'true' } },
      })),
    finds: [/^warning namespace: the webhook is never asked about pods of shop > /],
  },
  {
    what: 'no such namespace',
    change: ({ server }) => void server.store.remove(PLACES.namespaces, undefined, 'shop'),
    finds: [/^error namespace: there is no namespace shop > name another with -n$/],
    code: 1,
  },
  {
    what: 'pods that were created before the webhook',
    change: ({ server }) => void server.store.put(PLACES.pods, live(makeShop('shop-1')) as unknown as ApiObject),
    finds: [
      /^error pod: 1 pod of shop says an order and was not rewritten: shop-1 > podorder check -n shop tells more/,
    ],
    code: 1,
  },
  {
    what: 'an image that a node cannot pull',
    change: ({ change }) =>
      change(
        PLACES.pods,
        'podorder-webhook-b',
        podWith({ waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}"` } }),
      ),
    finds: [
      /^error image: node b cannot pull \S+ for pod podorder\/podorder-webhook-b: ImagePullBackOff: Back-off pulling image .* > correct its name, or what the nodes need/,
    ],
    code: 1,
  },
  {
    what: 'another version of podorder',
    change: ({ change }) =>
      change(PLACES.pods, 'podorder-webhook-b', (object) => ({
        ...object,
        spec: { nodeName: 'b', containers: [{ name: 'webhook', image: 'registry.example/podorder:0.0.1' }] },
      })),
    finds: [
      /^warning image: registry\.example\/podorder:0\.0\.1 is podorder 0\.0\.1, and this is \S+ > update the older of the two$/,
    ],
  },
  {
    what: 'no pod that has the image',
    change: ({ server }) => {
      for (const name of ['a', 'b']) server.store.remove(PLACES.pods, 'podorder', `podorder-webhook-${name}`)
    },
    finds: [/^unknown image: whether nodes can pull podorder is not known: no pod here has it > /],
  },
  {
    what: 'no Lease',
    change: ({ server }) => void server.store.remove(PLACES.leases, 'podorder', 'podorder-controller'),
    finds: [
      /^warning controller: there is no Lease podorder\/podorder-controller: containers that wait for sidecar\/NAME wait for ever/,
    ],
  },
  {
    what: 'a Lease that nobody renews',
    change: ({ change }) =>
      change(PLACES.leases, 'podorder-controller', (object) => ({
        ...object,
        spec: { ...(object['spec'] as object), renewTime: '2026-01-01T00:00:00.000000Z' },
      })),
    finds: [
      /^error controller: no controller leads: podorder-controller-1 has renewed its Lease \d+ s ago for the last time > /,
    ],
    code: 1,
  },
  {
    what: 'a Lease that was released',
    change: ({ change }) =>
      change(PLACES.leases, 'podorder-controller', (object) => ({ ...object, spec: { holderIdentity: '' } })),
    finds: [/^error controller: no controller leads: containers that wait/],
    code: 1,
  },
  {
    what: 'a node of another kind',
    change: ({ change }) => change(PLACES.nodes, 'b', nodeWith({ architecture: 's390x' })),
    finds: [/^warning nodes: b cannot run podorder: it exists for linux\/amd64 and linux\/arm64 > /],
  },
  {
    what: 'a kubelet that is behind',
    change: ({ change }) => change(PLACES.nodes, 'b', nodeWith({ kubeletVersion: 'v1.34.2' })),
    finds: [
      /^warning nodes: b is older than the API server: the oldest kubelet lacks image volumes \(1\.35\), restart policies of containers \(1\.35\) and RestartAllContainers \(1\.36\) > /,
    ],
  },
  {
    what: 'a version of no release',
    change: ({ server }) =>
      server.serve('/version', { gitVersion: 'v0.0.0-master+f15848069aef4efeaa4b8dafa17f89db7303572e' }),
    finds: [
      /^unknown cluster: what this Kubernetes lacks is not known: its version "v0\.0\.0-master\S+" is not that of a release/,
    ],
  },
]

for (const { what, change, finds, code = 0 } of ROWS) {
  test(`it finds ${what}`, async (t) => {
    const scene = await openDoctor(t)
    change(scene)
    const found = (await scene.find()).filter(isWrong)
    const lines = found.map(({ about, level, what: said, fix }) => `${level} ${about}: ${said} > ${fix}`)
    t.is(lines.length, finds.length, lines.join('\n'))
    lines.forEach((line, index) => t.regex(line, finds[index] ?? /^$/))
    t.is((await scene.ask()).code, code)
  })
}

test('what older versions lack is listed, and is no fault', async (t) => {
  const { server, change, ask } = await openDoctor(t)
  server.serve('/version', { gitVersion: 'v1.28.3-gke.1' })
  for (const name of ['a', 'b']) {
    change(PLACES.nodes, name, nodeWith({ kubeletVersion: 'v1.28.3', containerRuntimeVersion: 'containerd://1.7.2' }))
  }
  const end = await ask()
  t.regex(
    end.stdout,
    /^ok {7}cluster {5}Kubernetes v1\.28\.3-gke\.1 lacks native sidecars \(1\.29\), .*\(1\.30\), image volumes \(1\.35\), restart policies of containers \(1\.35\) and RestartAllContainers \(1\.36\)$/m,
  )
  t.regex(
    end.stdout,
    /^ok {7}nodes {7}a and b cannot mount image volumes, which need containerd 2\.1 or CRI-O 1\.33: use --bin-source copy for them$/m,
  )
  t.is(end.code, 0)
})

test('a certificate that ended, and one that was not renewed', async (t) => {
  const ended = await openDoctor(t, -3_600_000)
  t.regex(
    (await ended.ask()).stdout,
    /^error {4}webhook {5}the certificate in Secret podorder\/podorder-webhook-tls ended on /m,
  )
  const ending = await openDoctor(t, 3_600_000)
  t.regex((await ending.ask()).stdout, /^warning {2}webhook {5}the certificate in .* ends on .*, and was not renewed$/m)
})

test('what may not be asked for is unknown, says what is needed, and is not the end', async (t) => {
  const { server, find, ask } = await openDoctor(t)
  server.allow([])
  const end = await ask()
  t.deepEqual([end.code, end.stderr], [0, 'podorder: 6 not known\n'])
  t.deepEqual(
    (await find()).filter(({ level }) => level === 'unknown').map(({ about, fix }) => `${about}: ${fix}`),
    [
      'nodes: needed is list of nodes',
      'webhook: needed is get of mutatingwebhookconfigurations podorder',
      'namespace: needed is get of namespaces shop',
      'image: needed is list of pods in namespace shop',
      'image: needed is list of pods in namespace podorder',
      'controller: needed is get of leases podorder-controller in namespace podorder',
    ],
  )
})

const PODS = [
  ['in order', writeManifest(), 'ok', /^Pod\/shop would be rewritten: 2 containers in order$/],
  [
    'with an order that is wrong',
    writeManifest().replace('{db: ready}', '{dv: ready}'),
    'error',
    /^Pod\/shop would be refused: .*unknown container "dv"; did you mean "db"\?$/,
  ],
  [
    'without an order',
    writeManifest().replace(/ {2}annotations:\n.*\n/, ''),
    'warning',
    /^Pod\/shop would not be rewritten: it has no order$/,
  ],
  [
    'that opted out',
    writeManifest().replace('  name: shop\n', '  name: shop\n  labels: {podorder.io/inject: disabled}\n'),
    'error',
    /^Pod\/shop would not be rewritten: its label podorder.io\/inject says disabled$/,
  ],
  [
    'whose command only its image knows',
    writeManifest().replace('      command: [/web]\n', ''),
    'ok',
    /^for the command of example\/web:1 the webhook asks the registry; /,
  ],
] as const

for (const [what, manifest, level, says] of PODS) {
  test(`of a pod ${what} it tells whether it would be rewritten`, async (t) => {
    const { server, find, place } = await openDoctor(t)
    server.misbehave('create', {
      answer: { status: 201, body: { kind: 'Pod', spec: { initContainers: [{ name: 'podorder-init' }] } } },
    })
    place.write('pod.yaml', manifest)
    const found = (await find('-f', 'pod.yaml')).filter(({ about }) => about === 'pod')
    const one = found.find(({ what: said }) => says.test(said))
    t.is(one?.level, level, JSON.stringify(found))
  })
}

test('a pod is asked for as a dry run, which goes through the webhook', async (t) => {
  const { server, find, place } = await openDoctor(t)
  place.write('pod.yaml', writeManifest())
  const said = async (answer: { status: number; body: unknown }): Promise<string> => {
    server.misbehave('create', { answer })
    const [, dry] = (await find('-f', 'pod.yaml')).filter(({ about }) => about === 'pod')
    return `${dry?.level}: ${dry?.what}`
  }
  const pod = { kind: 'Pod', spec: { initContainers: [{ name: 'podorder-init' }], containers: [] } }
  t.is(await said({ status: 201, body: pod }), 'ok: a dry run of Pod/shop comes back rewritten')
  t.is(
    await said({ status: 201, body: { kind: 'Pod', spec: { containers: [] } } }),
    'error: a dry run of Pod/shop comes back as it was: the webhook was not asked',
  )
  // As recorded.
  const message =
    'Internal error occurred: failed calling webhook "pods.podorder.io": failed to call webhook: Post "https://podorder-webhook.podorder.svc:443/mutate?timeout=10s": x509: certificate signed by unknown authority'
  t.is(
    await said({ status: 500, body: { kind: 'Status', status: 'Failure', message, code: 500 } }),
    `error: a dry run of Pod/shop fails at the webhook: ${message}`,
  )
  server.allow([])
  server.trust({ 'secret-token': 'jane' })
  const asked = server.requests.filter(({ method }) => method === 'POST')
  t.true(asked.every(({ query, path }) => query.get('dryRun') === 'All' && path === '/api/v1/namespaces/shop/pods'))
  t.is(asked.length, 3)
})

test('without leave to create pods the dry run is unknown', async (t) => {
  const { server, find, place } = await openDoctor(t)
  server.allow([
    {
      apiGroups: ['admissionregistration.k8s.io', ''],
      resources: ['mutatingwebhookconfigurations', 'namespaces'],
      verbs: ['get'],
    },
  ])
  place.write('pod.yaml', writeManifest())
  const all = await find('-f', 'pod.yaml')
  t.true(
    all.some(
      ({ fix }) =>
        fix === 'needed is get of secrets podorder-webhook-tls in namespace podorder, which is its private key too',
    ),
  )
  const found = all.filter(({ about }) => about === 'pod')
  t.deepEqual(
    found.map(({ level, fix }) => [level, fix]),
    [
      ['ok', undefined],
      ['unknown', 'needed is create of pods, which a dry run asks for'],
    ],
  )
})

test('a cluster that cannot be reached, or does not know us, is the end', async (t) => {
  const { server, ask } = await openDoctor(t)
  for (let times = 0; times < 2; times++) server.misbehave('list', { hangUp: true })
  const away = await ask()
  t.deepEqual([away.code, away.stdout], [2, ''])
  t.regex(
    away.stderr,
    /^podorder: cannot reach the cluster at https:\S+: .*; is it up, and is this the right --context\?\n$/,
  )
  server.trust({ other: 'jane' })
  const stranger = await ask()
  t.regex(stranger.stderr, /^podorder: the cluster at \S+ does not accept your credentials: Unauthorized; log in again/)
  t.is(stranger.code, 2)
})

test('answers that are none are unknown, and a slow cluster is waited for', async (t) => {
  const { server, find, ask } = await openDoctor(t)
  const text = { answer: { status: 200, body: '<html>log in</html>' } }
  for (let times = 0; times < 40; times++) server.misbehave('get', text)
  const found = await find()
  t.deepEqual(
    found.filter(isWrong).map(({ about, level }) => `${level} ${about}`),
    ['unknown webhook', 'unknown namespace', 'unknown controller'],
  )
  const { promise, resolve } = Promise.withResolvers<void>()
  const calm = await openDoctor(t)
  calm.server.misbehave('get', { hold: promise })
  const ended = calm.ask()
  await eventually('it asks', () => calm.server.requests.some(({ verb }) => verb === 'get'))
  resolve()
  t.is((await ended).stderr, 'podorder: nothing is wrong\n')
  t.is((await ask('-f', 'nowhere.yaml')).code, 2)
})
