/** The supervision's state of one container. */
import {
  type Backoff,
  type BackOffPace,
  beginBackoff,
  nextRestart,
  nextRestartAfterKill,
  type Restart,
} from './crash-back-off.ts'
import type { KillCause } from '../pod/pod.ts'
import type { Member } from './pod-events.ts'

export interface SupervisedContainer {
  readonly member: Member
  state: 'idle' | 'running' | 'stopping' | 'backing-off' | 'over'
  backoff: Backoff
  restarts: number
  startedAtMs: number
  endedAtMs: number
  commandEndedAtMs: number
  /** The monotonic time in ms when the grace period of its stop is over. */
  graceEndMs: number
  killCause: KillCause | undefined
  exitCode: number | undefined
  skipped: boolean
}

const UNUSED = {
  state: 'idle',
  restarts: 0,
  startedAtMs: 0,
  endedAtMs: 0,
  commandEndedAtMs: 0,
  graceEndMs: 0,
  skipped: false,
} as const

export function createEntries(members: readonly Member[]): ReadonlyMap<string, SupervisedContainer> {
  return new Map(
    members.map((member) => [
      member.name,
      { ...UNUSED, member, backoff: beginBackoff(), killCause: undefined, exitCode: undefined },
    ]),
  )
}

/** Decides when a container that has just ended restarts. @param atMs the monotonic time of the end, in ms */
export function planRestart(entry: SupervisedContainer, atMs: number, pace: BackOffPace): Restart {
  const ranMs = atMs - entry.startedAtMs
  const killed = entry.killCause === 'startup' || entry.killCause === 'liveness'
  const sinceMs = entry.restarts === 0 ? Infinity : atMs - entry.endedAtMs
  return killed ? nextRestartAfterKill(entry.backoff, ranMs, sinceMs, pace) : nextRestart(entry.backoff, ranMs, pace)
}
