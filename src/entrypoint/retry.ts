/** The delay before a failed command runs again in its container. Pure. */

export interface Retry {
  /** Number of runs after the first. */
  readonly times: number
  readonly delayMs: number
  readonly factor: number
  /** From 0 to 1. */
  readonly jitter: number
  readonly maxDelayMs: number
}

/**
 * The delay grows by the factor with each failure, up to `maxDelayMs`. A random part of it, at most `jitter`, is then subtracted,
 * so that containers that failed together do not return together, also at the longest delay.
 * @param failures in a row; 1 or more
 * @param chance from 0 to below 1
 * @returns ms
 */
export function delayAttempt({ delayMs, factor, jitter, maxDelayMs }: Retry, failures: number, chance: number): number {
  // Infinity times a delay of 0 would be NaN.
  const growth = Math.min(factor ** (failures - 1), Number.MAX_VALUE)
  return Math.min(delayMs * growth, maxDelayMs) * (1 - chance * jitter)
}
