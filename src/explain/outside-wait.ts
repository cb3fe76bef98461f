/** Waits for targets that podorder neither starts nor stops: what the pod's status shows, and commands that show the rest. Pure. */
import { CONTROLLER_NAME } from '../pod/own.ts'
import { ORDERED } from '../pod/annotation-names.ts'
import { FAILED, READY } from '../pod/annotation-names.ts'
import { find } from '../controller/ordered-pod.ts'
import { textOf } from '../pod/api-object.ts'
import type { ContainerStatus } from '../status/container-status.ts'
import type { PodStatus } from '../status/pod-status.ts'
import type { ObjectTarget } from '../kube/target.ts'
import type { OutsideWait } from '../order/order.ts'
import { execIn, kubectl, quote } from './kubectl.ts'
import type { Judged } from './gate.ts'

/** A container of the pod that is not wrapped. */
export interface Neighbour {
  readonly container: ContainerStatus
  readonly clause: string
}

/** Timeout of `entrypoint wait` in the proposed commands. */
const LOOK = '10s'

/** @param neighbours the pod's containers outside the order, by name */
export function judgeOutsideWait(
  wait: OutsideWait,
  pod: PodStatus,
  neighbours: ReadonlyMap<string, Neighbour>,
): Judged {
  const { target, optional, timeoutMs } = wait
  const base = { optional, timeoutMs, fleeting: false, lostMs: undefined }
  if (target.kind === 'sidecar') {
    const neighbour = neighbours.get(target.name)
    return { ...base, ...judgeSidecar(target.name, pod, neighbour), fleeting: (neighbour?.container.restarts ?? 0) > 0 }
  }
  const label = target.label.replace(/^job-we\//, 'job/')
  const ask = execIn(pod, wait.container, [entrypointOf(wait, pod), 'wait', `--timeout=${LOOK}`, target.label])
  const common = { ...base, target: label, waitStatus: 'unknown' as const, clause: '', origins: [label] }
  return target.kind === 'check'
    ? { ...common, words: `${label} to answer`, next: [ask] }
    : { ...common, words: `${label} ${wordDemand(target)}`, next: [lookAt(target, pod), ask, grant(target, pod)] }
}

function wordDemand({ kind, demand }: ObjectTarget): string {
  if (kind !== 'job') return 'to be ready'
  return demand === 'finished' ? 'to end' : 'to complete'
}

function lookAt({ kind, namespace = '', which }: ObjectTarget, pod: PodStatus): string {
  const place = namespace || pod.namespace
  if (kind === 'service' && 'name' in which) {
    return kubectl(place, 'get', 'endpointslices', '-l', `kubernetes.io/service-name=${which.name}`)
  }
  return 'name' in which ? kubectl(place, 'get', kind, which.name) : kubectl(place, 'get', kind, '-l', which.selector)
}

function grant({ label }: ObjectTarget, { namespace, serviceAccount }: PodStatus): string {
  const where = namespace === '' ? '' : ` -n ${quote(namespace)}`
  return `if that is forbidden: podorder rbac ${quote(label)}${where} --service-account ${quote(serviceAccount)} | kubectl apply -f -`
}

function entrypointOf({ container }: OutsideWait, pod: PodStatus): string {
  return pod.containers.find(({ name }) => name === container)?.actual.command?.[0] ?? 'entrypoint'
}

type Sidecar = Pick<Judged, 'words' | 'target' | 'waitStatus' | 'clause' | 'origins' | 'next'>

/** The controller writes ready and failed sidecars into annotations of the pod. */
function judgeSidecar(name: string, pod: PodStatus, neighbour: Neighbour | undefined): Sidecar {
  const label = `sidecar/${name}`
  const base = { words: `${label} to be ready`, target: name, clause: '', origins: [], next: [] }
  if (names(pod, READY, name)) return { ...base, waitStatus: 'met' }
  if (names(pod, FAILED, name)) {
    return {
      ...base,
      waitStatus: 'never',
      clause: neighbour?.clause ?? 'has failed',
      origins: [neighbour === undefined ? label : name],
    }
  }
  if (neighbour !== undefined && !neighbour.container.ready) {
    return { ...base, waitStatus: 'unmet', clause: neighbour.clause, origins: [name] }
  }
  if (neighbour === undefined) {
    // The webhook of a mesh selects pods by the label of the namespace, and only when a pod is created.
    const next = [
      `check whether the webhook that adds it is active here: ${kubectl('', 'get', 'namespace', pod.namespace, '--show-labels')}`,
      `then create the pod again: ${kubectl(pod.namespace, 'delete', 'pod', pod.name)}`,
    ]
    return { ...base, target: label, waitStatus: 'unmet', clause: 'is not in this pod', origins: [label], next }
  }
  const labelled = textOf(pod.labels, ORDERED) === 'true'
  const clause = labelled
    ? `is ready, but the annotation ${READY}, which podorder controller keeps, does not name it`
    : `is ready, but the pod has no label ${ORDERED}=true, so podorder controller does not see it`
  const next = labelled
    ? [
        kubectl('podorder', 'get', 'deployment', CONTROLLER_NAME),
        kubectl('podorder', 'logs', `deployment/${CONTROLLER_NAME}`, '--tail=50'),
      ]
    : [kubectl(pod.namespace, 'label', 'pod', pod.name, `${ORDERED}=true`)]
  return { ...base, target: label, waitStatus: 'unmet', clause, origins: [label], next }
}

function names(pod: PodStatus, annotation: string, name: string): boolean {
  const listed = find(pod.annotations, annotation) ?? ''
  return listed.split(',').some((word) => word.trim() === name)
}
