/** Runs programs on a separate terminal, which script(1) makes. stty(1) sets its size. */
import type { ExecutionContext } from 'ava'
import { type ChildProcess, spawn } from 'node:child_process'
import { inTime } from './eventually.ts'
import { createScreen } from './screen.ts'

export interface OnTerminal {
  readonly pid: number
  /** The lines that the terminal shows now. */
  lines(): readonly string[]
  /** The complete output. */
  written(): string
  /** Writes input, as if it were typed. */
  type(text: string): void
  /** Resolves with the exit code. */
  readonly end: Promise<number | null>
}

export interface TerminalOptions {
  readonly cwd: string
  readonly rows: number
  readonly columns: number
  readonly env?: Readonly<Record<string, string>>
  /** A command line of sh that runs at the same time on the same terminal. */
  readonly beside?: string
}

/** @param words a command line of sh, with quotes if needed */
export function startOnTerminal(t: ExecutionContext, words: string, options: TerminalOptions): OnTerminal {
  const { cwd, rows, columns, env = {}, beside } = options
  const screen = createScreen(columns)
  let written = ''
  const aside = beside === undefined ? '' : `(${beside}) & `
  const command = `stty rows ${rows} cols ${columns}; ${aside}exec ${words}`
  const child: ChildProcess = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    written += piece
    screen.write(piece)
  })
  const end = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    pid: child.pid ?? -1,
    lines: () => screen.lines(),
    written: () => written,
    type: (text) => void child.stdin?.write(text),
    end: inTime(`the end of ${words}`, end, () => written),
  }
}
