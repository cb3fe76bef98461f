/**
 * Relocation of the executable: after it, the kernel starts the executable with the loader in its directory, and that loader takes
 * the C library from there. So it uses nothing of the image in which it runs. Pure.
 *
 * A longer interpreter path does not fit into the linker's place, and moving a segment can break an executable. So the build
 * embeds a pad: an asset of a known shape, which is in the file and, as a part of a writable segment, in memory. The paths are
 * written there. Elsewhere only numbers change: the place of PT_INTERP, and one entry of the dynamic section.
 * Source: elf(5) and the System V ABI; 64 bit, little-endian.
 */

/** @returns the bytes at `offset`; fewer where the file ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array

export interface Patch {
  readonly offset: number
  readonly bytes: Uint8Array
}

type Problem = { readonly problem: string }

/** The longest directory, in bytes: both paths fit into the pad, and the loader's path stays far below the kernel's PATH_MAX. */
export const MAX_DIRECTORY = 1000

const MARK = ascii('\x7fpodorder: paths of ld.so and of its directory\n')
const NUL = new Uint8Array(1)
const LOADER = ascii('/lib/ld.so')
const LIBRARIES = ascii('/lib')
const ROOM = 2 * MAX_DIRECTORY + LOADER.length + LIBRARIES.length + 3
const FILLER = '#'.charCodeAt(0)

const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3
const PF_W = 2
const SIZE_PROGRAM_HEADER = 56
/** Bytes; a linker writes some 500. The limit protects the memory against a damaged size. */
const MAX_DYNAMIC = 65_536
const DT_NULL = 0n
const DT_STRTAB = 5n
const DT_RPATH = 15n
const DT_DEBUG = 21n
const DT_RUNPATH = 29n

interface Segment {
  readonly type: number
  readonly flags: number
  /** The offset of its program header. */
  readonly header: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

/** Makes the pad, which the build embeds and `relocate` finds. */
export function createPad(): Uint8Array {
  const pad = new Uint8Array(MARK.length + ROOM).fill(FILLER)
  pad.set(MARK)
  return pad
}

/**
 * Computes the changes. The executable may have been relocated before.
 * @param directory absolute; the loader is `<directory>/lib/ld.so`, and the libraries are in `<directory>/lib`
 * @returns what to write into a copy; or the problem, if it is not an executable with a pad
 */
export function relocate(read: ReadAt, directory: string): readonly Patch[] | Problem {
  const segments = readSegments(read)
  if ('problem' in segments) return segments
  const interpreter = segments.find(({ type }) => type === PT_INTERP)
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC)
  const pad = findPad(read, segments)
  if (interpreter === undefined || dynamic === undefined || pad === undefined) {
    return { problem: 'it is an ELF file, but not one of ours: it has no place for the path of a loader' }
  }
  const search = findSearchEntry(read, dynamic)
  if (search === undefined) return { problem: 'its dynamic section has neither DT_DEBUG nor DT_RPATH to be changed' }

  const paths = writePaths(new TextEncoder().encode(directory))
  const loaderLength = paths.indexOf(0, 1)
  // PT_INTERP: p_offset, p_vaddr, p_paddr, p_filesz, p_memsz; the kernel wants the NUL counted.
  const place = words(pad.offset + 1, pad.address + 1, pad.address + 1, loaderLength, loaderLength)
  // DT_RPATH has priority over LD_LIBRARY_PATH, and DT_RUNPATH has not. Its value is relative to the string table; any distance
  // is valid. DT_DEBUG, which it may replace, only serves debuggers.
  const rpath = words(DT_RPATH, pad.address + 1 + loaderLength - search.strings)
  return [
    { offset: pad.offset, bytes: paths },
    { offset: interpreter.header + 8, bytes: place },
    { offset: search.offset, bytes: rpath },
  ]
}

/** Writes `\0<directory>/lib/ld.so\0<directory>/lib\0` and filler. */
function writePaths(directory: Uint8Array): Uint8Array {
  const room = new Uint8Array(ROOM).fill(FILLER)
  let at = 0
  for (const part of [NUL, directory, LOADER, NUL, directory, LIBRARIES, NUL]) {
    room.set(part, at)
    at += part.length
  }
  return room
}

