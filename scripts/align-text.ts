/**
 * Aligns the text of an executable in its file as in memory, by huge pages. A kernel maps a huge page of its page cache only if the
 * offset in the file and the address are aligned alike. `install` writes such pages (`src/install/huge-pages.io.ts`).
 */
import { HUGE_BYTES } from '../src/install/huge-pages.io.ts'
import { findText, listHeaders } from './program-headers.ts'

const SIZE_SECTION = 64

/** @returns a longer copy with zeros before the text; addresses do not change. @throws when the program has no text */
export function alignText(program: Buffer): Buffer {
  const word = (at: number): number => Number(program.readBigUInt64LE(at))
  const text = findText(program)
  const offset = word(text + 8)
  const gap = (word(text + 16) - offset) % HUGE_BYTES
  const aligned = Buffer.concat([program.subarray(0, offset), Buffer.alloc(gap), program.subarray(offset)])
  const moved = (place: number): number => (place < offset ? place : place + gap)
  const move = (at: number): void =>
    void aligned.writeBigUInt64LE(BigInt(moved(Number(aligned.readBigUInt64LE(at)))), at)
  for (const at of listHeaders(program)) move(at + 8)
  // The offset of the section table, then those of the sections.
  move(40)
  const sections = moved(word(40))
  for (let index = 0; index < program.readUInt16LE(60); index++) move(sections + index * SIZE_SECTION + 24)
  return aligned
}
