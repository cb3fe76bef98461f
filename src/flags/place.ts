/** Putting files into a directory that is ours by right, and in which somebody else may have put what they like. */
import type { Files } from '../base/files.ts'
import { codeOf } from '../base/system-error.ts'
import { MAKING } from './layout.ts'

/** The place where a file is made before it gets its name. */
export function asideOf(path: string, draw: () => string): string {
  return `${path}.${draw()}${MAKING}`
}

/** Renames it into place; a directory in the way goes. @throws the system's error */
export function putInPlace(aside: string, path: string, files: Files, draw: () => string): void {
  try {
    files.rename(aside, path)
  } catch (error) {
    if (files.kindOf(path) !== 'directory') throw error
    clearWay(path, files, draw)
    files.rename(aside, path)
  }
}

/** Removes whatever it is; nothing there is fine. @throws the system's error when the name could not be freed */
export function clearWay(path: string, files: Files, draw: () => string): void {
  try {
    return files.remove(path)
  } catch (error) {
    if (codeOf(error) !== 'EISDIR' && files.kindOf(path) !== 'directory') throw error
  }
  // However much is in it, the name is free at once.
  const moved = path.endsWith(MAKING) ? path : asideOf(path, draw)
  if (moved !== path) files.rename(path, moved)
  try {
    files.removeTree(moved)
  } catch {
    // Nobody looks at what has such a name. The next life tries again.
  }
}
