/** What happens in a pod that runs here, as data: what `--json` prints, and what the timeline is made of. */

import { escapeJson } from '../base/escape.ts'
import type { StopCause } from '../pod/pod.ts'

interface Happening<Name extends string> {
  readonly event: Name
  /** Wall time, ms since 1970. */
  readonly atMs: number
  readonly container: string
}

export interface Waiting extends Happening<'waiting'> {
  /** `db/ready` */
  readonly waitingFor: readonly string[]
}

export interface Started extends Happening<'started'> {
  /** The command's process id, where it is known. */
  readonly pid?: number
  /** When it began to wait, ms since 1970; the same as `atMs` when it had nothing to wait for. */
  readonly sinceMs: number
  /** The wait that opened the gate. */
  readonly waitedFor?: string
}

export interface Ended extends Happening<'ended' | 'skipped'> {
  readonly exitCode: number
  /** CamelCase: Completed, Error, Skipped, … */
  readonly reason: string
  readonly message?: string
  /** How long after its stop signal it was killed, since it did not end by that. */
  readonly killedAfterMs?: number
}

export interface Restarting extends Happening<'restarting'> {
  /** The how manyth restart it will be. */
  readonly restarts: number
  readonly afterMs: number
}

export interface Output extends Happening<'output'> {
  readonly stream: 'stdout' | 'stderr'
  readonly line: string
}

export interface Ready extends Happening<'ready'> {
  /** By a probe; else it counts as ready since it has been started. */
  readonly measured: boolean
}

export interface Unready extends Happening<'unready'> {
  /** What its probe says, where the runner asks it. */
  readonly message?: string
}

/** Still not ready, or still not again: after 5 s, and then every 30 s. */
export interface NotReady extends Happening<'not-ready'> {
  /** What its probe said last. */
  readonly message: string
}

/** A failure of a liveness probe; `stopping` follows the last of them. */
export interface Unhealthy extends Happening<'unhealthy'> {
  /** Failures in a row. */
  readonly failures: number
  readonly threshold: number
  readonly message: string
}

/** The container is told to stop: with its pod, or to be started again. */
export interface Stopping extends Happening<'stopping'> {
  /** What it is killed for while its pod goes on, and what that said. */
  readonly cause?: StopCause
  readonly message?: string
}

/** Its preStop hook has failed; it is told to stop all the same. */
export interface HookFailed extends Happening<'hook-failed'> {
  readonly message: string
}

export type ContainerEvent =
  Waiting | Started | Ready | Unready | NotReady | Unhealthy | Stopping | HookFailed | Ended | Restarting | Output

export interface PodEvent {
  readonly event: 'pod'
  readonly atMs: number
  readonly phase: 'Pending' | 'Running' | 'Stopping' | 'Succeeded' | 'Failed'
  /** With the first phase, Pending: the pod's name, and its containers in their order. */
  readonly name?: string
  readonly containers?: readonly string[]
  /** Why it is stopped: Interrupted or DeadlineExceeded. */
  readonly reason?: string
  readonly message?: string
  /** With the last phase: the program's own exit code. */
  readonly exitCode?: number
}

export type RunEvent = ContainerEvent | PodEvent

/** A line of JSON; times as RFC 3339 with milliseconds, in `at` and `since`. */
export function writeRunEvent(happening: RunEvent): string {
  const { atMs, event, ...details } = happening
  const { sinceMs, ...others } = details as { readonly sinceMs?: number }
  const since = sinceMs === undefined ? {} : { since: formatTime(sinceMs) }
  return escapeJson(JSON.stringify({ at: formatTime(atMs), event, ...others, ...since }))
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString()
}
