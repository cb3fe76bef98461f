/** Flag files: written aside and renamed, so that they appear whole. */
import type { Files } from '../base/files.ts'
import { codeOf, describeError } from '../base/system-error.ts'
import { MAKING } from './record.ts'
import type { Flags } from './ports.ts'

export function createFlagFiles(files: Files, pid: number): Flags {
  return {
    publish(path, content) {
      const aside = `${path}.${pid}${MAKING}`
      const directory = path.slice(0, path.lastIndexOf('/')) || '/'
      for (let isThere = true; ; isThere = false) {
        try {
          if (!isThere) files.makeDirectory(directory)
          files.write(aside, content)
          return files.rename(aside, path)
        } catch (error) {
          if (isThere && codeOf(error) === 'ENOENT') continue
          // On a full volume even what is half made takes room.
          files.remove(aside)
          throw error
        }
      }
    },
    withdraw: (path) => files.remove(path),
    openDirectory(path) {
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
    read(path) {
      try {
        return files.read(path).toString()
      } catch {
        return undefined
      }
    },
  }
}
