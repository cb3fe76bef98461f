/** Delays between requests to an API server after failures. Pure. */

const FIRST_MS = 500
const LONGEST_MS = 30_000

/**
 * The delay doubles with each failure. Half of it is random, so that clients that one server disconnected do not all return at
 * once.
 * @param failures in a row, 1 or more
 * @param chance from 0 to below 1
 * @param askedMs the least delay, when the server has asked for one
 */
export function delayRetry(failures: number, chance: number, askedMs = 0): number {
  const full = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS)
  return Math.max(full / 2 + (full / 2) * chance, askedMs + FIRST_MS * chance)
}
