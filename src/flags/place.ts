/** Puts files into a directory of our own, in which other processes may have placed anything. */
import type { Files } from '../base/files.ts'
import { codeOf } from '../base/system-error.ts'
import { MAKING } from './layout.ts'

/** The temporary path of a file before it gets its name. */
export function asideOf(path: string, draw: () => string): string {
  return `${path}.${draw()}${MAKING}`
}

/** Renames the file into place; removes a directory in the way. @throws the system's error */
export function putInPlace(aside: string, path: string, files: Files, draw: () => string): void {
  try {
    files.rename(aside, path)
  } catch (error) {
    if (files.kindOf(path) !== 'directory') throw error
    clearWay(path, files, draw)
    files.rename(aside, path)
  }
}

/** Removes a path of any kind; a missing one is no error. @throws the system's error when the name could not be freed */
export function clearWay(path: string, files: Files, draw: () => string): void {
  try {
    return files.remove(path)
  } catch (error) {
    if (codeOf(error) !== 'EISDIR' && files.kindOf(path) !== 'directory') throw error
  }
  // The rename frees the name at once, however much the directory contains.
  const moved = path.endsWith(MAKING) ? path : asideOf(path, draw)
  if (moved !== path) files.rename(path, moved)
  try {
    files.removeTree(moved)
  } catch {
    // No reader uses such names. The next life tries again.
  }
}
