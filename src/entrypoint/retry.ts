/** How long a command that failed waits before it runs again inside its container. Pure. */

export interface Retry {
  /** After the first run. */
  readonly times: number
  readonly delayMs: number
  readonly factor: number
  /** From 0 to 1. */
  readonly jitter: number
  readonly maxDelayMs: number
}

/**
 * The delay grows by the factor with each failure, up to the longest. Then a random part of it is taken away, so that those
 * that failed together do not come back together, at the longest delay neither: at most `jitter` of it.
 * @param failures how often it has failed in a row; 1 or more
 * @param chance from 0 up to but without 1
 * @returns ms
 */
export function delayAttempt({ delayMs, factor, jitter, maxDelayMs }: Retry, failures: number, chance: number): number {
  // A power beyond all numbers, times a delay of 0, would be none at all.
  const growth = Math.min(factor ** (failures - 1), Number.MAX_VALUE)
  return Math.min(delayMs * growth, maxDelayMs) * (1 - chance * jitter)
}
