/** Writing of files and directories: whole or not at all, even when several processes do it at the same time. */
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
import { HUGE_BYTES, listUsed } from './huge-pages.io.ts'
import { codeOf } from '../base/system-error.ts'

/** The size of reads that compare two files. It is small, since the init container may have only 24 MiB. */
const PIECE_BYTES = 512 * 1024

/** The size of writes for parts that a start hardly uses: as much as the kernel maps around a page that is used (fault_around_bytes). */
const SMALL_BYTES = 64 * 1024

/** The suffix of an unfinished copy, after its name and a random word. */
const MAKING = '.making'

/** A copy grows until it is renamed. A copy without a write for so long was left by a process that was killed. */
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

/** Opens a file for reads at any offset during `use`. @throws */
export function readWith<Result>(path: string, use: (read: ReadAt) => Result): Result {
  return withFile(path, 'r', (file) => use((offset, length) => fill(file, new Uint8Array(length), offset)))
}

/** @returns whether the target is already what `place` would write, and is executable. @throws */
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
 * Writes a copy beside the target, changes it and renames it. So no reader finds half a file, and the old file stays when the
 * volume is full. The kernel shares the blocks if the file system can (reflink), else it copies them.
 * @returns the size in bytes @throws
 */
export function place(source: string, target: string, patches: readonly Patch[]): number {
  removeAbandoned(target)
  const aside = `${target}.${crypto.randomUUID()}${MAKING}`
  try {
    copy(source, aside)
    // A copy that shares blocks has the source's mode, which may lack the write permission.
    chmodSync(aside, 0o755)
    withFile(aside, 'r+', (file) => {
      for (const { offset, bytes } of patches) writeWhole(file, bytes, offset)
      // No fsync on a local disk, where an emptyDir is: it would delay the start of every pod.
      if (!tellsFullAtWrite(statfsSync(aside).type)) fsyncSync(file)
    })
    renameSync(aside, target)
    return statSync(target).size
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

/** Copies the program. Parts that every start uses are written in huge pages (`huge-pages.io.ts`). */
function copy(source: string, aside: string): void {
  try {
    copyFileSync(source, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    return
  } catch {
    // The file system cannot share blocks. Any other fault shows in the copy below.
  }
  const used = listUsed(source)
  const memory = new Uint8Array(HUGE_BYTES)
  withFile(source, 'r', (from) =>
    withFile(aside, 'wx', (to) => {
      for (let offset = 0; ; offset += HUGE_BYTES) {
        const piece = fill(from, memory, offset)
        const size = used.has(offset) ? HUGE_BYTES : SMALL_BYTES
        for (let at = 0; at < piece.length; at += size) writeWhole(to, piece.subarray(at, at + size), offset + at)
        if (piece.length < HUGE_BYTES) return
      }
    }),
  )
}

/** Makes a directory with its parents. Without `mode` an existing one keeps its mode: it may be a mount that is not ours. @throws */
export function makeDirectory(path: string, mode?: number): void {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  if (mode !== undefined && (statSync(path).mode & 0o7777) !== mode) chmodSync(path, mode)
}

/** Removes the contents of a directory. @returns how many names. @throws */
export function emptyDirectory(path: string): number {
  const names = listNames(path) ?? []
  for (const name of names) rmSync(join(path, name), { recursive: true, force: true })
  return names.length
}

/** Removes copies of an `install` that was killed: many restarts would fill the volume. */
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

/** @returns the bytes read: fewer than the memory holds when the file ends. */
function fill(descriptor: number, memory: Uint8Array, offset: number): Uint8Array {
  for (let filled = 0; ;) {
    const missing = memory.length - filled
    const got = missing === 0 ? 0 : readSync(descriptor, memory, filled, missing, offset + filled)
    if (got === 0) return memory.subarray(0, filled)
    filled += got
  }
}

/** Writes the whole piece; one call may write less. */
function writeWhole(descriptor: number, piece: Uint8Array, offset: number): void {
  for (let written = 0; written < piece.length;) {
    written += writeSync(descriptor, piece, written, piece.length - written, offset + written)
  }
}

/** Applies patches to the piece of the file that begins at `start`. */
function apply(patches: readonly Patch[], piece: Uint8Array, start: number): void {
  for (const { offset, bytes } of patches) {
    const from = Math.max(offset, start)
    const to = Math.min(offset + bytes.length, start + piece.length)
    if (from < to) piece.set(bytes.subarray(from - offset, to - offset), from - start)
  }
}
