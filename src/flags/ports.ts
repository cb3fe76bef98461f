/** What reading, writing and watching flag files needs from outside. */
import type { Log } from '../base/log.io.ts'
import type { SocketState } from './judge.ts'

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
  hold(dir: string, onChange: () => void): { state(): SocketState; close(): void }
}

/** Calls `wake` with the directory in which something changed, or without when it may be anywhere. */
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
