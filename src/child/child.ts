/** The port that starts and signals the command. `child-posix.io.ts` and `child-node.io.ts` implement it. */

import type { CODE_NOT_EXECUTABLE, CODE_NOT_FOUND } from '../base/exit-code.ts'

/** How a process ended. */
export type Status = { readonly code: number } | { readonly signal: number }

export type StartCode = typeof CODE_NOT_EXECUTABLE | typeof CODE_NOT_FOUND

/** Why a command could not be started, with a shell's exit code. */
export interface StartFault {
  readonly code: StartCode
  readonly why: string
}

/** Consumes the command's output. */
export interface Sink {
  /** The next chunk is read after it has resolved. */
  take(chunk: Uint8Array): Promise<void>
  /** Called after the last chunk. */
  close(): void
}

export interface SpawnOptions {
  /** The sink of the command's stdout; undefined = the command inherits our descriptor. */
  readonly stdout: Sink | undefined
  readonly stderr: Sink | undefined
}

/** The words of the command: `lead`, then the last `words` of our own command line. */
export interface CommandSource {
  readonly lead: readonly string[]
  readonly words: number
  /** An environment variable for the wrapper only: the command does not get it. */
  readonly hidden: string | undefined
}

export interface Running {
  readonly pid: number
  readonly end: Promise<Status>
  /** Resolves when all output has been handed to the sinks; undefined without sinks. */
  readonly drained: Promise<unknown> | undefined
}

/**
 * The command of this process. Its argv and environment are the exact bytes that this process was started with, except for what
 * `CommandSource` adds and hides.
 */
export interface Child {
  /** Does all work that is possible before the gate opens. */
  prepare(): void
  /** Starts the command in a process group of its own, in the terminal's foreground if this process was there. */
  spawn(options: SpawnOptions): Running | StartFault | Promise<Running | StartFault>
  /** Sends a signal to the command's process group; no error when the group is gone. */
  signal(pid: number, signal: number): void
  /** Stops this process with TSTP, TTIN or TTOU, as if it did not handle the signal. Used while no command runs. */
  suspend(signal: number): void
  /** Replaces this process by the command; returns only on failure. */
  replace(): StartFault
  /** Kills the command's remaining processes, as the kernel does when the first process of a container ends. */
  sweep(): void
  /** While `shared`, only the command itself is reaped, because other code starts and waits for its own processes. */
  shareReaping(shared: boolean): void
  /** Makes the command the OOM killer's first choice, before the wrapper. */
  offerToOomKiller(pid: number): void
}
