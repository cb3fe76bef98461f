/** When a life met a condition. The only place in the history that distinguishes conditions. Pure. */
import { type Condition, isOfLife } from '../order/conditions.ts'
import { type Course, hasStartup } from './course.ts'
import type { Life } from './history.ts'

/** When a life met a condition; a container without a measured readiness is ready when started. */
export function reachOf({ startedMs, readyMs, endedMs, exitCode }: Life, condition: Condition): number | undefined {
  switch (condition) {
    case 'started':
      return startedMs
    case 'ready':
      return readyMs ?? (endedMs === undefined || exitCode === 0 ? startedMs : undefined)
    case 'completed':
      return exitCode === 0 ? endedMs : undefined
    case 'failed':
      return exitCode === 0 ? undefined : endedMs
    case 'ended':
      return endedMs
  }
}

export function whenReached(life: Life, condition: Condition, measured: boolean): number | undefined {
  if (condition !== 'ready') return reachOf(life, condition)
  return measured ? life.readyMs : life.startedMs
}

/** `started` and `ready` no longer count after that life has failed; they stay after a success. */
export function isForgotten({ endedMs = Infinity, exitCode }: Life, condition: Condition, sinceMs: number): boolean {
  return isOfLife(condition) && endedMs < sinceMs && exitCode !== 0
}

/** Whether the condition may have been met unobserved. */
export function mayHaveBeen(
  { container, lives }: Course,
  opened: readonly Life[],
  condition: Condition,
  measured: boolean,
): boolean {
  // The kubelet reports only two lives.
  if (lives.length < container.restarts + 1 && lives.length > 0) return true
  const goesOn = opened.some(({ sinceMs, endedMs }) => sinceMs !== undefined && endedMs === undefined)
  switch (condition) {
    case 'started':
      return opened.some(({ gateUntold }) => gateUntold === true)
    case 'ready':
      if (!measured) return opened.some(({ gateUntold }) => gateUntold === true)
      return lives.some((life, index) => {
        if (life.endedMs !== undefined) return hasRun(opened[index])
        return life.up || (life.dark && !hasStartup(container) && hasRun(opened[index]))
      })
    case 'completed':
    case 'ended':
      // Its wrapper stays after success (`--hold`), so that the kubelet does not restart it forever.
      return container.policy === 'Always' && goesOn
    case 'failed':
      return false
  }
}

function hasRun(life: Life | undefined): boolean {
  return life?.startedMs !== undefined || life?.gateUntold === true
}
