/** The file system by node:fs. */
import {
  chmodSync,
  closeSync,
  constants,
  type Dir,
  fstatSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { Files } from './files.ts'
import { removeBelow } from './remove-tree.ts'
import { codeOf } from './system-error.ts'

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants
/** Flags for paths that other processes can write to: opening a pipe does not block, and a terminal does not become our controlling terminal. */
const UNWAITING = O_NONBLOCK | O_NOCTTY

export const nodeFiles: Files = {
  // `throwIfNoEntry: false` would hide ENOTDIR as well.
  find: (path) =>
    unlessAbsent(() => {
      const found = statSync(path)
      return { size: found.size, isDirectory: found.isDirectory(), identity: `${found.ino} ${found.ctimeMs}` }
    }),
  kindOf: (path) =>
    unlessAbsent(() => {
      const found = lstatSync(path)
      if (found.isSymbolicLink()) return 'link'
      return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
    }),
  read: (path) => readFileSync(path),
  readPlain: (path, limit, links) =>
    withFile(path, O_RDONLY | UNWAITING | (links === undefined ? O_NOFOLLOW : 0), (descriptor) => {
      const found = fstatSync(descriptor)
      if (!found.isFile()) return undefined
      const memory = Buffer.alloc(Math.min(limit, found.size))
      let length = 0
      for (let got = -1; got !== 0 && length < memory.length; length += got) {
        got = readSync(descriptor, memory, length, memory.length - length, null)
      }
      return memory.subarray(0, length)
    }),
  write: (path, content) => writeWhole(path, O_CREAT | O_TRUNC, content),
  create: (path, content) => writeWhole(path, O_CREAT | O_EXCL | O_NOFOLLOW, content),
  writeOnto: (path, content) => writeWhole(path, O_NOFOLLOW, content),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => unlessAbsent(() => unlinkSync(path)),
  removeTree(path) {
    // Directories are read by node's own handle. The handle is opened through the descriptor, so that no other directory can take its place.
    const handles = new Map<number, Dir>()
    removeBelow(path, {
      open(directory) {
        const descriptor = openSync(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        handles.set(descriptor, opendirSync(`/proc/self/fd/${descriptor}`))
        return descriptor
      },
      next(descriptor) {
        const entry = handles.get(descriptor)?.readSync() ?? null
        return entry === null ? [] : [entry.name]
      },
      close(descriptor) {
        handles.get(descriptor)?.closeSync()
        handles.delete(descriptor)
        closeSync(descriptor)
      },
      unlink(inside) {
        try {
          unlinkSync(inside)
        } catch (error) {
          if (codeOf(error) === 'EISDIR') return true
          if (codeOf(error) !== 'ENOENT') throw error
        }
        return false
      },
      removeDirectory: (directory) => rmdirSync(directory),
    })
  },
  list: (path) => readdirSync(path),
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  setMode: (path, mode) => chmodSync(path, mode),
  send(descriptor, text) {
    try {
      return writeSync(openUnblocked(descriptor), text)
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return 0
      throw error
    }
  },
}

/** By descriptor: a non-blocking descriptor of our own for the same pipe. The command shares the original one, which stays unchanged. */
const unblocked = new Map<number, number>()

function openUnblocked(descriptor: number): number {
  let own = unblocked.get(descriptor)
  if (own === undefined) {
    own = fstatSync(descriptor).isFIFO() ? reopen(descriptor) : descriptor
    unblocked.set(descriptor, own)
  }
  return own
}

function reopen(descriptor: number): number {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK)
  } catch {
    return descriptor
  }
}

function unlessAbsent<Result>(look: () => Result): Result | undefined {
  try {
    return look()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function withFile<Result>(path: string, flags: number, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags, 0o666)
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function writeWhole(path: string, flags: number, content: string): void {
  withFile(path, O_WRONLY | UNWAITING | flags, (descriptor) => writeFileSync(descriptor, content))
}
