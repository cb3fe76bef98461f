/** The port to the file system for the entrypoint's hot path. `files-posix.io.ts` and `files-node.io.ts` implement it. */

/** `other`: a device, a pipe, a socket. */
export type FileKind = 'file' | 'directory' | 'link' | 'other'

export interface Found {
  readonly size: number
  readonly isDirectory: boolean
  /** Differs when another file has taken the same name. */
  readonly identity: string
}

/** Every call throws the system's error, an Error with `code`, unless its comment says otherwise. */
export interface Files {
  /** Follows symlinks. @returns undefined when nothing is there. */
  find(path: string): Found | undefined
  /** The kind of the name itself; follows no symlink. @returns undefined when nothing is there. */
  kindOf(path: string): FileKind | undefined
  /** Reads a whole file; for what the kernel provides under /proc and /sys. */
  read(path: string): Uint8Array
  /**
   * Reads a file that other processes can replace: no call blocks, whatever the path is, and at most `limit` bytes are read.
   * @param links whether the last part of the path may be a link; `followed` for the kubelet's volumes, which use a link `..data`
   * @returns undefined when it is not a regular file
   */
  readPlain(path: string, limit: number, links?: 'followed'): Buffer | undefined
  /** Creates or truncates; follows links. A pipe without a reader is an error, and the call does not block. */
  write(path: string, content: string): void
  /** Fails when anything exists at the path, even a link. */
  create(path: string, content: string): void
  /** Writes to an existing device or pipe. A link is an error, and so is a pipe without a reader. */
  writeOnto(path: string, content: string): void
  rename(from: string, to: string): void
  /** Removes a file; a missing file is no error. */
  remove(path: string): void
  /** Removes a directory and its content, up to a limit. Follows no link, even when another process changes the directory meanwhile. */
  removeTree(path: string): void
  list(path: string): readonly string[]
  /** Creates a directory and its parents; an existing one is no error. */
  makeDirectory(path: string): void
  setMode(path: string, mode: number): void
  /** Writes to an open descriptor without blocking: bytes that the pipe has no room for are lost. @returns the number of bytes written */
  send(descriptor: number, text: string): number
}
