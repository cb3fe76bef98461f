import test from 'ava'
import * as fc from 'fast-check'
import { createPad, MAX_DIRECTORY, type Patch, type ReadAt, relocate } from '../../src/install/elf.ts'

const PT = { load: 1, dynamic: 2, interp: 3 } as const
const DT = { null: 0n, strtab: 5n, rpath: 15n, debug: 21n, runpath: 29n } as const
const BASE = 0x40_0000n
const STRTAB = BASE + 0x123n
const DATA_FLAGS = 6
const OLD_LOADER = '/lib64/ld-linux-x86-64.so.2\0'
const AT = { interp: 0x400, dynamic: 0x500, data: 0x1000 } as const

interface Shape {
  /** What lies in front of the pad, in the writable segment. */
  readonly before?: Uint8Array
  readonly pad?: Uint8Array
  readonly tags?: readonly bigint[]
  readonly segments?: readonly (typeof PT)[keyof typeof PT][]
}

/** The least that is an executable as a linker and Bun make it; what is at offset n is mapped at BASE + n. */
function makeImage({ before = new Uint8Array(), pad = createPad(), tags, segments }: Shape = {}): Uint8Array {
  const size = AT.data + before.length + pad.length
  const image = new Uint8Array(size)
  const fields = new DataView(image.buffer)
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
  const headers = [
    { type: PT.interp, flags: 4, offset: AT.interp, size: OLD_LOADER.length },
    { type: PT.load, flags: 5, offset: 0, size: AT.data },
    { type: PT.load, flags: DATA_FLAGS, offset: AT.data, size: size - AT.data },
    { type: PT.dynamic, flags: DATA_FLAGS, offset: AT.dynamic, size: 0x100 },
  ].filter(({ type }) => segments?.includes(type) ?? true)
  fields.setBigUint64(32, 64n, true)
  fields.setUint16(54, 56, true)
  fields.setUint16(56, headers.length, true)
  for (const [index, { type, flags, offset, size: length }] of headers.entries()) {
    const at = 64 + index * 56
    fields.setUint32(at, type, true)
    fields.setUint32(at + 4, flags, true)
    for (const [word, value] of [offset, BASE + BigInt(offset), 0, length, length].entries()) {
      fields.setBigUint64(at + 8 + word * 8, BigInt(value), true)
    }
  }
  image.set(new TextEncoder().encode(OLD_LOADER), AT.interp)
  for (const [index, tag] of (tags ?? [DT.strtab, DT.debug, DT.null]).entries()) {
    fields.setBigUint64(AT.dynamic + index * 16, tag, true)
    fields.setBigUint64(AT.dynamic + index * 16 + 8, tag === DT.strtab ? STRTAB : 0n, true)
  }
  image.set(before, AT.data)
  image.set(pad, AT.data + before.length)
  return image
}

function readerOf(image: Uint8Array): ReadAt {
  return (offset, length) => image.slice(offset, offset + length)
}

/** @throws when it cannot be relocated */
function relocated(image: Uint8Array, directory: string): Uint8Array {
  const patches = relocate(readerOf(image), directory)
  if ('problem' in patches) throw new Error(patches.problem)
  const copy = image.slice()
  for (const { offset, bytes } of patches) copy.set(bytes, offset)
  return copy
}

/** What the kernel and the loader find in it. */
function load(image: Uint8Array): { readonly loader: string; readonly search: string } {
  const fields = new DataView(image.buffer)
  const text = (offset: number) => new TextDecoder().decode(image.subarray(offset, image.indexOf(0, offset)))
  const word = (offset: number) => fields.getBigUint64(offset, true)
  const [start, address, length] = [word(64 + 8), word(64 + 16), word(64 + 32)]
  const loader = text(Number(start))
  if (address !== BASE + start || image[Number(start + length) - 1] !== 0) throw new Error('PT_INTERP is torn')
  if (new TextEncoder().encode(loader).length + 1 !== Number(length)) throw new Error('PT_INTERP has a wrong length')
  const entry = [0, 1, 2, 3].map((index) => AT.dynamic + index * 16).find((at) => word(at) === DT.rpath)
  if (entry === undefined) throw new Error('no DT_RPATH')
  return { loader, search: text(Number(BigInt.asUintN(64, STRTAB + word(entry + 8)) - BASE)) }
}

const directory = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  .map((text) => `/${text.replaceAll('\0', '')}`)
  .filter((text) => new TextEncoder().encode(text).length <= MAX_DIRECTORY)
const LONGEST = `/${'x'.repeat(MAX_DIRECTORY - 1)}`

