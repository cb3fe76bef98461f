/** Decides which containers of a pod the kubelet will still start. Pure. */
import { followsEnd } from '../pod/restarts.ts'
import type { ContainerStatus } from './container-status.ts'
import type { PodStatus } from './pod-status.ts'

export function hasEnded({ phase }: Pick<PodStatus, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Whether the container has ended for good, unless another one restarts all containers. */
export function isOverForGood(container: ContainerStatus): boolean {
  const { state } = container
  return state.kind === 'ended' && followsEnd(container, state.end.exitCode) === 'stays'
}

/**
 * Whether all containers except native sidecars have ended for good. The kubelet then stops the sidecars, and the phase changes a
 * moment later (recorded from Kubernetes 1.36).
 */
export function isWorkDone({ containers }: Pick<PodStatus, 'containers'>): boolean {
  const apps = containers.filter(({ role }) => role === 'app')
  return apps.length > 0 && apps.every(isOverForGood)
}

/** Whether the kubelet starts no container of the pod any more. */
export function startsNoMore(pod: PodStatus): boolean {
  return pod.deletion !== undefined || hasEnded(pod) || isWorkDone(pod)
}
