/** The state of a container's gate and of each of its waits. */

/** `never`: the condition can no longer be met. `unknown`: the status does not tell. */
export type WaitStatus = 'met' | 'unmet' | 'never' | 'unknown'

/** The state of a single wait. */
export interface Judged {
  /** `redis to be ready` */
  readonly words: string
  /** A container, or a target outside the pod. */
  readonly target: string
  readonly waitStatus: WaitStatus
  /** Why the condition is not met: `keeps failing`; empty if not known. */
  readonly clause: string
  /** The containers in which the cause begins: those that do not wait themselves. */
  readonly origins: readonly string[]
  /** Whether the condition may have been met earlier, before the target was lost. */
  readonly fleeting: boolean
  /** When the target ended, if it did. */
  readonly lostMs: number | undefined
  /** A container whose wait began before this time has found the condition met. */
  readonly heldMs?: number
  readonly optional: boolean
  readonly timeoutMs: number | undefined
  /** The target was lost after this container had started, and this container restarts with it. */
  readonly gone?: boolean
  readonly next: readonly string[]
}

/**
 * `passed`: the command has been started, or there are no waits. `skipped`: the command was not started and never will be.
 * `unneeded`: the same, without a fault. `late`: the gate timed out. `unclear`: passed or closed.
 */
export interface GateStatus {
  readonly kind: 'passed' | 'closed' | 'skipped' | 'unneeded' | 'late' | 'unclear'
  /** The waits that are not met, or were not met in time. */
  readonly missing: readonly Judged[]
  /** Waits whose state is unknown. */
  readonly perhaps: readonly Judged[]
  /** Whether the status proves it. */
  readonly certain: boolean
  /** Set when the gate had passed and is closed again, because a predecessor was lost. */
  readonly anew?: Anew
}

export interface Anew {
  /** Undefined: only the status of the other containers tells. */
  readonly why: string | undefined
  readonly stopped: boolean
}
