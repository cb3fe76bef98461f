/** What importing needs from outside; cmd/import.ts hands the real ones in. */
import type { StdoutPorts } from '../cli/output.ts'

/** The most bytes for all files of a ConfigMap or Secret (Kubernetes: 1 MiB, with the object itself). */
export const LARGEST_OBJECT = 900 * 1024

export interface ImportDisk {
  /** `-` is stdin. A RangeError when it is larger than so many MiB, or no UTF-8. Rejects with the system's error. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  directoryOf(path: string): string
  /** An absolute path stays as it is. */
  resolvePath(directory: string, path: string): string
  /** Rejects never. */
  lookAtPath(path: string): Promise<PathLook>
  /** All or nothing. Rejects with the system's error. */
  replaceFile(path: string, text: string): Promise<void>
}

/** What is found at a path. */
export type PathLook =
  | { readonly kind: 'file'; readonly file: SmallFile }
  | {
      readonly kind: 'directory'
      /** Those right in it, by name; undefined: they are too many or too large, or one of them cannot be read. */
      readonly files: ReadonlyMap<string, SmallFile> | undefined
      /** How many directories, links out of it and the like it has besides. */
      readonly others: number
    }
  /** A file that is too large for a ConfigMap; a socket, a device; what we may not read. */
  | { readonly kind: 'absent' | 'large' | 'other' | 'unreadable' }

/** Text, or base64 of what is no text. */
export type SmallFile = ({ readonly text: string } | { readonly base64: string }) & { readonly executable?: boolean }

export interface ImportPorts extends StdoutPorts {
  readonly disk: ImportDisk
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}
