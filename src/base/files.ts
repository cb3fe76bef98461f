/** The port to the file system that the entrypoint's hot path needs; `files-posix.io.ts` and `files-node.io.ts` make it. */

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