test('the kernel finds the loader in the directory, and the loader its libraries', (t) => {
  fc.assert(
    fc.property(fc.oneof(directory, fc.constant(LONGEST)), (to) => {
      t.deepEqual(load(relocated(makeImage(), to)), { loader: `${to}/lib/ld.so`, search: `${to}/lib` })
    }),
  )
})

test('relocated twice is as relocated once, to a shorter or a longer directory', (t) => {
  fc.assert(
    fc.property(fc.oneof(directory, fc.constant(LONGEST)), directory, (first, second) => {
      const image = makeImage()
      t.deepEqual(relocated(relocated(image, first), second), relocated(image, second))
    }),
  )
})

test('nothing else is changed', (t) => {
  const image = makeImage({ before: new Uint8Array(100).fill(7) })
  const patches = relocate(readerOf(image), '/to') as readonly Patch[]
  t.deepEqual(
    patches.map(({ offset, bytes }) => [offset, bytes.length]),
    [
      [image.length - 2017, 2017],
      [64 + 8, 40],
      [AT.dynamic + 16, 16],
    ],
  )
})

test('the pad is found wherever it lies in the segment', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 600_000 }), (length) => {
      const image = makeImage({ before: new Uint8Array(length) })
      t.is(load(relocated(image, '/to')).loader, '/to/lib/ld.so')
    }),
    { numRuns: 30, examples: [[256 * 1024 - 1], [256 * 1024 - 60], [256 * 1024], [256 * 1024 - 1000]] },
  )
})

test('the mark in code, whatever follows it, is not taken for the pad', (t) => {
  const mark = createPad().subarray(0, createPad().indexOf(0x23))
  const room = createPad().length - mark.length
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (after, zeros) => {
      const before = new Uint8Array(mark.length + room + 64).fill(zeros ? 0 : 0x23)
      before.set(mark)
      before.set([1], before.length - 100)
      before.set(after, mark.length)
      t.is(load(relocated(makeImage({ before }), '/to')).loader, '/to/lib/ld.so')
    }),
  )
})

const NO_PLACE = 'it is an ELF file, but not one of ours: it has no place for the path of a loader'
const NOT_ELF = 'it is not a 64-bit little-endian ELF file'
const NO_ENTRY = 'its dynamic section has neither DT_DEBUG nor DT_RPATH to be changed'

function changed(offset: number, byte: number): Uint8Array {
  const image = makeImage()
  image[offset] = byte
  return image
}

const FOREIGN: readonly (readonly [string, Uint8Array, string])[] = [
  ['an empty file', new Uint8Array(), NOT_ELF],
  ['a script', new TextEncoder().encode('#!/bin/sh\nexec true\n'), NOT_ELF],
  ['an ELF file for 32 bits', changed(4, 1), NOT_ELF],
  ['a big-endian one', changed(5, 2), NOT_ELF],
  ['one cut off in its header', makeImage().subarray(0, 40), NOT_ELF],
  ['one cut off in its program headers', makeImage().subarray(0, 100), 'its program headers are damaged'],
  ['one without program headers', changed(56, 0), 'its program headers are damaged'],
  ['program headers of another size', changed(54, 55), 'its program headers are damaged'],
  ['one without a pad', makeImage({ pad: new Uint8Array(4096) }), NO_PLACE],
  ['one whose pad is damaged', makeImage({ pad: createPad().subarray(1) }), NO_PLACE],
  ['one that is linked statically', makeImage({ segments: [PT.load] }), NO_PLACE],
  ['a library', makeImage({ segments: [PT.load, PT.dynamic] }), NO_PLACE],
  ['one with neither DT_DEBUG nor DT_RPATH', makeImage({ tags: [DT.strtab, DT.null, DT.debug] }), NO_ENTRY],
  ['one without a string table', makeImage({ tags: [DT.debug, DT.null] }), NO_ENTRY],
  ['one with a DT_RUNPATH', makeImage({ tags: [DT.strtab, DT.debug, DT.runpath, DT.null] }), NO_ENTRY],
]

for (const [what, image, problem] of FOREIGN) {
  test(`refused: ${what}`, (t) => t.deepEqual(relocate(readerOf(image), '/to'), { problem }))
}

test('no bytes, whatever they are, make it fail otherwise than by saying so', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(0x600), fc.nat(255)), { maxLength: 12 }), (changes) => {
      const image = makeImage()
      for (const [offset, byte] of changes) image[offset] = byte
      t.notThrows(() => relocate(readerOf(image), '/to'))
    }),
    { numRuns: 500 },
  )
})
