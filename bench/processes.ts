/** Starting processes, knowing what they do, and leaving none behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSince, isWatching, listDescendants, readThreads } from './proc.ts'

export interface Process {
  readonly pid: number
  readonly ended: Promise<End>
}

interface End {
  /** null after a signal. */
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

/** Only these may be killed: the system may have reused the ID of a process that has ended. */
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

/** Kills it and all that it has started, and returns when it is gone. */
export async function endProcess({ pid, ended }: Process): Promise<void> {
  if (running.has(pid)) killTree(pid)
  await ended
}

/** For the end of the bench, however it comes; synchronous, since there may be no later. */
export function killProcesses(): void {
  for (const pid of running) killTree(pid)
}

/** Descendants are found before their parent is killed: after that nothing leads to them. */
function killTree(pid: number): void {
  for (const victim of [pid, ...listDescendants(pid)]) {
    try {
      process.kill(victim, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

/** @param what completes "… did not within 30 s", the error when it does not come true. */
export async function waitUntil(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`${what} did not within ${PATIENCE_MS / 1000} s`)
    await delay(LOOK_MS)
  }
}

/**
 * Returns when the process is at rest: all its threads sleep, and none has run since the last look.
 * @param watching it must hold an inotify watch too, so that it rests because it waits and not before it has begun.
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
