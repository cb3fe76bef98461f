/** The standard streams, which the command and its wrapper share. */
import type { Library } from '../base/libc.io.ts'

const STREAMS = ['stdin', 'stdout', 'stderr'] as const

/** fcntl(2), the same number on all platforms. */
const F_GETFL = 3
const F_SETFL = 4

/**
 * Replaces `process.stdin`, `process.stdout` and `process.stderr` by stand-ins, permanently. For a process that runs a command on
 * its own streams: execa reads these properties at each call, and the runtime then makes the streams non-blocking. O_NONBLOCK
 * belongs to the open file description (fcntl(2)), so the command would fail with EAGAIN. Call this before the command starts.
 * @param library undefined on Node
 */
export function hideStreams(library: Library | undefined): void {
  const calls = library?.output()
  const modes = STREAMS.map((_, descriptor) => calls?.fcntl(descriptor, F_GETFL, 0) ?? -1)
  for (const name of STREAMS) Object.defineProperty(process, name, { value: {}, configurable: true })
  // Bun also creates a stream when its property is replaced.
  modes.forEach((mode, descriptor) => {
    if (mode !== -1) calls?.fcntl(descriptor, F_SETFL, mode)
  })
}
