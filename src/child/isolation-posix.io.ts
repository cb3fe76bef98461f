/** What a command is cut off from: its standard input, and the network. */
import type { Library } from '../base/libc.io.ts'

const O_RDONLY = 0
const CLONE_NEWNET = 0x40000000
const EPERM = 1

/** The lowest free descriptor is the one that has just been closed. */
export function emptyStdin(c: Library): void {
  c.close(0)
  c.open(Buffer.from('/dev/null\0'), O_RDONLY, 0)
}

/**
 * A network of its own for this thread, and for what it starts: not even loopback is up in it. unshare(2) asks for
 * CAP_SYS_ADMIN. A user namespace, which would give that, is closed to a process of several threads.
 * @returns why it could not
 */
export async function dropNetwork(c: Library): Promise<string | undefined> {
  const { dlopen } = await import('bun:ffi')
  const { unshare } = dlopen('libc.so.6', { unshare: { args: ['i32'], returns: 'i32' } }).symbols
  if (unshare(CLONE_NEWNET) === 0) return undefined
  const errno = c.errno()
  return errno === EPERM
    ? 'TEKTON_HERMETIC=1 takes CAP_SYS_ADMIN in the step’s securityContext (unshare: EPERM)'
    : `unshare: errno ${errno}`
}
