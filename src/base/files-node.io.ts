/** The file system by node:fs. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { Files } from './files.ts'
import { codeOf } from './system-error.ts'

export const nodeFiles: Files = {
  find(path) {
    try {
      // `throwIfNoEntry: false` would hide ENOTDIR as well.
      const found = statSync(path)
      return { size: found.size, isDirectory: found.isDirectory(), identity: `${found.ino} ${found.ctimeMs}` }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  },
  read: (path) => readFileSync(path),
  write: (path, content) => writeFileSync(path, content),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  list: (path) => readdirSync(path),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  setMode: (path, mode) => chmodSync(path, mode),
  send: (descriptor, text) => void writeSync(descriptor, text),
}
