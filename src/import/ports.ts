/** What importing needs from outside; cmd/import.ts hands the real ones in. */
import type { StdoutPorts } from '../cli/output.ts'

export interface ImportDisk {
  /** `-` is stdin. A RangeError when it is larger than so many MiB, or no UTF-8. Rejects with the system's error. */
  readManifestFile(path: string, maxMib?: number): Promise<string>
  directoryOf(path: string): string
  /** An absolute path stays as it is. */
  resolvePath(directory: string, path: string): string
  /** The file, or the files right in the directory. @returns undefined when nothing is there, it is something else, or too large */
  readSmall(path: string): Promise<ReadonlyMap<string, SmallFile> | undefined>
  /** @returns undefined when there is no such file; what a line `NAME=value` says, as a shell would read it */
  readEnvFile(path: string): Promise<readonly EnvLine[] | undefined>
  /** All or nothing. Rejects with the system's error. */
  replaceFile(path: string, text: string): Promise<void>
}

/** Text, or base64 of what is no text. */
export type SmallFile = { readonly text: string } | { readonly base64: string }

export interface EnvLine {
  readonly name: string
  /** undefined: the name stands alone, and means what the environment says. */
  readonly value: string | undefined
  /** Whether it stands in single quotes: variables in it are no variables. */
  readonly literal: boolean
}

export interface ImportPorts extends StdoutPorts {
  readonly disk: ImportDisk
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}
