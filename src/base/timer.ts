/** Timers whose time somebody else may have said. */
import { LONGEST_TIMER_MS } from './duration.ts'

/** As `setTimeout`, which would fire at once, and complain, when the time is longer than it can hold. @param ms below 0 for what is overdue */
export function startTimer(act: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(act, Math.min(Math.max(0, ms), LONGEST_TIMER_MS))
}
