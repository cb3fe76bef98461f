/** The lines of `podorder run --json`, read back: the inverse of `writeRunEvent`. Pure. */
import { isObject, isWords, type JsonObject } from '../base/json-object.ts'
import type { RunEvent } from './run-event.ts'

type Name = RunEvent['event']
type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const END = { container: isText, exitCode: isNumber, reason: isText }
const isIn =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)

/** What each must have; whatever else is there is taken as it is. */
const REQUIRED: Readonly<Record<Name, Readonly<Record<string, Check>>>> = {
  waiting: { container: isText, waitingFor: isWords },
  started: { container: isText, since: isTime },
  ready: { container: isText, measured: (value) => typeof value === 'boolean' },
  unready: { container: isText },
  'not-ready': { container: isText, message: isText },
  unhealthy: { container: isText, failures: isNumber, threshold: isNumber, message: isText },
  stopping: { container: isText },
  'hook-failed': { container: isText, message: isText },
  ended: END,
  skipped: END,
  restarting: { container: isText, restarts: isNumber, afterMs: isNumber },
  output: { container: isText, stream: isIn('stdout', 'stderr'), line: isText },
  pod: { phase: isIn('Pending', 'Running', 'Stopping', 'Succeeded', 'Failed') },
}

/** What may be there, and must be right then. */
const OPTIONAL: Readonly<Record<string, Check>> = {
  waitedFor: isText,
  reason: isText,
  message: isText,
  pid: isNumber,
  exitCode: isNumber,
  name: isText,
  containers: isWords,
  killedAfterMs: isNumber,
  cause: isIn('startup', 'liveness', 'postStart', 'predecessor'),
}

/** Whether it looks like one of those lines at all. */
export function isRunLine(value: unknown): value is JsonObject {
  return isObject(value) && typeof value['event'] === 'string' && typeof value['at'] === 'string'
}

/** @returns what is wrong with it, in one clause, or the event */
export function readRunEvent(value: JsonObject): RunEvent | { readonly problem: string } {
  const { at, event, since, ...details } = value
  const required = Object.entries(REQUIRED).find(([name]) => name === event)?.[1]
  if (required === undefined) return { problem: `no event is called "${String(event)}"` }
  if (!isTime(at)) return { problem: `"${String(at)}" is not a time` }
  const wrong =
    Object.entries(required).find(([field, check]) => !check(value[field])) ??
    Object.entries(OPTIONAL).find(([field, check]) => value[field] !== undefined && !check(value[field]))
  if (wrong !== undefined) return { problem: `${String(event)} has no right "${wrong[0]}"` }
  const sinceMs = isTime(since) ? { sinceMs: Date.parse(String(since)) } : {}
  // Field by field it is what an event of this name has.
  return { event, atMs: Date.parse(String(at)), ...details, ...sinceMs } as unknown as RunEvent
}
