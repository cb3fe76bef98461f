/** Reads CLOCK_MONOTONIC. Bun's `process.hrtime` begins with its own process, and the times of `stamp` come from another process. */
import { dlopen, ptr } from 'bun:ffi'

const CLOCK_MONOTONIC = 1

const libc = dlopen('libc.so.6', { clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' } }).symbols
/** A struct timespec: seconds and nanoseconds. */
const timespec = new BigInt64Array(2)
const timespecAt = ptr(timespec)

/** @returns the time in ns */
export function readClock(): bigint {
  libc.clock_gettime(CLOCK_MONOTONIC, timespecAt)
  const [seconds = 0n, nanoseconds = 0n] = timespec
  return seconds * 1_000_000_000n + nanoseconds
}

/** Converts two readings of the clock in ns. @returns the time between them in ms */
export function msBetween(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6
}
