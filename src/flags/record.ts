/** What a flag file says: one line of JSON, never empty, so that a reader can tell a flag from a half made file. */
import { cite } from '../base/escape.ts'
import { readObject } from '../base/json-object.ts'

/**
 * The flags of a container's run directory. `live` is for the kubelet's probes, `unready` for people: why it is not ready; the
 * others are for other containers.
 */
export type Flag =
  | 'started'
  | 'ready'
  | 'unready'
  | 'restarting'
  | 'live'
  | 'completed'
  | 'failed'
  | 'ended'
  | 'stopping'
  | 'stopped'
  | 'exitCode'

export interface FlagRecord {
  /** RFC 3339 with milliseconds. */
  readonly at: string
  /** Names one life of one container; flags of another life are leftovers. */
  readonly incarnation: string
  /** Within `started`: the command's process (and process group) id, as its own PID namespace numbers it. */
  readonly pid?: number
  /** Within `started`: when the wrapper began to wait, RFC 3339. */
  readonly since?: string
  /** Within `started`: the wait that opened the gate, `db/ready` or a path. */
  readonly waitedFor?: string
  /** Within `started`: the optional waits that it was started without, by commas. */
  readonly without?: string
  /** Within `started` and the flags of an end: which attempt of the command, from 1, where `--retries` allow several. */
  readonly attempt?: number
  /** Within `started` and `restarting`: how often the command was started anew in this life, since what it depends on was lost. */
  readonly restarts?: number
  readonly exitCode?: number
  /** CamelCase: Completed, Error, Skipped, Cancelled, TimeoutExceeded, PredecessorDied, StartError, StartupProbeFailed, PostStartHookError. */
  readonly reason?: string
  readonly message?: string
  /** Within the flags of a success: the command has ended, and its wrapper stays until it is told to stop (`--hold`). */
  readonly held?: boolean
  /** Within `.err`: the container in which the trouble began. */
  readonly origin?: string
  /** Within `stopping`: when the stop began, on the machine's monotonic clock; all containers of a pod can compare it. */
  readonly uptimeMs?: number
  /** Within `stopping`: the signal that began it, and that it may mean something else: only the image knows. */
  readonly signal?: string
  readonly unsure?: boolean
  /** Within the flags of an end: its wrapper has killed the command so long after it was told to stop. */
  readonly killedAfterMs?: number
}

export function writeRecord(record: object): string {
  return `${JSON.stringify(record)}\n`
}

/** What kind of value a field has. */
const FIELDS: Readonly<Record<keyof FlagRecord, 'string' | 'number' | 'boolean'>> = {
  at: 'string',
  incarnation: 'string',
  pid: 'number',
  since: 'string',
  waitedFor: 'string',
  without: 'string',
  attempt: 'number',
  restarts: 'number',
  exitCode: 'number',
  reason: 'string',
  message: 'string',
  held: 'boolean',
  origin: 'string',
  uptimeMs: 'number',
  signal: 'string',
  unsure: 'boolean',
  killedAfterMs: 'number',
}

/**
 * Reads any flag file leniently: Tekton's are empty, and another container's may hold anything. What it says reaches logs and
 * terminals, so its texts are cited, and what is of another kind or no finite number (`1e999`) is left out.
 */
export function readRecord(text: string): Partial<FlagRecord> {
  const value = text.startsWith('{') ? readObject(text) : undefined
  const fields = Object.entries(value ?? {}).filter(
    ([name, field]) =>
      Object.hasOwn(FIELDS, name) &&
      FIELDS[name as keyof FlagRecord] === typeof field &&
      (typeof field !== 'number' || Number.isFinite(field)),
  )
  return Object.fromEntries(fields.map(([name, field]) => [name, typeof field === 'string' ? cite(field) : field]))
}
