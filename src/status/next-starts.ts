/** Which containers of a pod its kubelet still starts. Pure. */
import { followsEnd } from '../pod/restarts.ts'
import type { ContainerStatus } from './container-status.ts'
import type { PodStatus } from './pod-status.ts'

export function hasEnded({ phase }: Pick<PodStatus, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

/** The end of this life is its last, as long as no other container has all of them start anew. */
export function isOverForGood(container: ContainerStatus): boolean {
  const { state } = container
  return state.kind === 'ended' && followsEnd(container, state.end.exitCode) === 'stays'
}

/**
 * All its containers but native sidecars are over for good. Its kubelet stops the sidecars then, and the phase follows a moment
 * later (recorded from Kubernetes 1.36).
 */
export function isWorkDone({ containers }: Pick<PodStatus, 'containers'>): boolean {
  const apps = containers.filter(({ role }) => role === 'app')
  return apps.length > 0 && apps.every(isOverForGood)
}

/** Its kubelet starts none of its containers any more. */
export function startsNoMore(pod: PodStatus): boolean {
  return pod.deletion !== undefined || hasEnded(pod) || isWorkDone(pod)
}
