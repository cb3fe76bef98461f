/** What `inject` and `eject` need from outside; cmd/inject.ts hands the real ones in. */
import type { CommandFound, CommandWanted } from '../image/lookup.ts'

/** All of them reject with the system's error. */
export interface ManifestDisk {
  /** `-` is stdin. A RangeError when it is larger than that (10 when not given), or not UTF-8. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  /** The manifests in a directory, sorted; undefined when it is none. Links are followed to files only. */
  listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined>
  /** All or nothing; a file that is there keeps its mode and owner, a link what it points to. A device or pipe is written to. */
  replaceFile(path: string, text: string): Promise<void>
  /** With its parents; one that is there is fine. */
  makeDirectory(path: string): Promise<void>
  /** Follows links. */
  isRegularFile(path: string): Promise<boolean>
}

export interface ManifestPorts {
  readonly disk: ManifestDisk
  readonly terminal: {
    /** To stdout. Rejects with the system's error. */
    write(text: string): Promise<void>
    complain(line: string): void
    readonly coloured: boolean
  }
  /** A unified diff; undefined when there is no difference. */
  readonly diff: (name: string, before: string, after: string) => Promise<string | undefined>
  /** Gives memory back that is not needed any more, where the engine can be told to. */
  readonly tidy?: () => void
}

export interface InjectPorts extends ManifestPorts {
  readonly findCommands: (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>
}
