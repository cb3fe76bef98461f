/** The port between a command's sequence and whatever starts processes; `child-posix.io.ts` and `child-node.io.ts` are its two makers. */

/** How a process ended. */
export type Status = { readonly code: number } | { readonly signal: number }

/** Why a command could not be started, as a shell tells it: 127 not found, 126 found but not executable. */
export interface StartFault {
  readonly code: 126 | 127
  readonly why: string
}

/** Takes what the command writes; the next chunk is read when it has resolved. */
export type Sink = (chunk: Uint8Array) => Promise<void>

export interface SpawnOptions {
  /** The sink of the command's output; undefined = our own descriptor, untouched. */
  readonly stdout: Sink | undefined
  readonly stderr: Sink | undefined
}

/** Which command: its first words, and then the last `words` of our own command line. */
export interface CommandSource {
  readonly lead: readonly string[]
  readonly words: number
  /** A variable of the environment that is ours alone. */
  readonly hidden: string | undefined
}

export interface Running {
  readonly pid: number
  readonly end: Promise<Status>
  /** Everything that was written has been handed to the sinks; undefined without sinks. */
  readonly drained: Promise<unknown> | undefined
}

/**
 * The command of this process: its argv and environment are the very bytes that this process was started with, but for what
 * `CommandWords` adds and hides.
 */
export interface Child {
  /** Does what can be done before the gate opens. */
  prepare(): void
  /** Starts the command in a process group of its own, in the terminal's foreground if that was ours. */
  spawn(options: SpawnOptions): Running | StartFault | Promise<Running | StartFault>
  /** Sends a signal to the command's whole process group; one that is gone already is no error. */
  signal(pid: number, signal: number): void
  /** Stops this process as TSTP, TTIN and TTOU do where nobody takes them: for while no command runs. */
  suspend(signal: number): void
  /** Becomes the command; returns only when that failed. */
  replace(): StartFault
  /** Kills what the command left behind, as the kernel does when the first process of a container ends. */
  sweep(): void
  /** While another adapter starts processes of its own and waits for them, only the command itself is reaped. */
  shareReaping(shared: boolean): void
  /** Makes the command the OOM killer's first choice, before the wrapper. */
  offerToOomKiller(pid: number): void
}
