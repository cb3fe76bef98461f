/**
 * Flag files: written aside and renamed, so that they appear whole. Others can write where they are: the application in the
 * directory of its own container, anybody beside a file that was named by its path.
 */
import type { Files } from '../base/files.ts'
import { codeOf, describeError } from '../base/system-error.ts'
import { parentOf } from './layout.ts'
import type { Flags } from './ports.ts'
import { asideOf, clearWay, putInPlace } from './place.ts'

/** More than any flag of ours; what is longer is read as far as this. */
export const LONGEST_FLAG = 16 * 1024

/** @param draw a word that nobody can foresee */
export function createFlagFiles(files: Files, draw: () => string): Flags {
  /** This container's own directory, in which whatever lies in the way is removed. */
  let own: string | undefined
  const isOwn = (path: string): boolean => parentOf(path) === own

  const publish = (path: string, content: string): void => {
    const kind = isOwn(path) ? undefined : files.kindOf(path)
    // A device or a pipe that was named by its path is meant itself. A link may lead to a file of somebody else.
    if (kind === 'other') return files.writeOnto(path, content)
    if (kind === 'link') throw new Error('it is a link, and flags are not written through links')
    const aside = asideOf(path, draw)
    try {
      files.create(aside, content)
      if (isOwn(path)) putInPlace(aside, path, files, draw)
      else files.rename(aside, path)
    } catch (error) {
      // On a full volume even what is half made takes room.
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
      // What is no plain file is none of our making.
      else if (files.kindOf(path) === 'file') files.remove(path)
    },
    openDirectory(path) {
      own = path
      try {
        return files.list(path)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        files.makeDirectory(path)
        // Another uid may run the next life of this container; the umask is not to decide that.
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

/** Only a plain file has words. @returns undefined when there is none, or nobody may look. */
export function readFlagFile(path: string, files: Pick<Files, 'kindOf' | 'readPlain'>): string | undefined {
  try {
    const kind = files.kindOf(path)
    if (kind === undefined) return undefined
    return kind === 'file' ? (files.readPlain(path, LONGEST_FLAG)?.toString() ?? '') : ''
  } catch {
    return undefined
  }
}
