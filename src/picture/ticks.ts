/** Round times for a time axis. Pure. */
import { formatDuration } from '../base/duration.ts'

export interface Tick {
  /** ms since the beginning of the axis. */
  readonly ms: number
  /** `0s`, `1.5s`, `2m`, as Go writes durations. */
  readonly label: string
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Usual steps of time; decimal below a minute. */
const STEPS = [
  ...[1, 10, 100, SECOND].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5].flatMap((count) => [count, 10 * count, 100 * count].map((days) => days * DAY)).toSorted((a, b) => a - b),
]

/**
 * Chooses ticks from 0 to the end or shortly before it.
 * @param most how many steps fit; at least 1
 */
export function chooseTicks(spanMs: number, most: number): readonly Tick[] {
  const step = STEPS.find((ms) => spanMs / ms <= most) ?? Math.ceil(spanMs / most)
  const count = Math.floor(spanMs / step)
  return Array.from({ length: count + 1 }, (_, index) => ({ ms: index * step, label: formatDuration(index * step) }))
}
