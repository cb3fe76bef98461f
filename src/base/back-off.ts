/** How long to leave an API server alone that has failed. Pure. */

const FIRST_MS = 500
const LONGEST_MS = 30_000

/**
 * Twice as long each time; half of it is left to chance, so that those whom one server's end has cut off do not all come back
 * at once.
 * @param failures in a row, 1 or more
 * @param chance from 0 up to, but not, 1
 * @param askedMs at least so long, when the server has said so
 */
export function delayRetry(failures: number, chance: number, askedMs = 0): number {
  const full = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS)
  return Math.max(full / 2 + (full / 2) * chance, askedMs + FIRST_MS * chance)
}
