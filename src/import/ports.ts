/** The ports of importing; cmd/import.ts passes the real ones. */
import type { StdoutPorts } from '../cli/output.ts'

/** The most bytes for all files of a ConfigMap or Secret (Kubernetes: 1 MiB, with the object itself). */
export const LARGEST_OBJECT = 900 * 1024

export interface ImportDisk {
  /** Reads a file; `-` is stdin. Rejects with a RangeError when it is larger than `maxMib` or not UTF-8, else with the system's error. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  directoryOf(path: string): string
  /** An absolute path is not changed. */
  resolvePath(directory: string, path: string): string
  /** Never rejects. */
  lookAtPath(path: string): Promise<PathLook>
  /** Replaces the file whole or not at all. Rejects with the system's error. */
  replaceFile(path: string, text: string): Promise<void>
}

/** The result of looking at a path. */
export type PathLook =
  | { readonly kind: 'file'; readonly file: SmallFile }
  | {
      readonly kind: 'directory'
      /** Files directly in the directory, by name; undefined when they are too many or too large, or one cannot be read. */
      readonly files: ReadonlyMap<string, SmallFile> | undefined
      /** How many other entries it has, such as directories and links out of it. */
      readonly others: number
    }
  /** `large`: too large for a ConfigMap. `other`: such as a socket or a device. `unreadable`: permission is missing. */
  | { readonly kind: 'absent' | 'large' | 'other' | 'unreadable' }

/** A file's text, or base64 when it is not text. */
export type SmallFile = ({ readonly text: string } | { readonly base64: string }) & { readonly executable?: boolean }

export interface ImportPorts extends StdoutPorts {
  readonly disk: ImportDisk
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}
