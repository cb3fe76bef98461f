/** When a pod was written, and what the last moment is of which it tells. Pure. All times are ms since 1970. */
import { countOf, listOf, textOf } from '../pod/api-object.ts'

/** When the kubelet has last written the status; undefined where `--show-managed-fields` was not given. */
export function whenWritten(pod: unknown): number | undefined {
  const times = listOf(pod, 'metadata', 'managedFields').flatMap((entry) =>
    textOf(entry, 'manager') === 'kubelet' && textOf(entry, 'subresource') === 'status'
      ? (readTime(textOf(entry, 'time')) ?? [])
      : [],
  )
  return times.length === 0 ? undefined : Math.max(...times)
}

/** The latest of all times that its conditions and its managers have, and of when its deletion was asked for; the deadline of that is yet to come. */
export function findTrace(pod: unknown): number {
  const asked = readTime(textOf(pod, 'metadata', 'deletionTimestamp'))
  const graceMs = countOf(pod, 'metadata', 'deletionGracePeriodSeconds') * 1000
  const times = [
    ...listOf(pod, 'status', 'conditions').map((condition) => readTime(textOf(condition, 'lastTransitionTime'))),
    ...listOf(pod, 'metadata', 'managedFields').map((entry) => readTime(textOf(entry, 'time'))),
    asked === undefined ? undefined : asked - graceMs,
  ]
  return times.reduce<number>((last, ms) => Math.max(last, ms ?? 0), 0)
}

/** @returns undefined for what is no RFC 3339 */
export function readTime(text: unknown): number | undefined {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
