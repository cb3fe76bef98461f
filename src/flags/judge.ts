/** Judges waits: turns the observed state of the predecessors into met, waiting, or never. Pure. */
import type { RestartPolicy } from '../pod/pod.ts'
import { containerOf } from './layout.ts'
import type { FlagRecord } from './record.ts'

/** A target of a wait. */
export interface Awaited {
  /** Its name for people: `db/ready` in a run directory, otherwise the path; or `pod/db`. */
  readonly label: string
  /** Timeout of this wait, in ms from the beginning of the wait. */
  readonly timeoutMs: number | undefined
  /** Go on when it times out or can no longer be met. */
  readonly optional: boolean
  /** A missing Job counts as completed. */
  readonly absentCounts?: true
  /** The command restarts when the target is lost, or not ready for longer than `afterMs`; undefined: it does not matter after the gate. */
  readonly restart?: { readonly afterMs?: number }
}

/** A wait for a file. */
export interface Wait extends Awaited {
  readonly path: string
}

/**
 * The predecessor's liveness socket, `alive.sock` next to the wait file. `none`: there is no socket (not started yet, or its
 * wrapper was replaced by the command); `lost`: the listener is gone, so the wrapper has ended.
 */
export type SocketState = 'none' | 'connecting' | 'held' | 'lost'

/** The result of one look at one wait file. */
export interface Look {
  readonly file: 'absent' | 'empty' | 'present'
  /** `<file>.err` exists: the file will never come. */
  readonly refusal: Partial<FlagRecord> | undefined
  readonly link: SocketState
  /** The file and the predecessor's `ended` flag belong to the same life, so the end of that life does not make the file stale. */
  readonly concluded: boolean
  /** The predecessor has ended in a way that its restart rules cover: it comes back. */
  readonly returning: boolean
  /** The look itself failed (not a directory, permission denied). */
  readonly problem: string | undefined
}

/** Why a gate is closed. */
export interface Closed {
  /** `unreachable`: the request makes no sense. `unknowable`: the state cannot be found out. */
  readonly kind: 'refused' | 'died' | 'unreachable' | 'unknowable'
  readonly wait: Awaited
  /** The container (or wait file) in which the failure began; `reason` and `cause` tell how it ended. */
  readonly origin: string
  readonly reason: string | undefined
  readonly cause: string
  /** A full sentence. */
  readonly message: string
}

export type WaitResult = { readonly kind: 'met' } | { readonly kind: 'waiting' } | Closed

/** A wait of any kind, and its current state. */
export interface PendingWait {
  readonly wait: Awaited
  judge(): WaitResult
  /** A clause about why it is not met yet. */
  explain(): string
  /** False: the state cannot be asked for now, so "not met" may be wrong. Absent: the state is always known. */
  isTold?(): boolean
}

export interface GatePolicy {
  readonly content: boolean
  /** The restart policy of the waiting container, and the policies of others that differ from it. */
  readonly restartPolicy: RestartPolicy
  readonly policies: ReadonlyMap<string, RestartPolicy>
}

/** Whether a container that was killed without a flag stays dead. @param owner as returned by `containerOf` */
export function isGone(owner: string, { restartPolicy, policies }: Omit<GatePolicy, 'content'>): boolean {
  return (policies.get(owner) ?? restartPolicy) === 'Never'
}

/**
 * Judges one wait. A valid file takes precedence over `.err` next to it, as in Tekton. A `started` or `ready` whose owner was
 * killed without a flag is stale: under restartPolicy Never the owner never comes back, otherwise the kubelet restarts it.
 */
export function judge(wait: Wait, seenNow: Look, policy: GatePolicy): WaitResult {
  if (seenNow.problem !== undefined) {
    const message = `cannot wait for ${wait.path}: ${seenNow.problem}`
    return { kind: 'unreachable', wait, origin: wait.label, reason: undefined, cause: seenNow.problem, message }
  }
  const there = seenNow.file === 'present' || (seenNow.file === 'empty' && !policy.content)
  const orphaned = seenNow.link === 'lost' && !seenNow.concluded
  if (there && !orphaned) return { kind: seenNow.link === 'connecting' && !seenNow.concluded ? 'waiting' : 'met' }
  const owner = containerOf(wait.label)
  if (seenNow.refusal !== undefined) {
    const { reason, message, origin = owner } = seenNow.refusal
    return close('refused', wait, origin, reason, message ?? reason ?? 'it reported so')
  }
  if (orphaned && !seenNow.returning && isGone(owner, policy)) {
    if (isOfEnd(wait)) return { kind: 'met' }
    return close('died', wait, owner, 'PredecessorDied', 'killed before it could report how it ended')
  }
  return { kind: 'waiting' }
}

function close(kind: Closed['kind'], wait: Wait, origin: string, reason: string | undefined, cause: string): Closed {
  return { kind, wait, origin, reason, cause, message: `${wait.label} will not come: ${origin}: ${cause}` }
}

/** A container that was killed without a flag has ended, and has failed: waits for `failed` or `ended` are met, so that cleanup steps run. */
function isOfEnd({ label }: Wait): boolean {
  return !label.startsWith('/') && /\/(?:failed|ended)$/.test(label)
}
