/** Finds pods in a cluster by name, and reads their state. */
import type { JsonObject } from '../base/json-object.ts'
import { suggest } from '../base/suggest.ts'
import { type Collection, pathOf } from '../kube/collection.ts'
import type { KubeFailure } from '../kube/failure.ts'
import type { Kube } from '../kube/kube.io.ts'
import { findRefusal, readNamedPods, writeSelector } from '../kube/pod-owners.ts'
import { readPodLog } from '../kube/pod-log.io.ts'
import { listOf, textOf } from '../pod/api-object.ts'
import { asPod, type AskedPod, listLogs, readProbeEvents, uidOf } from './asked-pod.ts'
import { describeRefusal } from './cluster-words.ts'
import { readWrapperLine, recordLine, type WrapperLog } from './wrapper-log.ts'

export interface PodWish {
  /** `shop`, `deployment/shop` */
  readonly words: string
  readonly namespace: string
  readonly signal: AbortSignal
}

export interface ClusterProblem {
  /** A sentence. */
  readonly problem: string
}

const PODS = { group: '', version: 'v1', plural: 'pods' }
/** Only one retry, since a user waits at the terminal. */
const RETRIES = 1
/** How many logs are read at the same time. */
const AT_ONCE = 6

/** The named pods. `found` is their workload. */
export interface MeantPods {
  readonly collection: Collection
  readonly pods: readonly JsonObject[]
}

/** @returns at least one pod, or the problem */
export async function findNamedPods(
  kube: Kube,
  { words, namespace, signal }: PodWish,
): Promise<MeantPods | ClusterProblem> {
  const named = readNamedPods(words)
  if ('problem' in named) return named
  const where = `in namespace ${namespace}`
  const ask = (path: string, query: Readonly<Record<string, string>> = {}) =>
    kube.call({ method: 'GET', path, query, signal, retries: RETRIES })
  const say = (failure: KubeFailure, what: string, needs?: string): ClusterProblem => ({
    problem: describeRefusal(failure, what, kube.server, needs),
  })
  const path = pathOf(PODS, namespace)
  if (!('owner' in named)) {
    const answer = await ask(`${path}/${named.name}`)
    if (answer.ok) {
      const pod = asPod(answer.value)
      const collection = { path, fieldSelector: `metadata.name=${named.name}` }
      return pod === undefined ? { problem: 'the cluster’s answer is not a pod' } : { collection, pods: [pod] }
    }
    if (answer.failure.kind !== 'missing') return say(answer.failure, `get pod ${named.name} ${where}`)
    return { problem: `there is no pod ${named.name} ${where}${await proposePod(named.name)}` }
  }
  const { owner, name } = named
  const plural = owner.plural
  const found = await ask(`${pathOf(owner, namespace)}/${name}`)
  if (!found.ok) {
    if (found.failure.kind === 'missing') return { problem: `there is no ${owner.kind} ${name} ${where}` }
    return say(found.failure, `get ${plural} ${where}`, `needed is get of ${plural}`)
  }
  const labelSelector = writeSelector(found.value)
  if (labelSelector === undefined) return { problem: `${owner.kind}/${name} selects no pods` }
  const collection = { path, labelSelector }
  const listed = await ask(path, { labelSelector })
  if (!listed.ok) return say(listed.failure, `list pods ${where}`)
  const pods = listOf(listed.value, 'items')
    .map(asPod)
    .filter((pod) => pod !== undefined)
  if (pods.length > 0) return { collection, pods }
  const why = findRefusal(found.value)
  return { problem: `${owner.kind}/${name} ${where} has no pods${why === undefined ? '' : `: ${why}`}` }

  async function proposePod(wanted: string): Promise<string> {
    const answer = await ask(path, { limit: '500' })
    const names = answer.ok ? listOf(answer.value, 'items').map((item) => textOf(item, 'metadata', 'name')) : []
    const begins = names.find((one) => one.startsWith(`${wanted}-`))
    const near = begins ?? suggest(wanted, names)
    return near === undefined ? '; kubectl get pods lists those that are there' : `; did you mean "${near}"?`
  }
}

/** Reads a pod's logs and events. */
export async function readAskedPod(kube: Kube, pod: JsonObject, signal: AbortSignal): Promise<AskedPod> {
  const namespace = textOf(pod, 'metadata', 'namespace')
  const name = textOf(pod, 'metadata', 'name')
  const logs = new Map<string, Map<number, WrapperLog>>()
  const failures: KubeFailure[] = []
  const wanted = [...listLogs(pod)]
  const work = async (): Promise<void> => {
    for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
      const { container, life, previous } = next
      let log: WrapperLog | undefined
      const failure = await readPodLog(
        kube,
        { namespace, pod: name, container, previous, follow: false, signal },
        (line) => {
          const read = readWrapperLine(line, container)
          if (read !== undefined) log = recordLine(log, read)
        },
      )
      if (failure !== undefined) failures.push(failure)
      if (log === undefined) continue
      const own = logs.get(container) ?? new Map<number, WrapperLog>()
      logs.set(container, own.set(life, log))
    }
  }
  const [probes] = await Promise.all([readProbes(kube, pod, signal), ...Array.from({ length: AT_ONCE }, work)])
  return { pod, logs, probes, gone: false, notes: describeLost(failures) }
}

/** Reports logs that could not be read for lack of permission. Other failures are normal: a container may have no log yet. */
function describeLost(failures: readonly KubeFailure[]): readonly string[] {
  const refused = failures.find(({ kind }) => kind === 'forbidden')
  if (refused !== undefined)
    return ['its logs may not be read (needed is get of pods/log), so what wrappers say is not known']
  const broken = failures.find(({ kind }) => kind !== 'invalid' && kind !== 'missing')
  return broken === undefined ? [] : [`not all of its logs could be read: ${broken.message}`]
}

/** Reads probe failures from events. The permission is optional. */
async function readProbes(kube: Kube, pod: JsonObject, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const path = `/api/v1/namespaces/${textOf(pod, 'metadata', 'namespace')}/events`
  const fieldSelector = `involvedObject.name=${textOf(pod, 'metadata', 'name')},involvedObject.uid=${uidOf(pod)}`
  const answer = await kube.call({ method: 'GET', path, query: { fieldSelector, limit: '500' }, signal, retries: 0 })
  return answer.ok ? readProbeEvents(answer.value) : new Map()
}
