/** Runs the built executable. Each test has its own directory, and its processes are killed at its end. */
import type { ExecutionContext } from 'ava'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { FlagRecord } from '../../src/flags/record.ts'
import { eventually, inTime } from './eventually.ts'
import { findProcessesIn } from './proc.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url))

/** The built executable, or the same program on Node, as the npm package runs it. */
export type Runtime = 'executable' | 'node'

const PROGRAMS: Readonly<Record<Runtime, readonly string[]>> = {
  executable: [join(ROOT, 'dist/entrypoint')],
  node: [process.execPath, join(ROOT, 'cmd/entrypoint.ts')],
}

export interface StartOptions {
  readonly runtime?: Runtime
  /** The whole environment; undefined: only PATH. */
  readonly env?: Readonly<Record<string, string>>
  /** A command before the program that runs its arguments at its end. */
  readonly prefix?: readonly string[]
  /** The descriptors from 3 on. */
  readonly descriptors?: readonly number[]
  readonly uid?: number
}

export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly bytes: Buffer
}

export interface Wrapper {
  readonly pid: number
  readonly stdin: Writable
  /** The output so far. */
  stdout(): string
  stderr(): string
  signal(signal: NodeJS.Signals | number): void
  /** Resolves at its end, with all output. Processes that keep its stdout or stderr open delay it. */
  readonly end: Promise<End>
  /** Resolves at the end of the wrapper itself. Its child processes may continue. */
  readonly gone: Promise<Pick<End, 'code' | 'signal'>>
}

export interface Stage {
  readonly dir: string
  path(name: string): string
  has(name: string): boolean
  read(name: string): string
  /** Returns the record of a flag file; undefined while the file does not exist. */
  record(name: string): Partial<FlagRecord> | undefined
  /** Writes a file atomically, and makes its directories. */
  write(name: string, content?: string): void
  start(words: readonly string[], options?: StartOptions): Wrapper
  run(words: readonly string[], options?: StartOptions): Promise<End>
  /** Starts a wrapper with the options for the run directory `run` and its name. */
  member(name: string, words: readonly string[], options?: StartOptions): Wrapper
  /** Waits until a file exists. */
  appears(name: string): Promise<unknown>
}

/** @param t at the end of this test the processes are killed and the directory is removed */
export function openStage(t: ExecutionContext): Stage {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-'))
  // Some processes run as another user.
  chmodSync(dir, 0o777)
  t.teardown(async () => {
    await eventually(`no process left in ${dir}`, () => {
      const left = findProcessesIn(dir)
      for (const pid of left) kill(pid, 'SIGKILL')
      return left.length === 0
    })
    rmSync(dir, { recursive: true, force: true })
  })
  const path = (name: string) => join(dir, name)
  const start = (words: readonly string[], options: StartOptions = {}) => startProgram(dir, words, options)
  return {
    dir,
    path,
    has: (name) => existsSync(path(name)),
    read: (name) => readFileSync(path(name), 'utf8'),
    record: (name) =>
      existsSync(path(name)) ? (JSON.parse(readFileSync(path(name), 'utf8')) as FlagRecord) : undefined,
    write(name, content = '{}\n') {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(`${name}.new`), content)
      renameSync(path(`${name}.new`), path(name))
    },
    start,
    run: (words, options) => start(words, options).end,
    member: (name, words, options) => start(['--run-dir', path('run'), '--name', name, ...words], options),
    appears: (name) => eventually(`${name} is there`, () => existsSync(path(name))),
  }
}

function startProgram(cwd: string, words: readonly string[], options: StartOptions): Wrapper {
  const { runtime = 'executable', env = { PATH: process.env['PATH'] ?? '' }, prefix = [], descriptors = [] } = options
  const [program = '', ...rest] = [...prefix, ...PROGRAMS[runtime], ...words]
  // execa is not used, since it does not report the end of a process while orphans keep its output open.
  const child = spawn(program, rest, {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  }) as ChildProcessWithoutNullStreams
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  // A command that has ended no longer reads its input.
  child.stdin.on('error', () => {})
  const exit = Promise.withResolvers<Pick<End, 'code' | 'signal'>>()
  const close = Promise.withResolvers<End>()
  child.once('exit', (code, signal) => exit.resolve({ code, signal }))
  child.once('close', (code, signal) => {
    close.resolve({ code, signal, stdout: stdout().toString(), stderr: stderr().toString(), bytes: stdout() })
  })
  const pid = child.pid ?? 0
  const explain = () => `${words.join(' ')}\nstdout: ${stdout().toString()}\nstderr: ${stderr().toString()}`
  return {
    pid,
    stdin: child.stdin,
    stdout: () => stdout().toString(),
    stderr: () => stderr().toString(),
    signal: (signal) => kill(pid, signal),
    get end() {
      return inTime('its end', close.promise, explain)
    },
    get gone() {
      return inTime('its exit', exit.promise, explain)
    },
  }
}

function collect(stream: Readable): () => Buffer {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Uint8Array) => chunks.push(Buffer.from(chunk)))
  return () => Buffer.concat(chunks)
}

/** Sends a signal. A missing process is no error. */
export function kill(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Returns the lines of a wrapper without the time and its name. */
export function readEvents(stderr: string): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\S+Z entrypoint(?: \S+)?: /, ''))
}

/** A command that prints `ready`, and then the name of every signal it gets. SIGTERM ends it with 0. */
export const ECHO_SIGNALS: readonly string[] = [process.execPath, join(FIXTURES, 'echo-signals.mjs')]

/** A command that runs its arguments with blocked and ignored signals, as some parent processes leave them. */
export const MASK_SIGNALS: readonly string[] = [join(ROOT, 'node_modules/.bin/bun'), join(FIXTURES, 'mask-signals.mjs')]

/** Returns the words of a shell command. */
export function sh(script: string, ...words: readonly string[]): readonly string[] {
  return ['sh', '-c', script, 'sh', ...words]
}

/** Returns the exit code of a shell for a command that a signal ended. */
export function codeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
