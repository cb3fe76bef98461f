/** Standard output and error, of the workstation's CLI. */
import type { Terminal } from '../src/run/ports.ts'
import { codeOf } from '../src/base/system-error.ts'
import { isCapable, wantsColour } from '../src/base/palette.ts'

const DEFAULT_COLUMNS = 80

export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process
  let closed: { readonly error: Error | undefined } | undefined
  let tell = (_error: Error | undefined): void => {}
  const close = (error: Error): void => {
    if (closed !== undefined) return
    closed = { error: hasLeft(error) ? undefined : error }
    tell(closed.error)
  }
  // Without a listener EPIPE would end us in the middle of things.
  stdout.on('error', close)
  stderr.on('error', () => {})
  return {
    write(text) {
      if (closed !== undefined || text === '') return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      const written = stdout.write(text, (error) => {
        if (error) close(error)
        resolve()
      })
      return written ? undefined : promise
    },
    complain: (line) => void stderr.write(`${line}\n`),
    columns: () => (stdout.isTTY ? stdout.columns || DEFAULT_COLUMNS : undefined),
    rows: () => (stdout.isTTY && isCapable(env) ? stdout.rows : undefined),
    coloured: wantsColour(env, stdout.isTTY),
    onClosed(callback) {
      tell = callback
      if (closed !== undefined) callback(closed.error)
    },
  }
}

/**
 * That a reader has seen enough, as head has, is no error.
 * @returns when all of it has gone out; rejects with the system's error
 */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && !hasLeft(error)) reject(error)
      else resolve()
    })
  })
}

function hasLeft(error: Error): boolean {
  return codeOf(error) === 'EPIPE'
}
