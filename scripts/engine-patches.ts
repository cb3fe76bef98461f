/**
 * Patches of the base executable, Bun, so that a wrapper uses less memory and CPU. Bun and JavaScriptCore have options for all of them,
 * but only as environment variables, and the environment of a container belongs to its application.
 *
 * Each patch names bytes that must be in the file exactly once. Otherwise the build fails, and the patch must be adapted to the
 * disassembly of the new Bun. The places are those where `BUN_JSC_<option>` and `BUN_GC_TIMER_DISABLE` are read or get their default.
 */
import type { Target } from './target.ts'

export interface Change {
  readonly what: string
  /** A NUL-terminated text of the program that must be there exactly once. `pattern` gets its address. */
  readonly literal?: string
  /** The bytes that must be there exactly once, in hexadecimal. `..` stands for any byte. */
  readonly pattern: string | ((address: number) => string)
  /** The position in the pattern that `bytes` replace. */
  readonly at: number
  readonly bytes: readonly number[]
}

/**
 * The address of the read-only segment, which is the first in the file. Each build checks it, since it finds the addresses of literals
 * in the code.
 */
const IMAGE_BASE = 0x20_0000

/**
 * Options of mimalloc, a table of value, state, number, name and older name that is the same on both machines.
 * scavenger = 0: no thread that gives freed memory back starts at the first pause. Allocation and `purge_delay` still give it back.
 * use_numa_nodes = 1: no start counts the nodes in /sys. No memory is placed by node.
 */
const OPTIONS: readonly Change[] = [
  {
    what: 'scavenger (option 49 of mimalloc): 1, before option 50: 1',
    pattern: `${optionOf(1, 49)} ${'..'.repeat(8)} ${'00'.repeat(8)} ${optionOf(1, 50)}`,
    at: 0,
    bytes: [0],
  },
  {
    what: 'use_numa_nodes (option 16 of mimalloc): 0, after option 15: 100',
    pattern: `${optionOf(100, 15)} ${'..'.repeat(16)} ${optionOf(0, 16)}`,
    at: 32,
    bytes: [1],
  },
]

/**
 * numberOfGCMarkers = 1: otherwise every wrapper starts min(8, CPUs) - 1 threads of 70 to 80 KiB to collect a heap of 2 MiB.
 * warmUpMarkedBlockStartAfterBlocks, by default 64, exceeds any heap here: no thread keeps a store of 32 blocks of 16 KiB.
 * BUN_GC_TIMER_DISABLE counts as set: no timer asks each second whether to collect. Allocations still start collections.
 * ensureMegamorphicCache(), which writes zeros to 140 KiB, is not called at every start. Compiled code makes the cache if needed.
 * MI_MAX_EXTEND_SIZE, by which mimalloc divides memory into blocks, is 1 KiB instead of 8: it writes to each block, and most sizes of
 * blocks are asked for only a few times.
 */
