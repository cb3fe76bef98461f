/** What keeps a command with what it depends on (`restart: true`), as the entrypoint's sequence sees it; loaded where it is asked for. */
import type { Flag, FlagRecord } from '../flags/record.ts'
import type { Outcome } from './outcome.ts'

/** What of a running command is needed to keep it. */
export interface KeptCommand {
  readonly outcome: Promise<Outcome>
  /** A signal from outside has meant that it is to stop. */
  readonly asked: () => boolean
  /** Nobody asks any more whether it is ready: it is to stop soon. */
  retire(): void
  /** Tells it to stop; its outcome is `yielded` then. */
  yield(): void
}

/** What of a wrapper's life is needed. */
export interface KeptLife {
  publish(flag: Flag, details?: { readonly [Field in keyof FlagRecord]?: FlagRecord[Field] | undefined }): void
  withdraw(flag: Flag): void
  /** Also one that another process has written. */
  clear(flag: Flag): void
}

export interface Keeper {
  /** The gate stays shut for so long. */
  pauseMs(): number
  /** How often the command was started anew in this life; undefined: never. */
  restarts(): number | undefined
  /**
   * Follows a command to its end.
   * @param without the optional waits that did not come: they cannot be lost
   * @returns its outcome; `yielded`: it is to be started anew
   */
  keep(running: KeptCommand, without?: readonly string[]): Promise<Outcome>
}
