/**
 * Flag files: written under another name and renamed, so that they are always complete. Other processes can write in the same
 * places: the application in its container's directory, and any process next to a file that was given by path.
 */
import type { Files } from '../base/files.ts'
import { codeOf, describeError } from '../base/system-error.ts'
import { parentOf } from './layout.ts'
import type { Flags } from './ports.ts'
import { asideOf, clearWay, putInPlace } from './place.ts'

/** Longer than any flag of podorder; only this much of a file is read. */
export const LONGEST_FLAG = 16 * 1024

/** @param draw returns an unpredictable word */
export function createFlagFiles(files: Files, draw: () => string): Flags {
  /** This container's own directory, in which any file in the way is removed. */
  let own: string | undefined
  const isOwn = (path: string): boolean => parentOf(path) === own

  const publish = (path: string, content: string): void => {
    const kind = isOwn(path) ? undefined : files.kindOf(path)
    // A device or a pipe given by path is written to directly. A link is not followed: it may lead to a file of another user.
    if (kind === 'other') return files.writeOnto(path, content)
    if (kind === 'link') throw new Error('it is a link, and flags are not written through links')
    const aside = asideOf(path, draw)
    try {
      files.create(aside, content)
      if (isOwn(path)) putInPlace(aside, path, files, draw)
      else files.rename(aside, path)
    } catch (error) {
      // Free the space of a partial file, since the volume may be full.
      if (codeOf(error) !== 'ENOENT') files.remove(aside)
      throw error
    }
  }
  return {
    publish(path, content) {
      try {
        publish(path, content)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        files.makeDirectory(parentOf(path))
        publish(path, content)
      }
    },
    withdraw(path) {
      if (isOwn(path)) clearWay(path, files, draw)
      // A path that is not a regular file was not made by podorder, and stays.
      else if (files.kindOf(path) === 'file') files.remove(path)
    },
    openDirectory(path) {
      own = path
      try {
        return files.list(path)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        files.makeDirectory(path)
        // The next life of this container may have another uid, so the mode must not depend on the umask.
        files.setMode(path, 0o1777)
        return []
      }
    },
    look(path) {
      try {
        const found = files.find(path)
        return { file: found === undefined ? 'absent' : found.size > 0 ? 'present' : 'empty', problem: undefined }
      } catch (error) {
        return { file: 'absent', problem: describeError(error) }
      }
    },
    read: (path) => readFlagFile(path, files),
  }
}

/** Reads regular files only. @returns undefined when there is none, or it is not accessible */
export function readFlagFile(path: string, files: Pick<Files, 'kindOf' | 'readPlain'>): string | undefined {
  try {
    const kind = files.kindOf(path)
    if (kind === undefined) return undefined
    return kind === 'file' ? (files.readPlain(path, LONGEST_FLAG)?.toString() ?? '') : ''
  } catch {
    return undefined
  }
}
