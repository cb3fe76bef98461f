/** The gate: from what is seen of the predecessors to open, closed for good, or still waiting. Pure. */
import type { RestartPolicy } from '../pod/pod.ts'
import { containerOf } from './layout.ts'
import type { FlagRecord } from './record.ts'

/** What is waited for. */
export interface Awaited {
  /** How people call it: `db/ready` in a run directory, else the path; or `pod/db`. */
  readonly label: string
  /** Gives up on this one after so many ms from the start of the waiting. */
  readonly timeoutMs: number | undefined
  /** Go on when it times out or can no longer come. */
  readonly optional: boolean
  /** A Job that is not there counts as completed. */
  readonly absentCounts?: true
  /** The command starts anew when it is over, or no longer holds for so long; undefined: once the gate is open it does not matter. */
  readonly restart?: { readonly afterMs?: number }
}

/** A file. */
export interface Wait extends Awaited {
  readonly path: string
}

/**
 * The predecessor's liveness socket, `alive.sock` beside the wait file. `none`: there is no such socket (not started yet,
 * or its wrapper has replaced itself by the command); `lost`: nobody listens any more, so the wrapper is gone.
 */
export type SocketState = 'none' | 'connecting' | 'held' | 'lost'

/** What one look at one wait file found. */
export interface Look {
  readonly file: 'absent' | 'empty' | 'present'
  /** `<file>.err` is there: it will never come. */
  readonly refusal: Partial<FlagRecord> | undefined
  readonly link: SocketState
  /** The file and the predecessor's `ended` flag tell of the same life: its end does not make the file stale. */
  readonly concluded: boolean
  /** The predecessor is gone, and its last words were of an end that a rule of its restarts: it comes back. */
  readonly returning: boolean
  /** The look itself failed (not a directory, permission denied). */
  readonly problem: string | undefined
}

/** How a closed gate came to be closed. */
export interface Closed {
  /** `unreachable`: what was asked for makes no sense. `unknowable`: it cannot be found out. */
  readonly kind: 'refused' | 'died' | 'unreachable' | 'unknowable'
  readonly wait: Awaited
  /** The container (or wait file) in which the trouble began, and how that one ended. */
  readonly origin: string
  readonly reason: string | undefined
  readonly cause: string
  /** The whole of it as a sentence. */
  readonly message: string
}

export type WaitResult = { readonly kind: 'met' } | { readonly kind: 'waiting' } | Closed

/** How one wait stands, whatever it is for. */
export interface PendingWait {
  readonly wait: Awaited
  judge(): WaitResult
  /** A clause on why it is not met yet. */
  explain(): string
  /** False: that it is not met may only mean that nobody can be asked. Absent: it always says how it is. */
  isTold?(): boolean
}

export interface GatePolicy {
  readonly content: boolean
  /** The restart policy of the waiting container; and those of others that are not as that. */
  readonly restartPolicy: RestartPolicy
  readonly policies: ReadonlyMap<string, RestartPolicy>
}

/** Whether nobody starts it again once it has died without a word. @param owner as `containerOf` tells */
export function isGone(owner: string, { restartPolicy, policies }: Omit<GatePolicy, 'content'>): boolean {
  return (policies.get(owner) ?? restartPolicy) === 'Never'
}

/**
 * Judges one wait. A good file wins over `.err` beside it, as in Tekton. A `started` or `ready` whose owner was killed
 * without a word is a leftover: under its restartPolicy Never that owner never comes back, else the kubelet restarts it.
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

/** A container that was killed before it could say so has ended, and failed: what cleans up after it is to run. */
function isOfEnd({ label }: Wait): boolean {
  return !label.startsWith('/') && /\/(?:failed|ended)$/.test(label)
}
