/** Memory with our own machine instructions, for places where JavaScript cannot run: between fork and exec, and in a signal handler. */
import type { Library } from '../base/libc.io.ts'

const PROT_READ = 1
const PROT_WRITE = 2
const PROT_EXEC = 4
const MAP_SHARED = 1
const MAP_PRIVATE = 2
const MAP_ANONYMOUS = 0x20
const PAGE = 4096
/** All addresses are lower; the error value of mmap is higher. */
const TOP = 2 ** 48

/** @returns the address of a page with these instructions, valid until the process ends; undefined where executable memory is denied */
export function loadMachineCode(c: Library, instructions: Uint8Array): number | undefined {
  const address = map(c, PAGE, MAP_PRIVATE)
  if (address === undefined) return undefined
  new Uint8Array(c.viewOf(address, PAGE)).set(instructions)
  return c.handlers().mprotect(address, PAGE, PROT_READ | PROT_EXEC) === 0 ? address : undefined
}

/** Allocates memory that a forked child shares with its parent. @returns undefined on failure */
export function shareMemory(c: Library, bytes: number): number | undefined {
  return map(c, bytes, MAP_SHARED)
}

function map(c: Library, bytes: number, kind: number): number | undefined {
  const address = c.handlers().mmap(0, bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0)
  return address > 0 && address < TOP ? address : undefined
}
