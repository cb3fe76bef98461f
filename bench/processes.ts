/** Starts processes, waits for their states, and ends all of them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSince, isWatching, listDescendants, readThreads } from './proc.ts'

export interface Process {
  readonly pid: number
  readonly ended: Promise<End>
}

interface End {
  /** The exit code; null after a signal. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Start {
  readonly stdout?: 'pipe' | 'ignore'
  readonly stderr?: 'pipe' | 'ignore'
}

const LOOK_MS = 20
const PATIENCE_MS = 30_000

/** The processes that run. No others are killed, since the kernel may reuse the ID of an ended process. */
const running = new Set<number>()

export async function startProcess(
  [program, ...args]: readonly [string, ...string[]],
  { stdout = 'ignore', stderr = 'ignore' }: Start = {},
): Promise<Process> {
  const child = spawn(program, args, { stdio: ['ignore', stdout, stderr] })
  const { pid } = child
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error]
    throw error
  }
  running.add(pid)
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = new Promise<End>((resolve) => {
    child.once('exit', () => running.delete(pid))
    child.once('close', (code) => resolve({ code, ...output }))
  })
  return { pid, ended }
}

/** Kills a process with its descendants. Returns when it has ended. */
export async function endProcess({ pid, ended }: Process): Promise<void> {
  if (running.has(pid)) killTree(pid)
  await ended
}

/** Kills all processes at the end of the bench. It is synchronous, since it runs in the handler of the exit. */
export function killProcesses(): void {
  for (const pid of running) killTree(pid)
}

/** Kills a process with its descendants, which are listed first. They cannot be found after the end of their parent. */
function killTree(pid: number): void {
  for (const victim of [pid, ...listDescendants(pid)]) {
    try {
      process.kill(victim, 'SIGKILL')
    } catch {
      // The process has ended by itself.
    }
  }
}

/** Waits until a condition is true. @param what the beginning of the error "… did not within 30 s" */
export async function waitUntil(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`${what} did not within ${PATIENCE_MS / 1000} s`)
    await delay(LOOK_MS)
  }
}

/**
 * Waits until a process is at rest: all its threads sleep, and none has run since the last look.
 * @param watching whether it must also have an inotify watch, which shows that it waits and has not only just begun
 */
export async function waitUntilIdle(pid: number, { watching }: { readonly watching: boolean }): Promise<void> {
  let before = readThreads(pid)
  await delay(LOOK_MS)
  await waitUntil(`process ${pid} was to come to rest and`, () => {
    const after = readThreads(pid)
    const idle =
      after.length === before.length && after.every(({ sleeping }) => sleeping) && cpuSince(before, after) === 0
    before = after
    return idle && (!watching || isWatching(pid))
  })
}
