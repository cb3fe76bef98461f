/** Will the executable run there? One manifest a rule, with what it says of it. */
import test from 'ava'
import { findings } from '../support/check.ts'

interface Parts {
  /** Of the pod's spec, each `field: value` in YAML. */
  readonly spec?: readonly string[]
  /** The same, of the container "web". */
  readonly web?: readonly string[]
  readonly dependsOn?: string
  /** Other documents. */
  readonly others?: readonly string[]
  readonly namespace?: string
}

function write({
  spec = [],
  web = [],
  dependsOn = 'web: {db: ready}',
  others = [],
  namespace = 'shop',
}: Parts): string {
  const pod = `apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: ${namespace}
  annotations:
    podorder.io/depends-on: |
      ${dependsOn}
spec:
${spec.map((line) => `  ${line}\n`).join('')}  containers:
    - name: db
      image: postgres:16
      command: [postgres]
    - name: web
      image: example/web:1
      command: [/web]
${web.map((line) => `      ${line}\n`).join('')}`
  return [pod, ...others].join('---\n')
}

/** `level rule: what`, but for the advice that every pod of an order gets. */
async function check(parts: Parts, options: Parameters<typeof findings>[1] = {}): Promise<readonly string[]> {
  const found = await findings(write(parts), options)
  return found.filter(({ rule }) => rule !== 'advice').map(({ level, rule, what }) => `${level} ${rule}: ${what}`)
}

const onlyArchitecture = "podorder's executable exists for amd64 and arm64"
const term = (...values: readonly string[]): string =>
  `{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [${values.join(', ')}]}]}`
