/** The build lays the text of the executable in its file so that huge pages of the page cache can be mapped. */
import test from 'ava'
import fs from 'node:fs'
import { HUGE_BYTES } from '../../src/install/huge-pages.io.ts'
import { alignText } from '../../scripts/align-text.ts'

const PT_LOAD = 1
const SHF_ALLOC = 2
const SHT_NOBITS = 8

const program = fs.readFileSync('dist/entrypoint')
const word = (at: number): number => Number(program.readBigUInt64LE(at))
const list = (start: number, count: number, size: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start + index * size)
const segments = list(word(32), program.readUInt16LE(56), 56)
  .filter((at) => program.readUInt32LE(at) === PT_LOAD)
  .map((at) => ({
    flags: program.readUInt32LE(at + 4),
    offset: word(at + 8),
    address: word(at + 16),
    size: word(at + 32),
  }))

test('what is not written to begins in the file and in memory alike, by 2 MiB', (t) => {
  const fixed = segments.filter(({ flags }) => (flags & 2) === 0)
  t.is(fixed.length, 2)
  for (const { offset, address } of fixed) t.is((address - offset) % HUGE_BYTES, 0)
})

test('each section is where its segment is', (t) => {
  const sections = list(word(40), program.readUInt16LE(60), 64).filter(
    (at) => (word(at + 8) & SHF_ALLOC) !== 0 && program.readUInt32LE(at + 4) !== SHT_NOBITS,
  )
  t.true(sections.length > 10)
  for (const at of sections) {
    const [address, offset] = [word(at + 16), word(at + 24)]
    const segment = segments.find((one) => address >= one.address && address <= one.address + one.size)
    t.is(offset, address - (segment?.address ?? 0) + (segment?.offset ?? 0))
  }
})

test('what is aligned stays as it is', (t) => {
  t.true(alignText(program).equals(program))
})
