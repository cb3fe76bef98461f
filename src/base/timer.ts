/** Timers with a time that comes from input. */
import { LONGEST_TIMER_MS } from './duration.ts'

/** As `setTimeout`, which would fire at once for a time longer than it can hold. @param ms below 0 when already due */
export function startTimer(act: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(act, Math.min(Math.max(0, ms), LONGEST_TIMER_MS))
}
