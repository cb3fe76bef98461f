/**
 * How long the kubelet holds a container's restart back: at ever longer intervals while it keeps ending.
 *
 * Source: pkg/kubelet/kuberuntime (doBackOff) with client-go's util/flowcontrol/backoff.go; pkg/kubelet (newCrashLoopBackOff).
 */

/** How a node's kubelet is set; durations in ms before scaling. */
export interface BackOffPace {
  /** 10 s, or 1 s by the feature gate ReduceDefaultCrashLoopBackOffDecay. */
  readonly firstMs: number
  /** `crashLoopBackOff.maxContainerRestartPeriod` of its configuration; where it is less than the first, it is the first too. */
  readonly longestMs: number
  /** All durations are so many times as long; 1 is the kubelet's own. */
  readonly scale: number
}

export const DEFAULT_PACE: BackOffPace = { firstMs: 10_000, longestMs: 300_000, scale: 1 }

/** So long after the last restart the kubelet's garbage collection drops the entry, even in the middle of a back-off. */
const FORGOTTEN_MS = 600_000

/** What is remembered of one container between its ends. */
export interface Backoff {
  /** How long the next restart is held back, in ms before scaling. */
  readonly delayMs: number
}

export interface Restart {
  /** From the end of the container to its restart. */
  readonly afterMs: number
  /** For the end after this one. */
  readonly backoff: Backoff
}

/** The back-off of a container that has not been restarted yet: the first time it is, at once. */
export function beginBackoff(): Backoff {
  return { delayMs: 0 }
}

/**
 * The restart of a container that has just ended. A success counts like a failure.
 * @param ranMs from its start to its end
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
 * The restart of a container that was killed for a failed probe. It is started in the very sync in which it was killed, and
 * doBackOff looks at the end before that: a life that lasted longer than the delay is followed at once by the next.
 * @param ranMs from its start to its end
 * @param sinceMs from the end before to this one; Infinity for the first, of which no back-off is made
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
