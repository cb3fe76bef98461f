/** What is known of a container's gate and of each of its waits. */

/** `never`: it can no longer come. `unknown`: the status does not tell. */
export type WaitStatus = 'met' | 'unmet' | 'never' | 'unknown'

/** A single wait of one container. */
export interface Judged {
  /** `redis to be ready` */
  readonly words: string
  /** Container or target outside. */
  readonly target: string
  readonly waitStatus: WaitStatus
  /** Why what is waited for is not so: `keeps failing`; empty where nothing is known. */
  readonly clause: string
  /** The containers in which it begins: those that do not wait themselves. */
  readonly origins: readonly string[]
  /** Whether it may have been met once, before a life of the other one was lost. */
  readonly fleeting: boolean
  /** When the other one ended, where it did. */
  readonly lostMs: number | undefined
  /** Whoever began to wait before then has found it met. */
  readonly heldMs?: number
  readonly optional: boolean
  readonly timeoutMs: number | undefined
  /** The other one was lost since this one was started, which starts anew with it. */
  readonly gone?: boolean
  readonly next: readonly string[]
}

/**
 * `passed`: its command has been started, or there is nothing to wait for. `skipped`: it never was, and never will be. `unneeded`:
 * the same, and nothing is wrong. `late`: it gave up. `unclear`: it is the one or the other.
 */
export interface GateStatus {
  readonly kind: 'passed' | 'closed' | 'skipped' | 'unneeded' | 'late' | 'unclear'
  /** What it waits for, or did not get. */
  readonly missing: readonly Judged[]
  /** Waits of which the status does not tell whether they are met. */
  readonly perhaps: readonly Judged[]
  /** The status says so for sure. */
  readonly certain: boolean
  /** Why it is closed again, where it has passed before: what it depends on was lost. */
  readonly anew?: Anew
}

export interface Anew {
  /** Undefined: only the status of the others tells. */
  readonly why: string | undefined
  readonly stopped: boolean
}
