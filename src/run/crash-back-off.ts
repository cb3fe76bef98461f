/**
 * The kubelet's back-off: growing delays between the restarts of a container.
 *
 * Source: pkg/kubelet/kuberuntime (doBackOff) with client-go's util/flowcontrol/backoff.go; pkg/kubelet (newCrashLoopBackOff).
 */

/** Settings of a node's kubelet; durations in ms before scaling. */
export interface BackOffPace {
  /** 10 s, or 1 s by the feature gate ReduceDefaultCrashLoopBackOffDecay. */
  readonly firstMs: number
  /** `crashLoopBackOff.maxContainerRestartPeriod` of the configuration; also limits the first delay. */
  readonly longestMs: number
  /** A factor for all durations; 1 gives the kubelet's own. */
  readonly scale: number
}

export const DEFAULT_PACE: BackOffPace = { firstMs: 10_000, longestMs: 300_000, scale: 1 }

/** The time after the last restart at which the kubelet's garbage collection drops the entry, even during a back-off. */
const FORGOTTEN_MS = 600_000

/** The state of one container between its ends. */
export interface Backoff {
  /** The delay of the next restart, in ms before scaling. */
  readonly delayMs: number
}

export interface Restart {
  /** The time from the end of the container to its restart, in ms. */
  readonly afterMs: number
  /** The state for the next end. */
  readonly backoff: Backoff
}

/** The state before the first restart, which has no delay. */
export function beginBackoff(): Backoff {
  return { delayMs: 0 }
}

/**
 * Decides when a container that has just ended restarts. An exit code of 0 makes no difference.
 * @param ranMs the time from its start to its end, in ms
 */
export function nextRestart({ delayMs }: Backoff, ranMs: number, pace: BackOffPace = DEFAULT_PACE): Restart {
  const { scale } = pace
  const afterMs = delayMs * scale
  const forgottenMs = Math.max(0, FORGOTTEN_MS * scale - ranMs)
  if (delayMs === 0 || afterMs > forgottenMs) {
    return { afterMs: Math.min(afterMs, forgottenMs), backoff: { delayMs: beginOf(pace) } }
  }
  return { afterMs, backoff: { delayMs: Math.min(2 * delayMs, pace.longestMs) } }
}

/**
 * Decides when a container restarts that was killed for a failed probe. The kubelet starts it in the same sync in which it was
 * killed, and doBackOff uses the previous end: after an incarnation longer than the delay, the next one starts at once.
 * @param ranMs the time from its start to its end, in ms
 * @param sinceMs the time from the previous end to this one, in ms; Infinity for the first end, which has no back-off
 */
export function nextRestartAfterKill(
  { delayMs }: Backoff,
  ranMs: number,
  sinceMs: number,
  pace: BackOffPace = DEFAULT_PACE,
): Restart {
  const { scale } = pace
  if (sinceMs === Infinity) return { afterMs: 0, backoff: { delayMs } }
  if (delayMs * scale > sinceMs) return nextRestart({ delayMs }, ranMs, pace)
  const begun = delayMs === 0 || ranMs > FORGOTTEN_MS * scale
  return { afterMs: 0, backoff: { delayMs: begun ? beginOf(pace) : Math.min(2 * delayMs, pace.longestMs) } }
}

function beginOf({ firstMs, longestMs }: BackOffPace): number {
  return Math.min(firstMs, longestMs)
}
