/** The objects of a namespace that matter to an order: pods, workloads, and policies of the namespace. */
import type { JsonObject } from '../base/json-object.ts'
import { OWNERS } from '../kube/pod-owners.ts'
import { textOf } from '../pod/api-object.ts'
import { type AskedKind, askAll, type Asker, askOne, sayUnknown } from './ask.ts'
import { describeRefusal } from '../status/cluster-words.ts'
import type { ClusterProblem } from '../status/ask-pods.ts'

export const PODS: AskedKind = { kind: 'Pod', group: '', version: 'v1', plural: 'pods' }

const WORKLOADS: readonly AskedKind[] = [
  ...OWNERS.filter(({ kind }) => kind !== 'Service'),
  { kind: 'CronJob', group: 'batch', version: 'v1', plural: 'cronjobs' },
]

const POLICIES: readonly AskedKind[] = [
  { kind: 'LimitRange', group: '', version: 'v1', plural: 'limitranges' },
  { kind: 'ResourceQuota', group: '', version: 'v1', plural: 'resourcequotas' },
]

export interface NamespaceObjects {
  readonly namespace: string
  /** Pods that have not ended and are not being deleted. */
  readonly pods: readonly JsonObject[]
  readonly workloads: readonly JsonObject[]
  /** LimitRanges, ResourceQuotas, and the Namespace itself. */
  readonly policies: readonly JsonObject[]
  /** What could not be read, one sentence each. */
  readonly notes: readonly string[]
}

/** Pods must be listed; whatever else cannot be is told in a note. */
export async function readNamespaceObjects(
  asker: Asker,
  namespace: string,
): Promise<NamespaceObjects | ClusterProblem> {
  const pods = await askAll(asker, PODS, namespace)
  if (!pods.ok) {
    const what = `list pods in namespace ${namespace}`
    return { problem: describeRefusal(pods.failure, what, asker.kube.server, 'needed is list of pods') }
  }
  const notes: string[] = []
  const listKind = async (kind: AskedKind): Promise<readonly JsonObject[]> => {
    const listed = await askAll(asker, kind, namespace)
    if (listed.ok) return listed.value
    notes.push(`${kind.plural} are not looked at: ${sayUnknown(listed.failure, `list of ${kind.plural}`)}`)
    return []
  }
  const readNamespace = async (): Promise<readonly JsonObject[]> => {
    const found = await askOne(asker, `/api/v1/namespaces/${namespace}`)
    if (found.ok) return [{ ...(found.value as JsonObject), kind: 'Namespace' }]
    notes.push(`its Pod Security level is not known: ${sayUnknown(found.failure, 'get of namespaces')}`)
    return []
  }
  const [workloads, limits, own] = await Promise.all([
    Promise.all(WORKLOADS.map(listKind)),
    Promise.all(POLICIES.map(listKind)),
    readNamespace(),
  ])
  return {
    namespace,
    pods: pods.value.filter(isAlive),
    workloads: workloads.flat(),
    policies: [...limits.flat(), ...own],
    notes: notes.toSorted(),
  }
}

/** Whether it has not ended, and is not being deleted. */
export function isAlive(pod: JsonObject): boolean {
  if (textOf(pod, 'metadata', 'deletionTimestamp') !== '') return false
  return !['Succeeded', 'Failed'].includes(textOf(pod, 'status', 'phase'))
}
