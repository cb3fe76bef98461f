/** A time on the command line. */
import { InvalidArgumentError } from 'commander'

/** @param text RFC 3339. @returns ms since 1970. @throws commander's error with one sentence */
export function readMoment(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Give a time such as 2026-03-01T12:00:00Z.')
  return ms
}
