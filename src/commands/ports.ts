/** What the entrypoint's sequence needs from outside; cmd/entrypoint.ts hands the real ones in. */
import type { Link } from '../core/gate.ts'
import type { Change } from '../core/readiness.ts'
import type { Child, Sink } from '../core/status.ts'

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

/** Measures readiness from the call on until closed, and tells every change. */
export type Measure = (tell: (news: { readonly change: Change | 'warning'; readonly why: string }) => void) => {
  close(): void
}

export interface EntrypointPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly child: Child
  readonly flags: Flags
  readonly lifelines: Lifelines
  readonly watchPaths: WatchPaths
  readonly log: Log
  /** Wall time, for what people read; every duration is measured by timers, which run on the monotonic clock. */
  readonly now: () => Date
  /** Opens a copy of a stream: what is given is written to our own descriptor and appended to the file. @throws */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  /** undefined: ready as soon as started. */
  readonly measure: Measure | undefined
  readonly describeError: (error: unknown) => string
}