function readSegments(read: ReadAt): readonly Segment[] | Problem {
  const header = read(0, 64)
  const isElf = startsWith(header, 0, ascii('\x7fELF\x02\x01'))
  if (!isElf || header.length < 64) return { problem: 'it is not a 64-bit little-endian ELF file' }
  const fields = viewOf(header)
  const start = numberAt(fields, 32)
  const size = fields.getUint16(54, true)
  const count = fields.getUint16(56, true)
  const table = size === SIZE_PROGRAM_HEADER ? read(start, size * count) : new Uint8Array()
  if (count === 0 || table.length < size * count) return { problem: 'its program headers are damaged' }
  const headers = viewOf(table)
  return Array.from({ length: count }, (_, index) => {
    const at = index * size
    return {
      type: headers.getUint32(at, true),
      flags: headers.getUint32(at + 4, true),
      header: start + at,
      offset: numberAt(headers, at + 8),
      address: numberAt(headers, at + 16),
      size: numberAt(headers, at + 32),
    }
  })
}

/** @returns the place behind the mark, in the file and in memory. */
function findPad(
  read: ReadAt,
  segments: readonly Segment[],
): { readonly offset: number; readonly address: number } | undefined {
  for (const { type, flags, offset, address, size } of segments) {
    if (type !== PT_LOAD || (flags & PF_W) === 0) continue
    // Read in pieces, since the segment has megabytes. The pieces overlap, since the pad may lie across two of them.
    const piece = 256 * 1024
    const overlap = MARK.length + ROOM - 1
    for (let start = 0; start < size; start += piece) {
      const bytes = read(offset + start, Math.min(piece + overlap, size - start))
      if (bytes.length === 0) break
      const found = findRoom(bytes)
      if (found !== undefined) return { offset: offset + start + found, address: address + start + found }
    }
  }
  return undefined
}

/** Finds a mark with filler, or paths of an earlier relocation, behind it. A mark without them is a constant in code. */
function findRoom(bytes: Uint8Array): number | undefined {
  const last = bytes.length - MARK.length - ROOM
  for (let at = -1; ;) {
    at = bytes.indexOf(MARK[0] ?? 0, at + 1)
    if (at === -1 || at > last) return undefined
    if (!startsWith(bytes, at, MARK)) continue
    const room = bytes.subarray(at + MARK.length, at + MARK.length + ROOM)
    if (room.every((byte) => byte === FILLER) || isRelocated(room)) return at + MARK.length
  }
}

function isRelocated(room: Uint8Array): boolean {
  const directory = room.subarray(1, Math.max(1, room.indexOf(0, 1) - LOADER.length))
  return directory.length <= MAX_DIRECTORY && startsWith(room, 0, writePaths(directory))
}

/** @returns the entry that is or becomes the search path, and the address of the string table; undefined if one is missing. */
function findSearchEntry(
  read: ReadAt,
  dynamic: Segment,
): { readonly offset: number; readonly strings: number } | undefined {
  const entries = viewOf(read(dynamic.offset, Math.min(dynamic.size, MAX_DYNAMIC)))
  const offsets = new Map<bigint, number>()
  for (let at = 0; at + 16 <= entries.byteLength; at += 16) {
    const tag = entries.getBigUint64(at, true)
    if (tag === DT_NULL) break
    offsets.set(tag, at)
  }
  const entry = offsets.get(DT_RPATH) ?? offsets.get(DT_DEBUG)
  const strings = offsets.get(DT_STRTAB)
  // The loader ignores DT_RPATH when there is a DT_RUNPATH.
  if (entry === undefined || strings === undefined || offsets.has(DT_RUNPATH)) return undefined
  return { offset: dynamic.offset + entry, strings: numberAt(entries, strings + 8) }
}

function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function numberAt(fields: DataView, at: number): number {
  return Number(fields.getBigUint64(at, true))
}

function words(...values: readonly (number | bigint)[]): Uint8Array {
  const memory = new DataView(new ArrayBuffer(values.length * 8))
  for (const [index, value] of values.entries()) memory.setBigUint64(index * 8, BigInt.asUintN(64, BigInt(value)), true)
  return new Uint8Array(memory.buffer)
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
