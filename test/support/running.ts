/** Objects in a namespace of the fake API server, for `podorder check -n` and `podorder doctor`. */
import type { ExecutionContext } from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import type { ApiServer, Rule } from './api-server.ts'
import type { ApiObject } from './api-store.ts'
import { giveStatus, makePod, type Parts, running } from './explained.ts'
import { openPlace, type RunEnd } from './podorder.ts'
import { openCluster } from './wait.ts'

/** The permissions that the reference names. */
export const NEEDED_TO_CHECK: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers', 'limitranges', 'resourcequotas'], verbs: ['list'] },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], verbs: ['list'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['list'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
]

export interface RunningScene {
  readonly server: ApiServer
  readonly check: (...words: readonly string[]) => Promise<RunEnd>
  readonly put: (pod: PodTemplate) => void
  readonly putWorkload: (resource: string, object: ApiObject) => ApiObject
}

export async function openRunning(t: ExecutionContext): Promise<RunningScene> {
  const { server, kubeconfig } = await openCluster(t)
  server.trust({ 'secret-token': 'jane' })
  server.allow(NEEDED_TO_CHECK)
  server.store.put('/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'shop' } })
  const place = openPlace(t)
  return {
    server,
    check: (...words) => place.run(['check', '-n', 'shop', ...words], { env: { KUBECONFIG: kubeconfig } }),
    put: (pod) => void server.store.put('/api/v1/pods', pod as unknown as ApiObject),
    putWorkload: (resource, object) => server.store.put(resource, object),
  }
}

const READY = { readinessProbe: { httpGet: { path: '/', port: 8080 } } }

/** Makes a pod of db, and app that waits for it. */
export function makeShop(name: string, parts: Partial<Parts> = {}): PodTemplate {
  return makePod({
    annotations: { 'depends-on': 'app: {db: ready}' },
    containers: { db: [READY, running(100)], app: [{}, running(100)] },
    ...parts,
    metadata: { name, uid: name, ...parts.metadata },
  })
}

export function live(pod: PodTemplate): PodTemplate {
  return giveStatus(pod, { containers: { db: [READY, running(100)], app: [{}, running(100)] } })
}

const ownedBy = (kind: string, name: string, uid: string): Readonly<Record<string, unknown>> => ({
  ownerReferences: [{ kind, name, uid, controller: true }],
})

/** Puts a Deployment with its ReplicaSet into the API. */
export function deploy({ putWorkload }: RunningScene, name: string, template: PodTemplate): void {
  const where = { namespace: 'shop' }
  const spec = { template: { metadata: template.metadata, spec: template.spec } }
  putWorkload('/apis/apps/v1/deployments', { metadata: { name, uid: `d-${name}`, ...where }, spec })
  putWorkload('/apis/apps/v1/replicasets', {
    metadata: { name: `${name}-1`, uid: `r-${name}`, ...where, ...ownedBy('Deployment', name, `d-${name}`) },
    spec,
  })
}

export const ofShop = ownedBy('ReplicaSet', 'shop-1', 'r-shop')

/** Changes a pod to one that an older podorder has written. */
export function age(pod: PodTemplate): PodTemplate {
  return JSON.parse(JSON.stringify(pod).replaceAll('"podorder:1"', '"registry.example/podorder:0.0.1"')) as PodTemplate
}
