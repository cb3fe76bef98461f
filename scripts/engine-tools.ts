/**
 * Empties texts in Bun that only its own tools read: documentation of lint rules, TypeScript's libraries, modules for browsers, and
 * completions of shells. They are 1 MB of the image that a node pulls, since they are compressed already. The executable cannot act as
 * `bun`, because `BUN_BE_BUN` is hidden from it (`engine-environment.ts`).
 */
import { zstdDecompressSync } from 'node:zlib'

/** The beginning of each text after decompression. */
const TEXTS: Readonly<Record<string, RegExp>> = {
  'documentation of lint rules': /^\0bun-test\/consistent-test-filename\n/,
  'options of lint rules': /^@typescript-eslint\/array-type\t/,
  'messages of lint rules': /^Define a getter for this property\n/,
  'reader of the lint configuration': /^\/\/ -+ paths -+\n/,
  'reader of the fmt configuration': /^\/\/ The first part of a script that runs a configuration file/,
  'libraries of TypeScript': /^\/\*! \*+\nCopyright \(c\) Microsoft Corporation/,
  'messages of TypeScript': /^1002\tE\tUnterminated string literal/,
  'names of packages': /^[^]{6}a-big-triangle/,
  'modules of Node for browsers': /^var (?:__create=Object\.create;var\{getPrototypeOf:__getProtoOf|__commonJS=)/,
  'changes of modules in browsers': /^\(async\(B,k\)=>\{var j=new Map/,
  'pages of errors': /^(?::host\{--bun-error-color|var K,b,Te,lt|var K=new TextDecoder;class O\{view)/,
  'completion of shells': /^(?:#\/usr\/bin\/env bash\n|# This is terribly complicated\n|#compdef bun\n)/,
}

/** The format of a Zstandard frame (RFC 8878, 3.1.1), little-endian. Sizes are in bytes, by the bits of the header's descriptor. */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const CONTENT_SIZES = [0, 2, 4, 8]
const DICTIONARY_SIZES = [0, 1, 2, 4]
const RLE_BLOCK = 1

/** Changes the program in place. @returns the number of emptied bytes. @throws when one of the texts is missing */
export function emptyTools(program: Buffer): number {
  const missing = new Set(Object.keys(TEXTS))
  let emptied = 0
  for (let at = program.indexOf(MAGIC); at !== -1; at = program.indexOf(MAGIC, at + 1)) {
    const end = findEnd(program, at)
    const text = end === undefined ? undefined : decompress(program.subarray(at, end))
    const what = Object.entries(TEXTS).find(([, beginning]) => text !== undefined && beginning.test(text))?.[0]
    if (end === undefined || what === undefined) continue
    missing.delete(what)
    program.fill(0, at, end)
    emptied += end - at
  }
  if (missing.size > 0) throw new Error(`the base executable lacks its ${[...missing].join(', ')}`)
  return emptied
}

/** @returns undefined when the bytes are not a frame, or need a dictionary */
function decompress(frame: Buffer): string | undefined {
  try {
    return zstdDecompressSync(frame).toString('latin1')
  } catch {
    return undefined
  }
}

/** @returns the end of the frame; undefined when there is none */
function findEnd(program: Buffer, start: number): number | undefined {
  const descriptor = program[start + MAGIC.length] ?? 0
  const single = (descriptor >> 5) & 1
  const content = CONTENT_SIZES[descriptor >> 6] ?? 0
  let at = start + MAGIC.length + 1 + (1 - single) + (DICTIONARY_SIZES[descriptor & 3] ?? 0)
  at += content === 0 ? single : content
  for (let last = false; !last;) {
    if (at + 3 > program.length) return undefined
    const block = program.readUIntLE(at, 3)
    last = (block & 1) === 1
    at += 3 + (((block >> 1) & 3) === RLE_BLOCK ? 1 : block >> 3)
  }
  return at + ((descriptor >> 2) & 1) * 4
}
