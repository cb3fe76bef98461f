/**
 * Removes a directory that another process can change meanwhile. Each directory is opened without following a link, and its
 * entries are reached through the open descriptor. So nothing outside is touched, even when a name is replaced.
 */

export interface TreePort {
  /** Opens a directory, not a link to one. @throws */
  open(path: string): number
  /** @returns the next names in it; none at the end. @throws */
  next(descriptor: number): readonly string[]
  close(descriptor: number): void
  /** @returns whether the entry is a directory, which is then still there. @throws */
  unlink(path: string): boolean
  /** Removes an empty directory. @throws */
  removeDirectory(path: string): void
}

/** The most entries that are removed, so that removing them cannot delay the pod's start. */
const MOST_NAMES = 10_000
const DEEPEST = 64

/** @throws the system's error, or a RangeError */
export function removeBelow(path: string, port: TreePort): void {
  let left = MOST_NAMES
  const empty = (directory: string, depth: number): void => {
    if (depth > DEEPEST) throw new RangeError(`directories in it lie deeper than ${DEEPEST}`)
    const descriptor = port.open(directory)
    try {
      for (let names = port.next(descriptor); names.length > 0; names = port.next(descriptor)) {
        for (const name of names) {
          if (--left < 0) throw new RangeError(`there are more than ${MOST_NAMES} files in it`)
          const inside = `/proc/self/fd/${descriptor}/${name}`
          if (port.unlink(inside)) empty(inside, depth + 1)
        }
      }
    } finally {
      port.close(descriptor)
    }
    port.removeDirectory(directory)
  }
  empty(path, 0)
}
