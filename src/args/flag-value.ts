/** Values of flags. Each reader reports a wrong value in one sentence that names the flag, and returns a substitute. Pure. */
import { LONGEST_TIMER_MS, parseDuration } from '../base/duration.ts'

/** Takes one sentence about a wrong value. The reader then returns a substitute, so that the plan has no missing fields. */
export type Refuse = (problem: string) => void

/** @returns ms, at most what a timer can hold */
export function readDuration(flag: string, text: string, refuse: Refuse): number {
  const ms = parseDuration(text)
  if (ms === undefined) refuse(`${flag} takes a duration such as 90s or 1h30m, not "${text}"`)
  else if (ms < 0) refuse(`${flag} cannot be negative, as ${text} is`)
  return Math.min(ms ?? 0, LONGEST_TIMER_MS)
}

export function readCount(flag: string, text: string, refuse: Refuse): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`${flag} takes a whole number, not "${text}"`)
  return Number(text)
}

/** Reads a decimal number within bounds, both included. */
export function readNumber(flag: string, text: string, least: number, most: number, refuse: Refuse): number {
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  refuse(`${flag} takes a number from ${least} to ${most}, not "${text}"`)
  return least
}

export function readChoice<const Choice extends string>(
  flag: string,
  text: string,
  choices: readonly [Choice, ...Choice[]],
  refuse: Refuse,
): Choice {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) refuse(`${flag} is one of ${choices.join(', ')}, not "${text}"`)
  return found ?? choices[0]
}
