/** A pod that is being deleted, or whose work is done: which containers stop when, and how long that may take. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { Deletion } from '../status/pod-status.ts'
import type { WrapperLog } from '../status/wrapper-log.ts'
import type { Stop } from '../order/stopping.ts'
import type { Told } from './container-finding.ts'
import { kubectl } from './kubectl.ts'
import { formatDuration } from '../base/duration.ts'
import { enumerate, wordDuration } from '../base/wording.ts'

/** The kubelet retries failed work within a minute (its syncFrequency), so whatever takes longer is stuck. */
const RESYNC_MS = 60_000

/** @returns how long it has been overdue; undefined if it may still end by itself */
export function overdueMs(deadlineMs: number | undefined, nowMs: number): number | undefined {
  const lateMs = nowMs - (deadlineMs ?? Infinity)
  return lateMs > RESYNC_MS ? lateMs : undefined
}

/** @param node the pod's node */
export function askNode(node: string): readonly string[] {
  return node === '' ? [] : [kubectl('', 'get', 'node', node)]
}

/**
 * The kubelet sends all containers their stop signals at the same moment; the wrapper holds its signal back until the container's
 * dependents have stopped. Ends are reported only together with the last one (recorded from Kubernetes 1.26).
 * @param stop undefined: the command gets the signal at once
 * @param given.running containers that have not stopped, as far as their node has reported; `log`: of the wrapper, which is more
 * current
 */
export function tellStop(
  deletion: Deletion,
  stop: Stop | undefined,
  { running, log }: { readonly running: ReadonlySet<string>; readonly log: WrapperLog | undefined },
  nowMs: number,
): Pick<Told, 'rank' | 'message' | 'clause' | 'origins' | 'next'> {
  if (deletion.done) {
    const message = 'was told to stop with the pod; its end was not seen'
    return { rank: 'stopped', message, clause: 'was stopped with the pod', origins: [], next: [] }
  }
  if (log?.killedAfterMs !== undefined) {
    const message = `had not ended by its stop signal, and was killed after ${formatDuration(log.killedAfterMs)}`
    return { rank: 'stopped', message, clause: 'was killed', origins: [], next: [] }
  }
  const lateMs = overdueMs(deletion.deadlineMs, nowMs)
  if (lateMs !== undefined) {
    const message = `runs, as far as its node has told; it was to be killed ${wordDuration(lateMs)} ago`
    return { rank: 'consequence', message, clause: 'does not stop', origins: [], next: [] }
  }
  const after = (stop?.after ?? []).filter((name) => running.has(name))
  const graceMs = stop?.killMs ?? deletion.graceMs
  const clause = 'is stopping'
  if (stop === undefined || after.length === 0) {
    const message = `is stopping: it was told to with the pod, and has ${wordDuration(graceMs)} for it`
    return { rank: 'awaited', message, clause, origins: [], next: [] }
  }
  const message =
    `stops after ${enumerate(after)}, at the latest ${wordDuration(stop.waitMs)} after the pod was told to, ` +
    `and has at least ${formatDuration(stop.reserveMs)} then`
  return { rank: 'consequence', message, clause, origins: after, next: [] }
}

export function isStopping({ state, role }: ContainerStatus): boolean {
  return state.kind === 'running' && role !== 'ephemeral'
}
