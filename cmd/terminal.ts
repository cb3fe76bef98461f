/** Standard output and standard error of the CLI. */
import { cite } from '../src/base/escape.ts'
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
  // Without a listener, EPIPE would end the process at once.
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
    complain: (text) => void stderr.write(`${text.split('\n').map(citeLine).join('\n')}\n`),
    columns: () => (stdout.isTTY ? stdout.columns || DEFAULT_COLUMNS : undefined),
    rows: () => (stdout.isTTY && isCapable(env) ? stdout.rows : undefined),
    coloured: wantsColour(env, stdout.isTTY),
    onClosed(callback) {
      tell = callback
      if (closed !== undefined) callback(closed.error)
    },
  }
}

/** The longest line that quotes names, messages or files from outside. */
const LONGEST_LINE = 4096

function citeLine(line: string): string {
  return cite(line, LONGEST_LINE)
}

/** UTF-16 units: avoids a second copy of a text of 50 MiB in memory. */
const WRITE_AT_ONCE = 1024 * 1024

/**
 * Writes a text to stdout. A reader that stops early, such as head, is no error.
 * @returns when all of the text has been written; rejects with the system's error
 */
export async function writeOut(text: string): Promise<void> {
  let start = 0
  do {
    const end = start + WRITE_AT_ONCE
    // Keeps a character of two units together.
    const next = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
    if (!(await writeSome(text.slice(start, next)))) return
    start = next
  } while (start < text.length)
}

/** @returns false when the reader is gone */
function writeSome(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && !hasLeft(error)) reject(error)
      else resolve(!error)
    })
  })
}

function hasLeft(error: Error): boolean {
  return codeOf(error) === 'EPIPE'
}
