/** Runs a container's first process on this machine, in its own session; reads its output in lines, and ends all its descendants. */
import { execa } from 'execa'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { createLineSplitter } from '../base/lines.ts'
import { findLeftovers } from './process-stat.ts'
import { hasGroup, killGroup, listProcesses, signalQuietly } from './kernel.io.ts'
import { openSurvivor } from './survivor.io.ts'
import { startTimer } from '../base/timer.ts'

export interface ProcessPlan {
  readonly argv: readonly string[]
  readonly cwd: string
  /** The whole environment, nothing is inherited; its PATH is used to find the program. */
  readonly env: Readonly<Record<string, string>>
  /** Another user; only root may set it. */
  readonly uid?: number
  readonly gid?: number
}

export type Stream = 'stdout' | 'stderr'

/** Takes lines without their ends; while what it returns is pending, the process's next output stays in the pipe. */
export type TakeLines = (stream: Stream, lines: readonly string[]) => Promise<void> | undefined

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals; readonly number: number }
  | { readonly kind: 'unstartable'; readonly why: string }

export interface ContainerProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined
  /** The first process has ended; what it wrote may still be on its way. */
  readonly exited: Promise<ProcessEnd>
  /** Its process group is gone too, and its output has been taken. */
  readonly end: Promise<ProcessEnd>
}

/** How a command beside the first process has ended: a probe's, a hook's. */
export type CommandEnd = { readonly ok: true } | { readonly ok: false; readonly why: string }

/** The most of a command's output (pkg/probe/exec). */
const MAX_OUTPUT_BYTES = 10 * 1024
/** How long output is read after the end of the first process: a process outside the group may keep it open. */
const DRAIN_MS = 500
/** A process that forks while it is looked for is found in the next round. */
const SWEEP_ROUNDS = 20

export interface Processes {
  start(plan: ProcessPlan, takeLines: TakeLines): ContainerProcess
  /**
   * Runs a command to its end; one that leaves a process behind with its output open is not over, as for container runtimes.
   * @param cancel kills it with its process group; its reason, an Error, is said then
   */
  run(plan: ProcessPlan, cancel: AbortSignal): Promise<CommandEnd>
  /** To one process; one that is gone is no error. */
  signal(pid: number, signal: number): void
  /** SIGKILL to a process group; one that is gone is no error. */
  killGroup(pid: number): void
  /** Kills everything that was ever started here and still runs. */
  sweep(): void
}

