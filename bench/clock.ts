/** CLOCK_MONOTONIC itself: Bun's `process.hrtime` counts from its own start, and `stamp` runs in another process. */
import { dlopen, ptr } from 'bun:ffi'

const CLOCK_MONOTONIC = 1

const libc = dlopen('libc.so.6', { clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' } }).symbols
/** struct timespec: seconds, nanoseconds. */
const timespec = new BigInt64Array(2)
const timespecAt = ptr(timespec)

/** @returns ns. */
export function readClock(): bigint {
  libc.clock_gettime(CLOCK_MONOTONIC, timespecAt)
  const [seconds = 0n, nanoseconds = 0n] = timespec
  return seconds * 1_000_000_000n + nanoseconds
}

/** @param from an earlier reading of the clock, ns. @returns ms. */
export function msBetween(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6
}
