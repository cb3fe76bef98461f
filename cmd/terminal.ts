/** Standard output and error, of the workstation's CLI. */
import { wantsColour } from '../src/core/palette.ts'

export interface Terminal {
  /** @returns a promise, while what is written piles up, that resolves when it has gone out. */
  write(text: string): Promise<void> | undefined
  /** For what is wrong; one line. */
  complain(line: string): void
  /** The width of stdout; undefined when it is no terminal. */
  columns(): number | undefined
  /** How many rows a terminal has that can move its cursor; undefined when stdout is none. */
  rows(): number | undefined
  readonly coloured: boolean
  /** Calls back when nobody reads stdout any more. */
  onClosed(callback: () => void): void
}

const DEFAULT_COLUMNS = 80

export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process
  let closed = false
  let tell = (): void => {}
  // Without a listener EPIPE would end us in the middle of things.
  stdout.on('error', () => {
    if (closed) return
    closed = true
    tell()
  })
  stderr.on('error', () => {})
  return {
    write(text) {
      if (closed || text === '') return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      return stdout.write(text, () => resolve()) ? undefined : promise
    },
    complain: (line) => void stderr.write(`${line}\n`),
    columns: () => (stdout.isTTY ? stdout.columns || DEFAULT_COLUMNS : undefined),
    rows: () => (stdout.isTTY && env['TERM'] !== 'dumb' ? stdout.rows : undefined),
    coloured: wantsColour(env, stdout.isTTY),
    onClosed(callback) {
      tell = callback
      if (closed) callback()
    },
  }
}

/** That a reader has seen enough, as head has, is no error. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}
