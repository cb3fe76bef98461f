/** Ports for reading a timeline. */
import type { Packing } from '../tekton/message.ts'
import type { FlagFolder } from './history-flags.ts'

/** The local disk, and stdin. All methods reject with the system's error. */
export interface TimelineSources {
  /** Reads a run directory, or one folder of it; undefined when it is not a directory. */
  readFolders(path: string): Promise<readonly FlagFolder[] | undefined>
  /** Reads the text of a file, or of stdin for `-`, in pieces. A RangeError when it is not UTF-8. */
  readPieces(path: string): AsyncIterable<string>
  /** Whether it is a file on disk, and not the output of a running program. */
  isFile(path: string): Promise<boolean>
}

export interface TimelinePorts {
  readonly sources: TimelineSources
  readonly packing: Packing
  /** Wall time, ms since 1970. */
  readonly now: () => number
}
