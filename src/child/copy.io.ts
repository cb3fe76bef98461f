/** A copy of a stream: every chunk is written to our own descriptor and appended to a file (`--stdout-path`). */
import { closeSync, constants, mkdirSync, openSync, write } from 'node:fs'
import type { Sink } from './child.ts'

const { O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants
const APPENDING = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY

/** Creates the parent directories. @throws the system's error when the file cannot be opened */
export async function openCopy(path: string, descriptor: 1 | 2): Promise<Sink> {
  mkdirSync(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true })
  // A pipe without a reader is an error, and opening it does not block.
  const file = openSync(path, APPENDING, 0o644)
  return {
    async take(chunk) {
      await Promise.all([writeAll(descriptor, chunk), writeAll(file, chunk)])
    },
    close: () => closeSync(file),
  }
}

/** A closed pipe (EPIPE) or a full disk must not stop the command; the other copy continues. */
async function writeAll(descriptor: number, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    const written = await new Promise<number | 'again' | 'lost'>((resolve) => {
      write(descriptor, chunk, offset, chunk.length - offset, null, (error, bytes) => {
        resolve(error === null ? bytes : error.code === 'EAGAIN' ? 'again' : 'lost')
      })
    })
    if (written === 'lost') return
    // Another process has made the descriptor non-blocking, and its reader is slow.
    if (written === 'again') await new Promise((resolve) => setTimeout(resolve, 5))
    else offset += written
  }
}
