/** Events of a pod that runs locally: the output of `--json`, and the data of a timeline. */

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
  /** The command's process ID, if known. */
  readonly pid?: number
  /** When it began to wait, ms since 1970; equals `atMs` if there was nothing to wait for. */
  readonly sinceMs: number
  /** The wait that opened the gate. */
  readonly waitedFor?: string
}

export interface Ended extends Happening<'ended' | 'skipped'> {
  readonly exitCode: number
  /** CamelCase: Completed, Error, Skipped, … */
  readonly reason: string
  readonly message?: string
  /** Time from the stop signal to the kill of a command that did not end. */
  readonly killedAfterMs?: number
}

export interface Restarting extends Happening<'restarting'> {
  /** Number of this restart, from 1. */
  readonly restarts: number
  readonly afterMs: number
}

export interface Output extends Happening<'output'> {
  readonly stream: 'stdout' | 'stderr'
  readonly line: string
}

export interface Ready extends Happening<'ready'> {
  /** Whether a probe measured it; otherwise it counts as ready when started. */
  readonly measured: boolean
}

export interface Unready extends Happening<'unready'> {
  /** The probe's result, if the runner itself asks it. */
  readonly message?: string
}

/** Still not ready, or not ready again: after 5 s, and then every 30 s. */
export interface NotReady extends Happening<'not-ready'> {
  /** The last result of its probe. */
  readonly message: string
}

/** A failure of a liveness probe; `stopping` follows the last one. */
export interface Unhealthy extends Happening<'unhealthy'> {
  /** Failures in a row. */
  readonly failures: number
  readonly threshold: number
  readonly message: string
}

/** The container is told to stop: with its pod, or for a restart. */
export interface Stopping extends Happening<'stopping'> {
  /** The failed probe or hook that caused the stop while the pod continues, with its result. */
  readonly cause?: StopCause
  readonly message?: string
}

/** Its preStop hook has failed; the container is told to stop anyway. */
export interface HookFailed extends Happening<'hook-failed'> {
  readonly message: string
}

export type ContainerEvent =
  Waiting | Started | Ready | Unready | NotReady | Unhealthy | Stopping | HookFailed | Ended | Restarting | Output

export interface PodEvent {
  readonly event: 'pod'
  readonly atMs: number
  readonly phase: 'Pending' | 'Running' | 'Stopping' | 'Succeeded' | 'Failed'
  /** Set in the first phase, Pending: the pod's name, and its containers in their order. */
  readonly name?: string
  readonly containers?: readonly string[]
  /** Why it is being stopped: Interrupted or DeadlineExceeded. */
  readonly reason?: string
  readonly message?: string
  /** Set in the last phase: the program's own exit code. */
  readonly exitCode?: number
}

export type RunEvent = ContainerEvent | PodEvent

/** Formats a line of JSON; times are RFC 3339 with milliseconds, in `at` and `since`. */
export function writeRunEvent(happening: RunEvent): string {
  const { atMs, event, ...details } = happening
  const { sinceMs, ...others } = details as { readonly sinceMs?: number }
  const since = sinceMs === undefined ? {} : { since: formatTime(sinceMs) }
  return escapeJson(JSON.stringify({ at: formatTime(atMs), event, ...others, ...since }))
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString()
}
