/**
 * Removing a directory that somebody else can change meanwhile. Each directory is opened without following a link, and what
 * is in it is reached through the open descriptor: whatever its name has come to mean, nothing outside of it is touched.
 */

export interface TreePort {
  /** Opens a directory, not a link to one. @throws */
  open(path: string): number
  /** The next names in it; none at the end. @throws */
  next(descriptor: number): readonly string[]
  close(descriptor: number): void
  /** @returns whether it is a directory, and so still there. @throws */
  unlink(path: string): boolean
  /** An empty one. @throws */
  removeDirectory(path: string): void
}

/** Whoever puts more in the way than this has it stay there: removing it must not take the time of a pod's start. */
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
