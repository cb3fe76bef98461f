/** The ports of `inject` and `eject`; cmd/inject.ts passes the real ones. */
import type { CommandFound, CommandWanted } from '../image/lookup.ts'

/** All methods reject with the system's error. */
export interface ManifestDisk {
  /** Reads a file; `-` is stdin. Rejects with a RangeError when it is larger than `maxMib` (default 10) or not UTF-8. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  /** Lists the manifests in a directory, sorted; undefined when the path is not a directory. Links to directories are not followed. */
  listManifests(path: string, recursive: boolean): Promise<readonly string[] | undefined>
  /** Replaces a file whole or not at all. The file keeps its mode and owner. A link's target is replaced. A device or pipe is written to. */
  replaceFile(path: string, text: string): Promise<void>
  /** Makes a directory with its parents. An existing one is no error. */
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
  /** Makes a unified diff; undefined when there is no difference. */
  readonly diff: (name: string, before: string, after: string) => Promise<string | undefined>
  /** Collects garbage, if the engine has a call for it. */
  readonly tidy?: () => void
}

export interface InjectPorts extends ManifestPorts {
  readonly findCommands: (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>
}
