/** The standard streams, which the command shares with its wrapper. */
import type { Library } from '../base/libc.io.ts'

const STREAMS = ['stdin', 'stdout', 'stderr'] as const

/** fcntl(2), the same number on all platforms. */
const F_GETFL = 3
const F_SETFL = 4

/**
 * Puts stand-ins in the places of `process.stdin`, `process.stdout` and `process.stderr`, for good. For a process that runs a command
 * on its own streams: execa looks at these at each call, and the runtime then makes the streams non-blocking. O_NONBLOCK belongs to
 * the open file description (fcntl(2)), so that the command would fail with EAGAIN. To be called before the command starts.
 * @param library undefined on Node
 */
export function hideStreams(library: Library | undefined): void {
  const calls = library?.output()
  const modes = STREAMS.map((_, descriptor) => calls?.fcntl(descriptor, F_GETFL, 0) ?? -1)
  for (const name of STREAMS) Object.defineProperty(process, name, { value: {}, configurable: true })
  // Bun makes a stream when its property is replaced, too.
  modes.forEach((mode, descriptor) => {
    if (mode !== -1) calls?.fcntl(descriptor, F_SETFL, mode)
  })
}
