/** A pod that is being deleted: who is told to stop when. Pure. */
import type { ContainerSight, Deletion } from '../kube/pod-sight.ts'
import type { Stop } from '../order/stopping.ts'
import type { Told } from './finding.ts'
import { enumerate, wordDuration } from './wording.ts'

/**
 * The kubelet tells all containers to stop at the same moment; the wrapper holds it back until those that need its container have
 * stopped. Which ones have is reported only with the end of the last (recorded from Kubernetes 1.26).
 * @param stop undefined: it is told at once
 */
export function tellStop(
  deletion: Deletion,
  stop: Stop | undefined,
  running: ReadonlySet<string>,
): Pick<Told, 'rank' | 'message' | 'clause' | 'origins' | 'next'> {
  const after = (stop?.after ?? []).filter((name) => running.has(name))
  const graceMs = stop?.graceMs ?? deletion.graceMs
  const clause = 'is stopping'
  if (stop === undefined || after.length === 0) {
    const message = `is stopping: it was told to with the pod, and has ${wordDuration(graceMs)} for it`
    return { rank: 'awaited', message, clause, origins: [], next: [] }
  }
  const message =
    `stops after ${enumerate(after)}, at the latest ${wordDuration(stop.waitMs)} after the pod was told to, ` +
    `and has ${wordDuration(graceMs)} then`
  return { rank: 'consequence', message, clause, origins: after, next: [] }
}

export function isStopping({ state, role }: ContainerSight): boolean {
  return state.kind === 'running' && role !== 'ephemeral'
}
