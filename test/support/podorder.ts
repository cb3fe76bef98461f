/** Runs the built `podorder`. Each test has its own directory and TMPDIR, which are removed at its end. */
import type { ExecutionContext } from 'ava'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, inTime } from './eventually.ts'
import { findProcessesIn } from './proc.ts'

const PODORDER = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

export interface RunEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A line of `--json`. */
export interface RunLine {
  readonly at: string
  readonly event: string
  readonly container?: string
  readonly line?: string
  readonly stream?: string
  readonly phase?: string
  readonly killedAfterMs?: number
  readonly exitCode?: number
  readonly reason?: string
  readonly restarts?: number
  readonly afterMs?: number
  readonly waitingFor?: readonly string[]
  readonly waitedFor?: string
  readonly message?: string
}

export interface Running {
  readonly pid: number
  stdout(): string
  /** Returns the lines of `--json` so far. */
  lines(): readonly RunLine[]
  signal(signal: NodeJS.Signals): void
  /** Closes the reading end of its stdout. */
  closeStdout(): void
  readonly end: Promise<RunEnd>
}

export interface Place {
  readonly dir: string
  /** The TMPDIR, in which `podorder run` makes its directories. */
  readonly temporary: string
  path(name: string): string
  write(name: string, content: string): string
  has(name: string): boolean
  read(name: string): string
  start(
    args: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>>; readonly uid?: number },
  ): Running
  run(
    args: readonly string[],
    options?: { readonly env?: Readonly<Record<string, string>>; readonly uid?: number; readonly stdin?: string },
  ): Promise<RunEnd>
  /** Fails if a process or a file of a run is left. */
  assertClean(): Promise<void>
}

/** @param t the place is removed when this test ends */
export function openPlace(t: ExecutionContext): Place {
  const dir = mkdtempSync(join(tmpdir(), 'run-test-'))
  const temporary = join(dir, 'tmp')
  mkdirSync(temporary)
  for (const path of [dir, temporary]) chmodSync(path, 0o777)
  const runs: Running[] = []
  t.teardown(async () => {
    for (const run of runs) run.signal('SIGKILL')
    await eventually('nothing runs in the place', () => {
      const left = findProcessesIn(dir)
      for (const pid of left) process.kill(pid, 'SIGKILL')
      return left.length === 0
    })
    rmSync(dir, { recursive: true, force: true })
  })

  const start: Place['start'] = (args, { env = {}, uid } = {}) => launch(args, env, uid, undefined)

  function launch(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    uid: number | undefined,
    stdin: string | undefined,
  ): Running {
    const child = spawn(PODORDER, args, {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '', HOME: dir, TMPDIR: temporary, ...env },
      stdio: 'pipe',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (piece: string) => (output[stream] += piece))
    }
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    const end = new Promise<RunEnd>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, ...output }))
    })
    const running: Running = {
      pid: child.pid ?? -1,
      stdout: () => output.stdout,
      lines: () => readLines(output.stdout),
      signal: (signal) => void child.kill(signal),
      closeStdout: () => child.stdout.destroy(),
      get end() {
        return inTime(`the end of podorder ${args.join(' ')}`, end, () => JSON.stringify(output))
      },
    }
    runs.push(running)
    return running
  }

  return {
    dir,
    temporary,
    path: (name) => join(dir, name),
    write(name, content) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), content)
      return name
    },
    has: (name) => existsSync(join(dir, name)),
    read: (name) => readFileSync(join(dir, name), 'utf8'),
    start,
    run: (args, { env = {}, uid, stdin } = {}) => launch(args, env, uid, stdin).end,
    async assertClean() {
      t.deepEqual(readdirSync(temporary), [], 'a temporary directory is left')
      await eventually('no process is left', () => findProcessesIn(dir).length === 0)
    },
  }
}

/** Reads complete lines only, since the last one may not be complete yet. */
export function readLines(stdout: string): readonly RunLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RunLine)
}

export interface PodParts {
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
  /** The containers by name: a script for `sh -c`, or the fields of the container. */
  readonly containers: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>
}

/** Writes a manifest in JSON, which is also YAML. */
export function writePod({ annotations = {}, spec = {}, containers }: PodParts): string {
  const list = Object.entries(containers).map(([name, what]) => {
    return { name, image: 'none', ...(typeof what === 'string' ? { command: ['sh', '-c', what] } : what) }
  })
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'test',
      annotations: Object.fromEntries(Object.entries(annotations).map(([name, text]) => [`podorder.io/${name}`, text])),
    },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 10, ...spec, containers: list },
  }
  return JSON.stringify(pod, undefined, 2)
}
