/** A fake cluster in which podorder is installed from deploy/ and works. */
import type { ExecutionContext } from 'ava'
import { version } from '../../src/base/version.ts'
import type { DoctorFinding } from '../../src/cluster/doctor-finding.ts'
import { makeCredentials } from '../../src/webhook/make-certificate.io.ts'
import { listServiceNames } from '../../src/webhook/tls-credentials.ts'
import type { ApiServer, Rule } from './api-server.ts'
import type { ApiObject } from './api-store.ts'
import type { Configuration } from './deployed.ts'
import { render } from './kustomize.ts'
import { openPlace, type Place, type RunEnd } from './podorder.ts'
import { openCluster } from './wait.ts'

/** The permissions that the reference names. Only -f needs `create` of pods. */
export const NEEDED_TO_EXAMINE: readonly Rule[] = [
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations'],
    resourceNames: ['podorder'],
    verbs: ['get'],
  },
  { apiGroups: [''], resources: ['namespaces', 'secrets'], verbs: ['get'] },
  { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['podorder-controller'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
]

export interface DoctorScene {
  readonly server: ApiServer
  readonly place: Place
  /** Runs `podorder doctor -n shop …`. */
  readonly ask: (...words: readonly string[]) => Promise<RunEnd>
  /** Runs it with JSON output, and returns its findings. */
  readonly find: (...words: readonly string[]) => Promise<readonly DoctorFinding[]>
  /** Changes an existing object. */
  readonly change: (resource: string, name: string, change: (object: ApiObject) => object) => void
}

export const PLACES = {
  configurations: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  namespaces: '/api/v1/namespaces',
  secrets: '/api/v1/secrets',
  slices: '/apis/discovery.k8s.io/v1/endpointslices',
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  leases: '/apis/coordination.k8s.io/v1/leases',
} as const

const encode = (text: string): string => Buffer.from(text).toString('base64')
export const IMAGE = `registry.example/podorder:${version}`

/** @param lifetimeMs the lifetime of the webhook's certificate, in ms */
export async function openDoctor(t: ExecutionContext, lifetimeMs = 60 * 86_400_000): Promise<DoctorScene> {
  const { server, kubeconfig } = await openCluster(t)
  const { store } = server
  server.trust({ 'secret-token': 'jane' })
  server.allow(NEEDED_TO_EXAMINE)
  server.serve('/version', { major: '1', minor: '36', gitVersion: 'v1.36.1' })
  const made = makeCredentials(listServiceNames('podorder-webhook', 'podorder'), Date.now(), lifetimeMs)
  const deployed = render('deploy')
  const configuration = deployed.find(({ kind }) => kind === 'MutatingWebhookConfiguration')
  const webhooks = (configuration as unknown as Configuration).webhooks.map((webhook) => ({
    ...webhook,
    clientConfig: { ...webhook.clientConfig, caBundle: encode(made.authority) },
  }))
  store.put(PLACES.configurations, { ...configuration, webhooks } as unknown as ApiObject)
  store.put(PLACES.namespaces, { metadata: { name: 'shop', labels: { 'podorder.io/inject': 'enabled' } } })
  const where = { namespace: 'podorder' }
  store.put(PLACES.secrets, {
    metadata: { name: 'podorder-webhook-tls', ...where },
    data: { 'tls.crt': encode(made.certificate), 'tls.key': encode(made.key), 'ca.crt': encode(made.authority) },
  })
  store.put(PLACES.slices, {
    metadata: { name: 'podorder-webhook-x', ...where, labels: { 'kubernetes.io/service-name': 'podorder-webhook' } },
    endpoints: [1, 2].map((last) => ({ addresses: [`10.0.0.${last}`], conditions: { ready: true } })),
  })
  for (const name of ['a', 'b']) {
    const nodeInfo = {
      ...{ kubeletVersion: 'v1.36.1', containerRuntimeVersion: 'containerd://2.1.4' },
      ...{ operatingSystem: 'linux', architecture: 'amd64' },
    }
    store.put(PLACES.nodes, { metadata: { name }, status: { nodeInfo } })
    store.put(PLACES.pods, {
      metadata: {
        name: `podorder-webhook-${name}`,
        ...where,
        labels: { 'app.kubernetes.io/name': 'podorder-webhook' },
      },
      spec: { nodeName: name, containers: [{ name: 'webhook', image: IMAGE }] },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'webhook', imageID: 'sha256:1', state: { running: {} } }],
      },
    })
  }
  store.put(PLACES.leases, {
    metadata: { name: 'podorder-controller', ...where },
    spec: { holderIdentity: 'podorder-controller-1', leaseDurationSeconds: 15, renewTime: new Date().toISOString() },
  })
  const place = openPlace(t)
  const ask: DoctorScene['ask'] = (...words) =>
    place.run(['doctor', '-n', 'shop', ...words], { env: { KUBECONFIG: kubeconfig } })
  return {
    ...{ server, place, ask },
    async find(...words) {
      const { stdout } = await ask('--json', ...words)
      return (JSON.parse(stdout) as { findings: readonly DoctorFinding[] }).findings
    },
    change(resource, name, change) {
      const found = store.list(resource).find(({ metadata }) => metadata.name === name)
      if (found === undefined) throw new Error(`there is no ${name}`)
      store.put(resource, change(found) as ApiObject)
    },
  }
}
