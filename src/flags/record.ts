/** The content of a flag file: one line of JSON, never empty, so that a reader can tell a flag from an incomplete file. */
import { cite } from '../base/escape.ts'
import { readObject } from '../base/json-object.ts'

/**
 * The flags of a container's run directory. `live` is for the kubelet's probes. `unready` is for people and has the reason. The
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
  /** Identifies one life of one container; flags of another life are stale. */
  readonly incarnation: string
  /** Field of `started`: the command's process ID (and process group ID) in its own PID namespace. */
  readonly pid?: number
  /** Field of `started`: when the wrapper began to wait, RFC 3339. */
  readonly since?: string
  /** Field of `started`: the wait that was met last, `db/ready` or a path. */
  readonly waitedFor?: string
  /** Field of `started`: the optional waits that the gate gave up, separated by commas. */
  readonly without?: string
  /** Field of `started` and the flags of an end: the attempt of the command, from 1, with `--retries`. */
  readonly attempt?: number
  /** Field of `started` and `restarting`: how often the command was restarted in this life because a predecessor was lost. */
  readonly restarts?: number
  readonly exitCode?: number
  /** CamelCase: Completed, Error, Skipped, Cancelled, TimeoutExceeded, PredecessorDied, StartError, StartupProbeFailed, PostStartHookError. */
  readonly reason?: string
  readonly message?: string
  /** Field of a success: the command has ended, and its wrapper stays until it is told to stop (`--hold`). */
  readonly held?: boolean
  /** Field of `.err`: the container in which the failure began. */
  readonly origin?: string
  /** Field of `stopping`: when the stop began, on the machine's monotonic clock, which all containers of a pod share. */
  readonly uptimeMs?: number
  /** Field of `stopping`: the signal that began the stop. `unsure`: it may have another meaning, as the image's stop signal is not known. */
  readonly signal?: string
  readonly unsure?: boolean
  /** Field of an end: time from the stop signal to the wrapper's kill. */
  readonly killedAfterMs?: number
}

export function writeRecord(record: object): string {
  return `${JSON.stringify(record)}\n`
}

/** The type of each field. */
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
 * Reads any flag file leniently: Tekton's are empty, and another container's may contain anything. Its texts reach logs and
 * terminals, so they are cut and escaped. A value of a wrong type and a number that is not finite (`1e999`) are left out.
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