const CHANGES: Readonly<Record<Target['name'], readonly Change[]>> = {
  amd64: [
    ...OPTIONS,
    {
      what: 'numberOfGCMarkers: cmp eax, 2; mov ecx, 1; cmovge ecx, eax; cmp ecx, 8; cmovge ecx, r12d',
      pattern: '83f802 b901000000 0f4dc8 83f908 410f4dcc',
      at: 8,
      // nop dword [rax]
      bytes: [0x0f, 0x1f, 0x00],
    },
    {
      what: 'warmUpMarkedBlockCount and …StartAfterBlocks: movabs rax, 64 << 32 | 32',
      pattern: '48b8 20000000 40000000',
      at: 6,
      bytes: [0xff, 0xff, 0xff, 0x7f],
    },
    {
      what: 'BUN_GC_TIMER_DISABLE: mov edi, its address; call getenv; test rax, rax; je +0x27',
      literal: 'BUN_GC_TIMER_DISABLE',
      pattern: (address) => `bf${hexOf(address)} e8........ 4885c0 7427`,
      at: 14,
      // je to the branch for values that are longer than any word for false.
      bytes: [0x5c],
    },
    {
      what: 'ensureMegamorphicCache(): and rax, ~3; mov rdi, rbx; lea rsi, [rbx + 0x1a840]; call [rax]; jmp -0x37d',
      pattern: '4883e0fc 4889df 488db340a80100 ff10 e983fcffff',
      at: 0,
      // jmp to the target of the jmp that ends the pattern.
      bytes: [0xe9, 0x93, 0xfc, 0xff, 0xff],
    },
    {
      what: 'MI_MAX_EXTEND_SIZE: cmp rbx, 0x1fff; ja +0xd; mov ax, 0x2000; xor edx, edx; div bx',
      pattern: '4881fbff1f0000 770d 66b80020 31d2 66f7f3',
      at: 3,
      // cmp rbx, 0x3ff; ja +0xd; mov ax, 0x400
      bytes: [0xff, 0x03, 0x00, 0x00, 0x77, 0x0d, 0x66, 0xb8, 0x00, 0x04],
    },
  ],
  arm64: [
    ...OPTIONS,
    {
      what: 'numberOfGCMarkers: csinc w9, w0, wzr, gt; cmp w9, #8',
      pattern: '09c49f1a 3f210071',
      at: 0,
      // mov w9, #1
      bytes: [0x29, 0x00, 0x80, 0x52],
    },
    {
      what: 'warmUpMarkedBlockCount and …StartAfterBlocks: mov x9, #32; movk x9, #64, lsl #32',
      pattern: '090480d2 0908c0f2',
      at: 6,
      // lsl #48
      bytes: [0xe0],
    },
    {
      what: 'BUN_GC_TIMER_DISABLE: add x0, x0, low 12 bits of its address; bl getenv; cbz x0, +0x48; str x0, [x29, #24]',
      literal: 'BUN_GC_TIMER_DISABLE',
      pattern: (address) => `${hexOf(0x9100_0000 + (address % 4096) * 1024)} ........ 400200b4 a00f00f9`,
      at: 8,
      // cbz x0 to the branch for values that are not a word for false.
      bytes: [0xc0, 0x04, 0x00, 0xb4],
    },
    {
      what: 'ensureMegamorphicCache(): and x8, x8, #~3; add x1, x26, #368; mov x0, x19; ldr x8, [x8]; blr x8; b -0xbc0',
      pattern: '08f57e92 41c30591 e00313aa 080140f9 00013fd6 10fdff17',
      at: 0,
      // b to the target of the b that ends the pattern.
      bytes: [0x15, 0xfd, 0xff, 0x17],
    },
    {
      what: 'MI_MAX_EXTEND_SIZE, up to which size of blocks: lsr x10, x19, #13; cbz x10, +0x14; mov w10, #1; b +0x18',
      pattern: '6afe4dd3 aa0000b4 2a008052 06000014',
      at: 0,
      // lsr x10, x19, #10
      bytes: [0x6a, 0xfe, 0x4a, 0xd3],
    },
    {
      what: 'MI_MAX_EXTEND_SIZE: and w10, w19, #0xffff; mov w11, #0x2000; udiv w10, w11, w10',
      pattern: '6a3e0012 0b008452 6a09ca1a',
      at: 4,
      // mov w11, #0x400
      bytes: [0x0b, 0x80, 0x80, 0x52],
    },
  ],
}

/** @returns the first bytes of an entry of mimalloc's table, in hexadecimal. State 0: the environment was not asked yet. */
function optionOf(value: number, number: number): string {
  return `${hexOf(value)} 00000000 00000000 ${hexOf(number)}`
}

/** Changes the program in place. @throws when one of the places is not there exactly once */
export function patchEngine(program: Buffer, target: Target['name']): void {
  for (const change of CHANGES[target]) applyOnce(program, change)
}

/** Applies one patch in place. @throws when its place is not there exactly once */
export function applyOnce(program: Buffer, { what, literal, pattern, at, bytes }: Change): void {
  const wanted =
    typeof pattern === 'string' ? pattern : pattern(literal === undefined ? 0 : findLiteral(program, literal))
  program.set(bytes, findOnce(program, wanted, what) + at)
}

/** @returns the address of the text in memory. @throws when it is not there exactly once */
function findLiteral(program: Buffer, literal: string): number {
  return IMAGE_BASE + 1 + findOnce(program, Buffer.from(`\0${literal}\0`).toString('hex'), literal)
}

function findOnce(program: Buffer, pattern: string, what: string): number {
  const [place, ...others] = findAll(program, pattern)
  if (place !== undefined && others.length === 0) return place
  throw new Error(`the base executable has "${what}" ${place === undefined ? 'not at all' : 'more than once'}`)
}

function hexOf(word: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(word)
  return bytes.toString('hex')
}

function findAll(program: Buffer, pattern: string): readonly number[] {
  const wanted = (pattern.replaceAll(' ', '').match(/../g) ?? []).map((byte) =>
    byte === '..' ? -1 : parseInt(byte, 16),
  )
  // A search for the longest part without a gap takes only milliseconds.
  const { start, part } = findLongestPart(wanted)
  const found: number[] = []
  for (let at = program.indexOf(part); at !== -1; at = program.indexOf(part, at + 1)) {
    const first = at - start
    if (wanted.every((byte, index) => byte === -1 || program[first + index] === byte)) found.push(first)
  }
  return found
}

function findLongestPart(wanted: readonly number[]): { readonly start: number; readonly part: Buffer } {
  let longest = { start: 0, part: Buffer.alloc(0) }
  for (let start = 0; start < wanted.length; start++) {
    const end = wanted.indexOf(-1, start)
    const part = Buffer.from(wanted.slice(start, end === -1 ? undefined : end))
    if (part.length > longest.part.length) longest = { start, part }
  }
  return longest
}
