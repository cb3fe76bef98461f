/** One run of the command: from the spawn to its end, with everything that may stop it on the way. */
import { formatDuration } from '../core/duration.ts'
import type { Sight } from '../core/gate.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import type { Change } from '../core/readiness.ts'
import type { Status } from '../core/status.ts'
import type { Life } from './life.ts'
import { observe } from './observe.ts'
import type { EntrypointPorts } from './ports.ts'

const SIGINT = 2
const SIGKILL = 9
const SIGTERM = 15

/** Once the command has ended, a background process may hold its output open; what it still says is copied so long. */
const DRAIN_MS = 500

const NO_COPIES = { stdout: undefined, stderr: undefined }

/** Why we stop it ourselves; after `startup` its own status counts, as when the kubelet kills it. */
type StopCause = 'timeout' | 'stopped' | 'startup'

export interface Attempt {
  readonly outcome: Promise<Outcome>
  /** A signal for the command; SIGTERM waits for `--stop-after`. */
  signal(signal: number): void
  /** Stops it because the pod's work is done. */
  stop(): void
}

export interface Beginning {
  readonly since: string
  readonly waitedFor: string | undefined
}

export function startAttempt(plan: Plan, life: Life, beginning: Beginning, ports: EntrypointPorts): Attempt {
  const { child, log } = ports
  const held: number[] = []
  let pid: number | undefined
  let stopping: StopCause | undefined
  let waitingToStop: { close(): void } | undefined
  let ended = false
  const timers: NodeJS.Timeout[] = []

  const killAfterGrace = (): void => {
    timers.push(setTimeout(() => send(SIGKILL), plan.graceMs))
  }
  const send = (signal: number): void => {
    if (pid === undefined) held.push(signal)
    else if (!ended) child.signal(pid, signal)
  }
  const forward = (signal: number): void => {
    waitingToStop?.close()
    send(signal)
    if (plan.graceGiven && (signal === SIGTERM || signal === SIGINT)) killAfterGrace()
  }
  /** Calls `proceed` once those that depend on this container have stopped, or the time for that is up. */
  const afterDependents = (proceed: () => void): void => {
    // Asked again: no more waiting for others.
    if (plan.stopAfter.length === 0 || waitingToStop !== undefined) return proceed()
    const names = plan.stopAfter.map(({ label }) => label.split('/')[0])
    log({ event: 'stopping', message: `stopping after ${names.join(', ')}` })
    const go = (): void => {
      clearTimeout(timer)
      waitingToStop?.close()
      proceed()
    }
    const timer = setTimeout(go, plan.stopWaitMs ?? plan.graceMs)
    timers.push(timer)
    // No socket: never started. A lost one: gone without a word.
    const isOver = ({ file, link }: Sight): boolean => file !== 'absent' || link === 'none' || link === 'lost'
    const decide = (sights: readonly Sight[]): true | undefined => (sights.every(isOver) ? true : undefined)
    waitingToStop = observe(plan.stopAfter, ports, decide, go)
  }
  const stopFor = (why: StopCause): void => {
    if (stopping !== undefined || ended) return
    stopping = why
    send(SIGTERM)
    killAfterGrace()
  }

  return {
    outcome: run(),
    signal(signal) {
      if (signal === SIGTERM) afterDependents(() => forward(signal))
      else forward(signal)
    },
    stop: () => afterDependents(() => stopFor('stopped')),
  }

  async function run(): Promise<Outcome> {
    const copies = plan.stdoutPath === undefined && plan.stderrPath === undefined ? NO_COPIES : await openCopies()
    if ('broken' in copies) return { kind: 'broken', message: copies.broken }
    const spawned = child.spawn(copies)
    const running = spawned instanceof Promise ? await spawned : spawned
    if ('why' in running) return { kind: 'unstartable', code: running.code, message: running.why }
    pid = running.pid
    const { since, waitedFor } = beginning
    life.publish('started', { pid, since, ...(waitedFor === undefined ? {} : { waitedFor }) })
    const measuring = ports.measure?.(announce)
    if (measuring === undefined) life.publish('ready')
    child.offerToOomKiller(pid)
    log({ event: 'started', message: `started, pid ${pid}`, pid })
    for (const signal of held.splice(0)) send(signal)
    if (plan.timeoutMs !== undefined) timers.push(setTimeout(() => stopFor('timeout'), plan.timeoutMs))

    const status = await running.end
    ended = true
    measuring?.close()
    waitingToStop?.close()
    if (running.drained !== undefined) {
      await Promise.race([running.drained, new Promise((resolve) => timers.push(setTimeout(resolve, DRAIN_MS)))])
    }
    for (const timer of timers) clearTimeout(timer)
    child.sweep()
    return judgeEnd(status)
  }

  function announce({ change, why }: { readonly change: Change | 'warning'; readonly why: string }): void {
    if (ended) return
    switch (change) {
      case 'ready':
        life.publish('ready')
        return log({ event: 'ready', message: 'ready' })
      case 'unready':
        life.withdraw('ready')
        return log({ event: 'unready', message: `no longer ready: ${why}` })
      case 'startup-failed':
        log({ event: 'error', message: `has not come up within its startupProbe's budget: ${why}` })
        return stopFor('startup')
      case 'warning':
        return log({ event: 'warning', message: why })
    }
  }

  function judgeEnd(status: Status): Outcome {
    if (stopping === 'timeout') {
      return { kind: 'timeout', message: `still running after ${formatDuration(plan.timeoutMs ?? 0)}` }
    }
    if (stopping === 'stopped') return { kind: 'stopped' }
    return 'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal }
  }

  async function openCopies() {
    const open = async (path: string | undefined, descriptor: 1 | 2) =>
      path === undefined ? undefined : ports.openCopy(path, descriptor)
    try {
      return { stdout: await open(plan.stdoutPath, 1), stderr: await open(plan.stderrPath, 2) }
    } catch (error) {
      const paths = [plan.stdoutPath, plan.stderrPath].filter((path) => path !== undefined).join(' or ')
      return { broken: `cannot append to ${paths}: ${ports.describeError(error)}` }
    }
  }
}