const affinity = (...terms: readonly string[]): string =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [${terms.join(', ')}]}}}`

test('a plain pod has nothing against it', async (t) => {
  t.deepEqual(await check({}), [])
})

test('nodes of another architecture are refused, those of ours are not', async (t) => {
  for (const arch of ['amd64', 'arm64']) {
    t.deepEqual(await check({ spec: [`nodeSelector: {kubernetes.io/arch: ${arch}}`] }), [])
    t.deepEqual(await check({ spec: [affinity(term(arch))] }), [])
  }
  t.deepEqual(await check({ spec: ['nodeSelector: {kubernetes.io/arch: s390x}'] }), [
    `error architecture: it runs on s390x nodes only; ${onlyArchitecture}`,
  ])
  t.deepEqual(await check({ spec: [affinity(term('ppc64le'), term('s390x'))] }), [
    `error architecture: its node affinity allows neither amd64 nor arm64 nodes; ${onlyArchitecture}`,
  ])
  t.deepEqual(await check({ spec: [affinity(term('arm64'), term('s390x'))] }), [
    `warning architecture: its node affinity allows s390x nodes; ${onlyArchitecture}`,
  ])
  const none = '{matchExpressions: [{key: kubernetes.io/arch, operator: NotIn, values: [amd64, arm64]}]}'
  t.is((await check({ spec: [affinity(none)] })).length, 1)
  t.deepEqual(await check({ spec: [affinity(none, '{matchExpressions: [{key: zone, operator: Exists}]}')] }), [])
})

const ephemeral = (limit: string): string => `resources: {limits: {ephemeral-storage: ${limit}}}`

test('the copy of the executable must fit into the ephemeral storage of all containers together', async (t) => {
  t.deepEqual(await check({ web: [ephemeral('100Mi')] }), [
    "error storage: its containers may use 100Mi of ephemeral-storage together, less than the 120Mi of podorder's executable: the kubelet would evict the pod",
  ])
  t.deepEqual(await check({ web: [ephemeral('200Mi')] }), [
    "warning storage: its containers may use 200Mi of ephemeral-storage together, and podorder's executable takes 120Mi of it",
  ])
  t.deepEqual(await check({ web: [ephemeral('1Gi')] }), [])
  t.deepEqual(await check({ web: [ephemeral('1Mi')] }, { rewrite: { binSource: 'image-volume' } }), [
    'note version: podorder is mounted as an image volume, which needs Kubernetes 1.35, and containerd 2.1 or CRI-O 1.33',
  ])
})

test('a probe by gRPC with TLS needs a Kubernetes of late', async (t) => {
  t.deepEqual(await check({ web: ['readinessProbe: {grpc: {port: 1, mode: TLS}}'] }), [
    'note version: its probe by gRPC with TLS needs Kubernetes 1.37 and its feature gate GRPCContainerProbeTLS',
  ])
  t.deepEqual(await check({ web: ['readinessProbe: {grpc: {port: 1, mode: Plaintext}}'] }), [])
})

test('a stop signal of the container itself needs a Kubernetes of late, and the system', async (t) => {
  const web = ['lifecycle: {stopSignal: SIGINT}']
  const note = 'note version: its lifecycle.stopSignal needs Kubernetes 1.33 and its feature gate ContainerStopSignals'
  t.deepEqual(await check({ web }), [note])
  t.deepEqual(await check({ web, spec: ['os: {name: linux}'] }), [note])
})

test('a native sidecar adds to the limit, and an init container counts where it is more', async (t) => {
  const init = (...more: readonly string[]): string =>
    `initContainers: [{name: i, image: x, ${[...more, ephemeral('300Mi')].join(', ')}}]`
  t.deepEqual(await check({ web: [ephemeral('10Mi')], spec: [init('restartPolicy: Always')] }), [])
  t.deepEqual(await check({ web: [ephemeral('10Mi')], spec: [init()] }), [])
})

test('a default limit of the namespace counts too', async (t) => {
  const range = (namespace: string): string =>
    `apiVersion: v1\nkind: LimitRange\nmetadata: {name: small, namespace: ${namespace}}\nspec: {limits: [{type: Container, default: {ephemeral-storage: 20Mi}}]}\n`
  t.regex((await check({ others: [range('shop')] })).join('\n'), /^error storage: its containers may use 40Mi /)
  t.deepEqual(await check({ others: [range('elsewhere')] }), [])
})

test('a memory limit that the wrapper was not tested with is told, at its place', async (t) => {
  const parts = { web: ['resources:', '  limits:', '    memory: 16Mi'] }
  const [found] = (await findings(write(parts))).filter(({ rule }) => rule === 'memory')
  t.like(found, { level: 'warning', container: 'web', at: { line: 19, column: 19 } })
  t.deepEqual(await check({ web: ['resources: {limits: {memory: 24Mi}}'] }), [])
})

const limitRange = (item: string): string =>
  `apiVersion: v1\nkind: LimitRange\nmetadata: {name: sizes, namespace: shop}\nspec: {limits: [${item}]}\n`

test('a LimitRange that refuses the init container is told, with its own words', async (t) => {
  const about = async (item: string) => check({ others: [limitRange(item)] })
  t.deepEqual(await about('{type: Container, min: {cpu: 50m}}'), [
    'error limit-range: LimitRange "sizes" refuses podorder-init: its cpu request is 10m, the least is 50m',
  ])
  t.deepEqual(await about('{type: Container, max: {memory: 48Mi}}'), [
    'error limit-range: LimitRange "sizes" refuses podorder-init: its memory limit is 64Mi, the most is 48Mi',
  ])
  t.deepEqual(await about('{type: Container, default: {cpu: 500m}, maxLimitRequestRatio: {cpu: 10}}'), [
    'error limit-range: LimitRange "sizes" refuses podorder-init: its cpu limit is to its request as 500m to 10m, the most is 10 times as much',
  ])
  t.deepEqual(await about('{type: Container, min: {cpu: 5m, memory: 16Mi}, max: {cpu: 2}}'), [])
  t.deepEqual(await about('{type: PersistentVolumeClaim, min: {storage: 1Gi}}'), [])
})

test('of the pod as a whole only what the init container has changed is told', async (t) => {
  const web = ['resources: {requests: {memory: 32Mi}, limits: {memory: 40Mi}}']
  t.deepEqual(await check({ web, others: [limitRange('{type: Pod, max: {memory: 48Mi}}')] }), [
    'error limit-range: LimitRange "sizes" refuses the pod with podorder-init: its memory limit is 64Mi, the most is 48Mi',
  ])
  t.deepEqual(await check({ web, others: [limitRange('{type: Pod, max: {memory: 64Mi}}')] }), [])
  const tooLarge = ['resources: {limits: {memory: 2Gi}}']
  t.deepEqual(await check({ web: tooLarge, others: [limitRange('{type: Pod, max: {memory: 1Gi}}')] }), [])
})

const quota = (hard: string, more = ''): string =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all, namespace: shop}\nspec: {hard: {${hard}}${more}}\n`

