/** Reads when a pod's status was written, and the latest time in it. Pure. All times are ms since 1970. */
import { countOf, listOf, textOf } from '../pod/api-object.ts'

/** When the kubelet last wrote the status; undefined without `--show-managed-fields`. */
export function whenWritten(pod: unknown): number | undefined {
  const times = listOf(pod, 'metadata', 'managedFields').flatMap((entry) =>
    textOf(entry, 'manager') === 'kubelet' && textOf(entry, 'subresource') === 'status'
      ? (readTime(textOf(entry, 'time')) ?? [])
      : [],
  )
  return times.length === 0 ? undefined : Math.max(...times)
}

/** The latest time of its conditions, its managers and its deletion request. The deletion's deadline does not count: it may be in the future. */
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

/** @returns undefined when it is not RFC 3339 */
export function readTime(text: unknown): number | undefined {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
