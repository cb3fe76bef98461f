/** Restarts a command with its predecessors (`restart: true`). These are the types that the entrypoint uses; the code is loaded on demand. */
import type { Flag, FlagRecord } from '../flags/record.ts'
import type { Outcome } from './outcome.ts'

/** The part of a running command that a keeper needs. */
export interface KeptCommand {
  readonly outcome: Promise<Outcome>
  /** Whether a stop was requested from outside. */
  readonly asked: () => boolean
  /** Ends the readiness measurement, because the command will stop soon. */
  retire(): void
  /** Stops the command; its outcome is then `yielded`. */
  yield(): void
}

/** The part of a wrapper's life that a keeper needs. */
export interface KeptLife {
  publish(flag: Flag, details?: { readonly [Field in keyof FlagRecord]?: FlagRecord[Field] | undefined }): void
  withdraw(flag: Flag): void
  /** Also removes a flag that another process has written. */
  clear(flag: Flag): void
}

export interface Keeper {
  /** The time for which the gate stays closed. */
  pauseMs(): number
  /** Number of restarts of the command in this life; undefined: none. */
  restarts(): number | undefined
  /**
   * Follows a command to its end.
   * @param without the optional waits that were not met: they cannot be lost
   * @returns its outcome; `yielded`: the command must be started again
   */
  keep(running: KeptCommand, without?: readonly string[]): Promise<Outcome>
}
