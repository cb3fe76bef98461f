/**
 * Keeps the resource limits with which a wrapper is started. Bun raises its soft limits of open files and of the stack to the hard
 * limits before podorder's code runs. The earlier values cannot be read afterwards, and the command would inherit the raised limits.
 *
 * Bun calls `setrlimit` of the C library by its name. The name is changed to `getrlimit`, which has the same length, the same symbol
 * version and the same arguments, and changes no limit.
 */
import { listHeaders, PT_LOAD } from './program-headers.ts'

const RAISES = 'setrlimit'
const ASKS = 'getrlimit'

const PT_DYNAMIC = 2
const DT_NULL = 0
const DT_STRTAB = 5
const DT_STRSZ = 10
const SIZE_ENTRY = 16

/** Changes the program in place. @throws when it does not call that function by that name */
export function keepLimits(program: Buffer): void {
  const { start, end } = findNames(program)
  const at = program.subarray(start, end).indexOf(`\0${RAISES}\0`, 0, 'latin1')
  if (at === -1) throw new Error(`the base executable does not call ${RAISES}; see what raises its limits now`)
  program.write(ASKS, start + at + 1, 'latin1')
}

/** Finds the names of dynamic symbols in the file. @throws when there are none */
function findNames(program: Buffer): { readonly start: number; readonly end: number } {
  const word = (at: number): number => Number(program.readBigUInt64LE(at))
  const headers = listHeaders(program)
  const isOf = (type: number) => (at: number) => program.readUInt32LE(at) === type
  const dynamic = headers.find(isOf(PT_DYNAMIC))
  if (dynamic === undefined) throw new Error('the base executable is not linked dynamically')
  const values = new Map<number, number>()
  for (let at = word(dynamic + 8); word(at) !== DT_NULL; at += SIZE_ENTRY) values.set(word(at), word(at + 8))
  const address = values.get(DT_STRTAB) ?? 0
  const segment = headers
    .filter(isOf(PT_LOAD))
    .find((at) => address >= word(at + 16) && address < word(at + 16) + word(at + 32))
  if (segment === undefined) throw new Error('the base executable has no names of dynamic symbols')
  const start = address - word(segment + 16) + word(segment + 8)
  return { start, end: start + (values.get(DT_STRSZ) ?? 0) }
}
