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
  /** The complete environment. Nothing is inherited. Its PATH is used to find the program. */
  readonly env: Readonly<Record<string, string>>
  /** The user and group, if they are not the runner's. Only root may set them. */
  readonly uid?: number
  readonly gid?: number
}

export type Stream = 'stdout' | 'stderr'

/** Takes lines without their line ends. While a returned promise is pending, further output of the process stays in the pipe. */
export type TakeLines = (stream: Stream, lines: readonly string[]) => Promise<void> | undefined

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals; readonly number: number }
  | { readonly kind: 'unstartable'; readonly why: string }

export interface ContainerProcess {
  /** The process ID; undefined when the process could not be started. */
  readonly pid: number | undefined
  /** Resolves when the first process has ended. Its last output may not be read yet. */
  readonly exited: Promise<ProcessEnd>
  /** Resolves when its process group has ended too, and its output has been taken. */
  readonly end: Promise<ProcessEnd>
}

/** The end of a command of a probe or hook, which runs beside the first process. */
export type CommandEnd = { readonly ok: true } | { readonly ok: false; readonly why: string }

/** The longest output of a command that is kept (pkg/probe/exec). */
const MAX_OUTPUT_BYTES = 10 * 1024
/** How long output is read after the end of the first process, in ms. A process outside the group may keep it open. */
const DRAIN_MS = 500
/** The number of rounds of a sweep. A process that is forked during one round is found in the next. */
const SWEEP_ROUNDS = 20

export interface Processes {
  start(plan: ProcessPlan, takeLines: TakeLines): ContainerProcess
  /**
   * Runs a command to its end. As in container runtimes, it ends only when no process has its output open any more.
   * @param cancel kills the command with its process group; the message of its reason, an Error, then becomes the result
   */
  run(plan: ProcessPlan, cancel: AbortSignal): Promise<CommandEnd>
  /** Sends a signal to one process. A missing process is no error. */
  signal(pid: number, signal: number): void
  /** Sends SIGKILL to a process group. A missing group is no error. */
  killGroup(pid: number): void
  /** Kills all processes that were started here and still run, with their descendants. */
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
      // In its own session it does not get Ctrl-C from the terminal. The runner does, and stops the containers in order.
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
      // In a container the kernel ends the whole PID namespace with its first process. A process group is the closest equivalent.
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
    // Probes start thousands of leaders, and the kernel reuses their IDs.
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

/** Reads a stream to its end, in lines. Bytes that are not UTF-8 become U+FFFD. */
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