export function createProcesses(): Processes {
  const survivor = openSurvivor()
  const leaders = new Set<number>()
  const running = new Set<number>()

  const begin = (pid: number): void => {
    leaders.add(pid)
    running.add(pid)
    survivor.begun(pid)
  }
  const finish = (pid: number): void => {
    running.delete(pid)
    survivor.ended(pid)
  }

  const spawn = (plan: ProcessPlan) => {
    const [file = '', ...args] = plan.argv
    return execa(file, args, {
      cwd: plan.cwd,
      env: plan.env,
      ...(plan.uid === undefined ? {} : { uid: plan.uid }),
      ...(plan.gid === undefined ? {} : { gid: plan.gid }),
      extendEnv: false,
      // A session of its own: Ctrl-C on the terminal is for the runner, who stops the containers in order.
      detached: true,
      stdin: 'ignore',
      buffer: false,
      reject: false,
      stripFinalNewline: false,
    })
  }

  const start = (plan: ProcessPlan, takeLines: TakeLines): ContainerProcess => {
    const child = spawn(plan)
    const { pid } = child
    if (pid === undefined) {
      const end = child.then((result) => explainStart(plan, result))
      return { pid, exited: end, end }
    }
    begin(pid)
    const drained = Promise.all([
      readLines(child.stdout, (lines) => takeLines('stdout', lines)),
      readLines(child.stderr, (lines) => takeLines('stderr', lines)),
    ])
    const exited = new Promise<ProcessEnd>((resolve) => {
      child.nodeChildProcess.once('exit', (code, signal) =>
        resolve(
          signal === null
            ? { kind: 'exited', code: code ?? 1 }
            : { kind: 'signalled', signal, number: constants.signals[signal] },
        ),
      )
    })
    const end = async (): Promise<ProcessEnd> => {
      const how = await exited
      finish(pid)
      // In a container the kernel ends the whole PID namespace with its first process. Here the process group is the nearest to it.
      killGroup(pid)
      await within(DRAIN_MS, drained)
      child.stdout.destroy()
      child.stderr.destroy()
      return how
    }
    return { pid, exited, end: end() }
  }

  const run = async (plan: ProcessPlan, cancel: AbortSignal): Promise<CommandEnd> => {
    const child = spawn(plan)
    const { pid } = child
    if (pid === undefined) return { ok: false, why: explainStart(plan, await child).why }
    begin(pid)
    let output = Buffer.alloc(0)
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = Buffer.concat([output, chunk.subarray(0, MAX_OUTPUT_BYTES - output.length)])
      })
    }
    const kill = (): void => {
      killGroup(pid)
      // A process outside the group may keep them open without a limit.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    cancel.addEventListener('abort', kill)
    if (cancel.aborted) kill()
    const { failed, exitCode, signal } = await child
    cancel.removeEventListener('abort', kill)
    finish(pid)
    // There may be thousands of leaders, and the system reuses their numbers.
    if (!hasGroup(pid)) leaders.delete(pid)
    if (cancel.aborted) return { ok: false, why: (cancel.reason as Error).message }
    if (!failed) return { ok: true }
    const ending = exitCode === undefined ? `killed by ${signal}` : `exit code ${exitCode}`
    const said = output.toString().trim()
    return { ok: false, why: said === '' ? ending : `${ending}: ${said}` }
  }

  const sweep = (): void => {
    for (const pid of running) killGroup(pid)
    if (leaders.size === 0) return
    for (let round = 0; round < SWEEP_ROUNDS; round++) {
      const left = findLeftovers(listProcesses(), process.pid, leaders)
      if (left.length === 0) return
      for (const pid of left) signalQuietly(pid, 'SIGKILL')
    }
  }

  return { start, run, signal: signalQuietly, killGroup, sweep }
}

/** Reads a stream to its end, in lines; bytes that are not UTF-8 become U+FFFD. */
function readLines(stream: Readable, take: (lines: readonly string[]) => Promise<void> | undefined): Promise<void> {
  const splitter = createLineSplitter()
  stream.setEncoding('utf8')
  return new Promise((resolve) => {
    stream.on('data', (piece: string) => {
      const lines = splitter.push(piece)
      const congested = lines.length === 0 ? undefined : take(lines)
      if (congested === undefined) return
      stream.pause()
      void congested.then(() => stream.resume())
    })
    const finish = (): void => {
      const lines = splitter.end()
      if (lines.length > 0) void take(lines)
      resolve()
    }
    stream.once('close', finish)
  })
}

async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = startTimer(resolve, ms)
  })
  await Promise.race([promise, late])
  clearTimeout(timer)
}

function explainStart(
  plan: ProcessPlan,
  result: { readonly cause?: unknown; readonly message?: string | undefined },
): Extract<ProcessEnd, { kind: 'unstartable' }> {
  const [file = ''] = plan.argv
  const code = result.cause instanceof Error && 'code' in result.cause ? result.cause.code : undefined
  return { kind: 'unstartable', why: explain() }

  function explain(): string {
    if (!existsSync(plan.cwd)) return `its working directory ${plan.cwd} does not exist`
    switch (code) {
      case 'ENOENT':
        return file.includes('/') ? `${file} does not exist` : `${file} is not in PATH`
      case 'EACCES':
        return `${file} is not executable`
      default:
        return `${file}: ${typeof code === 'string' ? code : (result.message ?? 'cannot be started')}`
    }
  }
}
