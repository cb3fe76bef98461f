/** What reading a timeline needs from outside. */
import type { Packing } from '../tekton/message.ts'
import type { FlagFolder } from './history-flags.ts'

/** The local disk, and stdin. All of it rejects with the system's error. */
export interface TimelineSources {
  /** A run directory, or one folder of it; undefined when it is no directory. */
  readFolders(path: string): Promise<readonly FlagFolder[] | undefined>
  /** The text of a file, or of stdin for `-`, as it comes. A RangeError when it is no UTF-8. */
  readPieces(path: string): AsyncIterable<string>
  /** Whether it lies on a disk, and does not come from a program while it is read. */
  isFile(path: string): Promise<boolean>
}

export interface TimelinePorts {
  readonly sources: TimelineSources
  readonly packing: Packing
  /** Wall time, ms since 1970. */
  readonly now: () => number
}
