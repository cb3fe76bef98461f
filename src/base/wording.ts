/** Wording shared by explanations. Pure. */
import { formatDuration } from './duration.ts'

const LONGEST = 240

/** Makes a text from outside a part of one line: replaces control characters by spaces and cuts the text. */
export function tidy(text: string): string {
  const line = flatten(text.slice(0, 4 * LONGEST))
  return line.length > LONGEST ? `${line.slice(0, LONGEST).trimEnd()}…` : line
}

/** The same, but keeps the end of the text, for example the last lines of a log. */
export function tidyEnd(text: string): string {
  const line = flatten(text.slice(-4 * LONGEST))
  return line.length > LONGEST ? `…${line.slice(-LONGEST).trimStart()}` : line
}

/** Puts a text on one line and replaces control characters by spaces. */
export function flatten(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

const NAMED = 4

/** `a, b and c`; for a long list: `a, b, c, d and 7 more`. */
export function enumerate(words: readonly string[], named = NAMED): string {
  if (words.length > named) return listFirst(words, named)
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `a, b and 7 more`: the first `named` words, separated by commas. */
export function listFirst(words: readonly string[], named: number): string {
  const first = words.slice(0, named).join(', ')
  return words.length > named ? `${first} and ${words.length - named} more` : first
}

/** `1 container`, `3 containers`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

/** Rounds to the second, as Kubernetes' times are; from an hour on, to the minute. */
export function wordDuration(ms: number): string {
  const unit = Math.abs(ms) >= 3_600_000 ? 60_000 : 1000
  return formatDuration(Math.round(ms / unit) * unit)
}
