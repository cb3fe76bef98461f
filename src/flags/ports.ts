/** Ports for reading, writing and watching flag files. */
import type { Log } from '../base/log.io.ts'
import type { SocketState } from './judge.ts'

export interface Flags {
  /** Creates or replaces a file atomically, with its parent directories. @throws */
  publish(path: string, content: string): void
  /** Removes a file; a missing one is no error. @throws */
  withdraw(path: string): void
  /** Creates a run directory if it is missing. @returns its names. @throws */
  openDirectory(path: string): readonly string[]
  look(path: string): { readonly file: 'absent' | 'empty' | 'present'; readonly problem: string | undefined }
  /** @returns undefined when there is no such file or it cannot be read */
  read(path: string): string | undefined
}

export interface Lifelines {
  /** Listens on the liveness socket in `dir` until this process ends. @throws */
  serve(dir: string): Promise<void>
  /** Follows the liveness socket in another container's `dir`. */
  hold(dir: string, onChange: () => void): { state(): SocketState; close(): void }
}

/** Calls `wake` with the directory of a change, or without an argument if the place is unknown. */
export type WatchPaths = (
  paths: readonly string[],
  wake: (directory?: string) => void,
  warn: (message: string) => void,
) => Promise<{ close(): Promise<void> }>

export interface FlagPorts {
  readonly flags: Flags
  readonly lifelines: Lifelines
  readonly watchPaths: WatchPaths
  readonly log: Log
}
