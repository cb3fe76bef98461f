/** The port to the file system that the entrypoint's hot path needs; `adapters/posix` and `adapters/node` make it. */

export interface Found {
  readonly size: number
  readonly isDirectory: boolean
  /** Tells one file from another that took its name. */
  readonly identity: string
}

/** Every call throws the system's error, an Error with `code`, unless it says otherwise. */
export interface Files {
  /** Follows symlinks. @returns undefined when nothing is there. */
  find(path: string): Found | undefined
  read(path: string): Buffer
  /** Creates or truncates. */
  write(path: string, content: string): void
  rename(from: string, to: string): void
  /** Removes a file; one that is not there is fine. */
  remove(path: string): void
  list(path: string): readonly string[]
  /** With its parents; one that is there is fine. */
  makeDirectory(path: string): void
  setMode(path: string, mode: number): void
  /** Writes to an open descriptor, once: what does not fit in is lost. */
  send(descriptor: number, text: string): void
}

const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the volume',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'too many symbolic links',
  EDQUOT: 'the quota is used up',
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** `permission denied (EACCES)`: what it means, and what to search for. */
export function describeSystemError(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  return `${MEANINGS[code] ?? 'system error'} (${code})`
}
