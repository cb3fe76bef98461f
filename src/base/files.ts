/** The port to the file system that the entrypoint's hot path needs; `files-posix.io.ts` and `files-node.io.ts` make it. */

/** `other`: a device, a pipe, a socket. */
export type FileKind = 'file' | 'directory' | 'link' | 'other'

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
  /** What the name itself stands for, followed nowhere. @returns undefined when nothing is there. */
  kindOf(path: string): FileKind | undefined
  /** The whole of it: for what the kernel tells under /proc and /sys. */
  read(path: string): Uint8Array
  /**
   * For what somebody else may have put there: no call waits, whatever it is, and at most `limit` bytes are read.
   * @param links whether the last part of the path may be a link; `followed` for what the kubelet fills, through its `..data`
   * @returns undefined when it is no regular file
   */
  readPlain(path: string, limit: number, links?: 'followed'): Buffer | undefined
  /** Creates or truncates; follows links. A pipe that nobody reads is an error, not a wait. */
  write(path: string, content: string): void
  /** Fails where something is there already, even a link. */
  create(path: string, content: string): void
  /** To a device or a pipe, as it is. A link is an error, and so is a pipe that nobody reads. */
  writeOnto(path: string, content: string): void
  rename(from: string, to: string): void
  /** Removes a file; one that is not there is fine. */
  remove(path: string): void
  /** Removes a directory with what is in it, within bounds, and follows no link on the way, whoever changes it meanwhile. */
  removeTree(path: string): void
  list(path: string): readonly string[]
  /** With its parents; one that is there is fine. */
  makeDirectory(path: string): void
  setMode(path: string, mode: number): void
  /** Writes to an open descriptor and never waits: what a pipe has no room for is lost. @returns how many bytes were written */
  send(descriptor: number, text: string): number
}
