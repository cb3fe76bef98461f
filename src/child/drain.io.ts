/** Reading a pipe to its end. */
import type { Sink } from './child.ts'

/**
 * Hands a pipe's content to a sink until the last writer closes the pipe, and then closes both. Reads may block, so node:fs runs them
 * on another thread.
 */
export async function drain(descriptor: number, sink: Sink): Promise<void> {
  const { closeSync, read } = await import('node:fs')
  const chunk = new Uint8Array(65_536)
  for (;;) {
    const length = await new Promise<number>((resolve) => {
      read(descriptor, chunk, 0, chunk.length, null, (error, bytes) => resolve(error === null ? bytes : 0))
    })
    if (length === 0) break
    await sink.take(chunk.subarray(0, length))
  }
  closeSync(descriptor)
  sink.close()
}
