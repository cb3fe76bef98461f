/** Reads the lines of `podorder run --json`: the inverse of `writeRunEvent`. Pure. */
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

/** Required fields of each event; unknown fields are kept. */
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

/** Optional fields, which must be valid if present. */
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

/** Whether a value looks like one of those lines. */
export function isRunLine(value: unknown): value is JsonObject {
  return isObject(value) && typeof value['event'] === 'string' && typeof value['at'] === 'string'
}

/** @returns the event, or its fault in one clause */
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
  // Each field was checked for an event of this name.
  return { event, atMs: Date.parse(String(at)), ...details, ...sinceMs } as unknown as RunEvent
}
