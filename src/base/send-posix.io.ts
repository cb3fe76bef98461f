/**
 * Writes to a descriptor that may have no active reader, without blocking: only the bytes that it has room for are written. The
 * descriptor's own flags stay unchanged, since the command shares it.
 */
import type { Library } from './libc.io.ts'
import { encodeForC } from './utf8.ts'

const O_WRONLY = 1
const O_NONBLOCK = 0o4000
const O_CLOEXEC = 0o2000000
const F_GETPIPE_SZ = 1032
const POLLOUT = 4
/** PIPE_BUF: a pipe that poll(2) calls writable takes this many bytes at once. */
const PIECE_BYTES = 4096
const EAGAIN = 11

/** @returns a function that writes bytes to a descriptor and returns how many were written. @throws by `fail` what the kernel refuses */
export function createSend(
  c: Library,
  fail: (errno: number) => never,
): (descriptor: number, bytes: Uint8Array) => number {
  /** By descriptor: a non-blocking descriptor of our own for the same pipe. */
  const own = new Map<number, number>()
  const question = new Int32Array(2)

  /** Reopens a pipe as non-blocking, so that another writer cannot fill it between poll and write and block us. */
  const openOwn = (descriptor: number): number => {
    if (c.output().fcntl(descriptor, F_GETPIPE_SZ, 0) <= 0) return -1
    return c.open(encodeForC(`/proc/self/fd/${descriptor}`), O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0)
  }
  const hasRoom = (descriptor: number): boolean => {
    question[0] = descriptor
    question[1] = POLLOUT
    return c.output().poll(question, 1, 0) !== 0
  }
  const put = (descriptor: number, bytes: Uint8Array): number => {
    const written = c.write(descriptor, bytes, bytes.length)
    if (written >= 0) return written
    const errno = c.errno()
    return errno === EAGAIN ? 0 : fail(errno)
  }
  return (descriptor, bytes) => {
    let unblocked = own.get(descriptor)
    if (unblocked === undefined) own.set(descriptor, (unblocked = openOwn(descriptor)))
    if (unblocked >= 0) return put(unblocked, bytes)
    let sent = 0
    while (sent < bytes.length && hasRoom(descriptor)) {
      const piece = bytes.subarray(sent, sent + PIECE_BYTES)
      const written = put(descriptor, piece)
      sent += written
      if (written < piece.length) break
    }
    return sent
  }
}
