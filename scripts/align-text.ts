/**
 * Aligns the text of an executable in its file as in memory, by huge pages. A kernel maps a huge page of its page cache only if the
 * offset in the file and the address are aligned alike. `install` writes such pages (`src/install/huge-pages.io.ts`).
 */
import { HUGE_BYTES } from '../src/install/huge-pages.io.ts'

const PT_LOAD = 1
const PF_X = 1
const SIZE_HEADER = 56
const SIZE_SECTION = 64

/** @returns a longer copy with zeros before the text; addresses do not change. @throws when the program has no text */
export function alignText(program: Buffer): Buffer {
  const word = (at: number): number => Number(program.readBigUInt64LE(at))
  const headers = listAt(word(32), program.readUInt16LE(56), SIZE_HEADER)
  const text = headers.find((at) => program.readUInt32LE(at) === PT_LOAD && (program.readUInt32LE(at + 4) & PF_X) !== 0)
  if (text === undefined) throw new Error('the executable has no executable segment')
  const offset = word(text + 8)
  const gap = (word(text + 16) - offset) % HUGE_BYTES
  const aligned = Buffer.concat([program.subarray(0, offset), Buffer.alloc(gap), program.subarray(offset)])
  const moved = (place: number): number => (place < offset ? place : place + gap)
  const move = (at: number): void =>
    void aligned.writeBigUInt64LE(BigInt(moved(Number(aligned.readBigUInt64LE(at)))), at)
  for (const at of headers) move(at + 8)
  // The offset of the section table, then those of the sections.
  move(40)
  for (const at of listAt(moved(word(40)), program.readUInt16LE(60), SIZE_SECTION)) move(at + 24)
  return aligned
}

function listAt(start: number, count: number, size: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + index * size)
}
