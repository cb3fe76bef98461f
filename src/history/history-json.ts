/** A history as JSON: written and read by `podorder timeline --format json`. Pure. */
import { writeDocument } from '../base/escape.ts'
import { isObject, type JsonObject } from '../base/json-object.ts'
import { CONDITION_NAMES } from '../order/conditions.ts'
import { type History, MOMENTS } from './history.ts'

/** Writes times in ms since 1970. */
export function writeHistory(history: History): string {
  return writeDocument(history)
}

const STATES = new Set(['pending', 'waiting', 'running', 'ready', 'restarting', 'stopping', 'ended', 'skipped'])
const CONDITIONS: ReadonlySet<string> = new Set(CONDITION_NAMES)
const MOMENT_NAMES = new Set<string>(MOMENTS)
const KILL_CAUSES = new Set(['startup', 'liveness', 'postStart', 'predecessor'])

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)

const LIFE: Readonly<Record<string, (value: unknown) => boolean>> = {
  sinceMs: isNumber,
  startedMs: isNumber,
  readyMs: isNumber,
  endedMs: isNumber,
  exitCode: isNumber,
  waitedFor: isText,
  reason: isText,
  message: isText,
  killedBy: (value) => KILL_CAUSES.has(String(value)),
  killedAfterMs: isNumber,
  gateUntold: (value) => typeof value === 'boolean',
  stopped: (value) => typeof value === 'boolean',
  unready: isText,
  kubelet: (value) => Array.isArray(value) && value.every((moment) => MOMENT_NAMES.has(String(moment))),
}

/** Whether a value looks like a history; `isHistory` checks that it is one. */
export function isHistoryLike(value: JsonObject): boolean {
  return 'pod' in value && 'containers' in value && !('kind' in value)
}

export function isHistory(value: unknown): value is History {
  if (!isObject(value) || !isText(value['pod']) || !isNumber(value['startMs']) || !isNumber(value['endMs']))
    return false
  const { containers, links, partial = false } = value
  if (typeof partial !== 'boolean') return false
  return Array.isArray(containers) && containers.every(isContainer) && Array.isArray(links) && links.every(isLink)
}

function isContainer(value: unknown): boolean {
  if (!isObject(value) || !isText(value['container']) || !STATES.has(String(value['state']))) return false
  const { lives, restarts } = value
  return isNumber(restarts) && Array.isArray(lives) && lives.every(isLife)
}

function isLife(value: unknown): boolean {
  if (!isObject(value)) return false
  return Object.entries(LIFE).every(([field, check]) => value[field] === undefined || check(value[field]))
}

function isLink(value: unknown): boolean {
  if (!isObject(value)) return false
  return isText(value['container']) && isText(value['target']) && CONDITIONS.has(String(value['condition']))
}
