/** When a life came to be what others wait for: the one place in the history that tells conditions apart. Pure. */
import { type Condition, isOfLife } from '../order/conditions.ts'
import { type Course, hasStartup } from './course.ts'
import type { Life } from './history.ts'

/** When a life came to be what is waited for; a container without a measured readiness is ready once it is started. */
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

/** That it was started or ready no longer counts when that life has failed; what has succeeded stays. */
export function isForgotten({ endedMs = Infinity, exitCode }: Life, condition: Condition, sinceMs: number): boolean {
  return isOfLife(condition) && endedMs < sinceMs && exitCode !== 0
}

/** Whether it may have come without having been seen. */
export function mayHaveBeen(
  { container, lives }: Course,
  opened: readonly Life[],
  condition: Condition,
  measured: boolean,
): boolean {
  // The kubelet remembers two lives.
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
      // Its wrapper stays after success (`--hold`), so that the kubelet does not run it for ever.
      return container.policy === 'Always' && goesOn
    case 'failed':
      return false
  }
}

function hasRun(life: Life | undefined): boolean {
  return life?.startedMs !== undefined || life?.gateUntold === true
}
