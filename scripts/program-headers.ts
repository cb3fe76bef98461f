/** The program headers of an ELF executable, 64 bit and little-endian. Source: elf(5). */

export const PT_LOAD = 1
const PF_X = 1
const SIZE_HEADER = 56

/** @returns the offsets of the headers in the file */
export function listHeaders(program: Buffer): readonly number[] {
  const table = Number(program.readBigUInt64LE(32))
  return Array.from({ length: program.readUInt16LE(56) }, (_, index) => table + index * SIZE_HEADER)
}

/** @returns the offset of the header of the executable segment, the text. @throws when there is none */
export function findText(program: Buffer): number {
  const text = listHeaders(program).find(
    (at) => program.readUInt32LE(at) === PT_LOAD && (program.readUInt32LE(at + 4) & PF_X) !== 0,
  )
  if (text === undefined) throw new Error('the base executable has no executable segment')
  return text
}
