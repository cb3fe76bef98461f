/** Putting files and directories in place on a disk: whole or not at all, whoever else does the same at the same time. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Patch, ReadAt } from './elf.ts'
import { tellsFullAtWrite } from './file-system.ts'
import { codeOf } from '../base/system-error.ts'

/** What `install` is compared by, and written in: little, since the init container may have 24 MiB. */
const PIECE_BYTES = 512 * 1024

/** A copy in the making ends so, after its name and a random word. */
const MAKING = '.making'

/** A copy grows until it is renamed. One that nobody has written to for so long was left by a process that was killed. */
const ABANDONED_MS = 60_000

/** @returns the names in it, sorted; undefined when it is not there. @throws */
export function listNames(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Opens a file to be read here and there, for as long as `use` takes. @throws */
export function readWith<Result>(path: string, use: (read: ReadAt) => Result): Result {
  return withFile(path, 'r', (file) => use((offset, length) => fill(file, new Uint8Array(length), offset)))
}

/** @returns whether the target is what `place` would make of the source, and may be run. @throws */
export function isInPlace(source: string, target: string, patches: readonly Patch[]): boolean {
  const found = statSync(target, { throwIfNoEntry: false })
  if (found === undefined || (found.mode & 0o777) !== 0o755 || found.size !== statSync(source).size) return false
  const [memory, otherMemory] = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)]
  return withFile(source, 'r', (file) =>
    withFile(target, 'r', (other) => {
      for (let offset = 0; offset < found.size; offset += PIECE_BYTES) {
        const expected = fill(file, memory, offset)
        apply(patches, expected, offset)
        if (Buffer.compare(expected, fill(other, otherMemory, offset)) !== 0) return false
      }
      return true
    }),
  )
}

/**
 * Copies aside, changes the copy and renames it, so that nobody ever finds half a file, and the old one stays when the volume
 * is full. Shares the blocks where the file system can (reflink); else the kernel copies them.
 * @returns how many bytes @throws
 */
export function place(source: string, target: string, patches: readonly Patch[]): number {
  removeAbandoned(target)
  const aside = `${target}.${crypto.randomUUID()}${MAKING}`
  try {
    copyFileSync(source, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    // Whoever made the source may have kept the write permission from us.
    chmodSync(aside, 0o755)
    withFile(aside, 'r+', (file) => {
      for (const { offset, bytes } of patches) writeSync(file, bytes, 0, bytes.length, offset)
      // An emptyDir is on a local disk, and every pod's start would wait until that has all of it.
      if (!tellsFullAtWrite(statfsSync(aside).type)) fsyncSync(file)
    })
    renameSync(aside, target)
    return statSync(target).size
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

/** With its parents. One that is there keeps its mode unless one is asked for: it may be a mount that is not ours. @throws */
export function makeDirectory(path: string, mode?: number): void {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  if (mode !== undefined && (statSync(path).mode & 0o7777) !== mode) chmodSync(path, mode)
}

/** Removes what is in a directory. @returns how many names. @throws */
export function emptyDirectory(path: string): number {
  const names = listNames(path) ?? []
  for (const name of names) rmSync(join(path, name), { recursive: true, force: true })
  return names.length
}

/** A killed `install` cannot clear up, and being restarted again and again it would fill the volume. */
function removeAbandoned(target: string): void {
  for (const name of listNames(dirname(target)) ?? []) {
    if (!name.startsWith(`${basename(target)}.`) || !name.endsWith(MAKING)) continue
    const path = join(dirname(target), name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS) rmSync(path, { force: true })
  }
}

function withFile<Result>(path: string, flags: string, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags)
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** @returns what could be read: less than the memory holds where the file ends. */
function fill(descriptor: number, memory: Uint8Array, offset: number): Uint8Array {
  for (let filled = 0; ;) {
    const missing = memory.length - filled
    const got = missing === 0 ? 0 : readSync(descriptor, memory, filled, missing, offset + filled)
    if (got === 0) return memory.subarray(0, filled)
    filled += got
  }
}

/** Changes the piece of the file that begins at `start`. */
function apply(patches: readonly Patch[], piece: Uint8Array, start: number): void {
  for (const { offset, bytes } of patches) {
    const from = Math.max(offset, start)
    const to = Math.min(offset + bytes.length, start + piece.length)
    if (from < to) piece.set(bytes.subarray(from - offset, to - offset), from - start)
  }
}