test('a ResourceQuota makes the init container say what it has not, unless a LimitRange says it', async (t) => {
  t.deepEqual(await check({ others: [quota('limits.cpu: 4, limits.memory: 8Gi, pods: 10')] }), [
    'error quota: ResourceQuota "all" refuses podorder-init, which has no limits.cpu',
  ])
  const withDefault = [quota('limits.cpu: 4'), limitRange('{type: Container, default: {cpu: 100m}}')]
  t.deepEqual(await check({ others: withDefault }), [])
  t.deepEqual(await check({ others: [quota('requests.cpu: 4, memory: 8Gi')] }), [])
  t.deepEqual(await check({ others: [quota('limits.cpu: 4', ', scopes: [BestEffort]')] }), [])
})

test('a List is looked through for what the namespace asks', async (t) => {
  const list = `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ResourceQuota, metadata: {name: all, namespace: shop}, spec: {hard: {limits.cpu: 4}}}\n`
  t.is((await check({ others: [list] })).length, 1)
})

test('a Guaranteed pod stays one, but not where a LimitRange made it so: that is told', async (t) => {
  const pod = (resources: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, annotations: {podorder.io/steps: "a, b"}}\nspec:\n  restartPolicy: Never\n  containers:\n${['a', 'b'].map((name) => `    - {name: ${name}, image: x, command: [x], resources: {${resources}}}\n`).join('')}`
  const rulesOf = async (text: string) => (await findings(text)).map(({ rule }) => rule)
  t.deepEqual(await rulesOf(pod('limits: {cpu: 1, memory: 1Gi}')), [])
  const byDefault = limitRange('{type: Container, default: {cpu: 1, memory: 1Gi}}')
  t.deepEqual(await rulesOf(`${pod('')}---\n${byDefault}`), ['qos'])
})

test('waiting through the API and for sidecars is noted, with the command that prints the Role', async (t) => {
  const parts = {
    dependsOn: 'web: {job/migrate: completed, "pod/-lapp in (a)": ready}',
    spec: ['serviceAccountName: waiter'],
  }
  const [note] = await findings(write(parts))
  t.like(note, { level: 'note', rule: 'permission', container: 'web' })
  t.regex(note?.fix ?? '', /"podorder rbac -n shop --service-account waiter job\/migrate 'pod\/-lapp in \(a\)'"/)
  t.deepEqual(await check({ dependsOn: 'web: {tcp://broker:5672: open}' }), [])
  t.deepEqual(await check({ ...parts, spec: ['automountServiceAccountToken: false'] }), [
    'warning permission: job/migrate is watched through the API, but the pod has no token for the API',
  ])
  const sidecar = {
    dependsOn: 'web: {sidecar/mesh: ready}',
    spec: ['initContainers: [{name: mesh, image: x, restartPolicy: Always}]'],
  }
  t.deepEqual(await check(sidecar), ["note controller: sidecar/mesh is watched by podorder's controller"])
})
