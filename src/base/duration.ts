/** Durations in Go's syntax, as Kubernetes, kubectl and Tekton write them (`time.ParseDuration`). */

/** The longest time of a timer: a longer one overflows and fires at once. 24 days is longer than any wait of a pod needs. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Go counts nanoseconds in 63 bits: about 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6

/**
 * `"1h2m3.5s"` -> 3723500 (ms). `"0"` needs no unit, everything else does.
 * @returns undefined when the text is not a duration; a negative duration is a number below 0, which the caller refuses.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)(.+)$/s.exec(text)
  if (match === null) return undefined
  const [, sign, rest] = match as unknown as [string, string, string]
  if (rest === '0') return 0
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let total = 0
  for (const [, amount, unit] of rest.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  }
  if (total > LONGEST_MS) return undefined
  return sign === '-' ? -total : total
}

/** 3723500 -> `"1h2m3.5s"`, 40 -> `"40ms"`. `parseDuration` reads it back to the same millisecond. */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms)
  if (whole < 0) return `-${formatDuration(-whole)}`
  if (whole < 1000) return whole === 0 ? '0s' : `${whole}ms`
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor((whole % 3_600_000) / 60_000)
  const seconds = (whole % 60_000) / 1000
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`
}
