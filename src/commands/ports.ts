/** What the entrypoint's sequence needs from outside; cmd/entrypoint.ts hands the real ones in. */
import type { Link, Prospect } from '../core/entrypoint/gate.ts'
import type { Child, Sink } from '../core/entrypoint/status.ts'
import type { Change } from '../core/probe/readiness.ts'

export interface Flags {
  /** Creates or replaces a file, whole, with its parent directories. @throws */
  publish(path: string, content: string): void
  /** Removes a file that may not be there. @throws */
  withdraw(path: string): void
  /** Makes a run directory if it is missing. @returns the names in it. @throws */
  openDirectory(path: string): readonly string[]
  look(path: string): { readonly file: 'absent' | 'empty' | 'present'; readonly problem: string | undefined }
  /** @returns undefined when there is no such file or it cannot be read. */
  read(path: string): string | undefined
}

export interface Lifelines {
  /** Listens on the liveness socket in `dir` until this process ends. @throws */
  serve(dir: string): Promise<void>
  /** Follows the liveness socket in another container's `dir`. */
  hold(dir: string, onChange: () => void): { state(): Link; close(): void }
}

/** Calls `wake` with the directory in which something changed, or without when it may be anywhere. */
export type WatchPaths = (
  paths: readonly string[],
  wake: (directory?: string) => void,
  warn: (message: string) => void,
) => Promise<{ close(): Promise<void> }>

export type Log = (event: {
  readonly event: string
  readonly message: string
  readonly [detail: string]: unknown
}) => void

/** Follows what is waited for beside files; `wake` is called whenever something may have changed. */
export type FollowOutside = (wake: () => void) => {
  readonly prospects: readonly Prospect[]
  /** Resolves once something is known of each, or it takes too long to wait for that. */
  readonly introduced: Promise<void>
  readonly close: () => void
}

/** Measures the readiness of a command that was spawned when it is called, and tells every change from `begin` on. */
export type Measure = (tell: (news: { readonly change: Change | 'warning'; readonly why: string }) => void) => Measuring

export interface Measuring {
  begin(): void
  close(): void
}

/** Something that goes on until it is done or called off. */
export interface Deed {
  /** Resolves with one clause on what went wrong, or undefined; never rejects. Means nothing once it was called off. */
  readonly problem: Promise<string | undefined>
  cancel(): void
}

export interface EntrypointPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly child: Child
  readonly flags: Flags
  readonly lifelines: Lifelines
  readonly watchPaths: WatchPaths
  /** undefined: there is nothing to follow. */
  readonly outside: FollowOutside | undefined
  readonly log: Log
  /** Wall time, for what people read; every duration is measured by timers, which run on the monotonic clock. */
  readonly now: () => Date
  /** Opens a copy of a stream: what is given is written to our own descriptor and appended to the file. @throws */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  /** At random from 0 up to but without 1. */
  readonly chance: () => number
  /** undefined: ready as soon as started. */
  readonly measure: Measure | undefined
  /** Carries out the postStart hook. */
  readonly postStart: (() => Deed) | undefined
  /** Why there is no command to run: found after the flags had been read, so the followers are told. */
  readonly fault: string | undefined
  readonly describeError: (error: unknown) => string
}
