/** One run of the command: from the spawn to its end, with everything that may stop it on the way. */
import { SIGINT, SIGKILL, SIGTERM } from '../base/signal.ts'
import { describeError } from '../base/system-error.ts'
import { formatDuration } from '../base/duration.ts'
import type { Look } from '../flags/judge.ts'
import type { Outcome, UnfitReason } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Child, Status } from '../child/child.ts'
import type { ReadinessNews } from '../probe/measure.ts'
import type { WrapperLife } from './life.ts'
import { observe } from '../flags/observe.ts'
import type { HookRun, EntrypointPorts, Measuring } from './ports.ts'

/** Once the command has ended, a background process may hold its output open; what it still says is copied so long. */
const DRAIN_MS = 500

export const NO_COPIES = { stdout: undefined, stderr: undefined }

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
  /** From 1; undefined where there is only one. */
  readonly attempt: number | undefined
  /** The command, where it has been started already. */
  readonly ahead: Spawned | undefined
}

export type Spawned = ReturnType<Child['spawn']>

export function startAttempt(
  plan: Plan,
  life: WrapperLife,
  { ahead, ...beginning }: Beginning,
  ports: EntrypointPorts,
): Attempt {
  const { child, log } = ports
  const held: number[] = []
  let pid: number | undefined
  /** What its end means since we stop it ourselves. */
  let stopping: ((status: Status) => Outcome) | undefined
  let hook: HookRun | undefined
  let measuring: Measuring | undefined
  let up = false
  let liveDue = plan.liveDelayMs === 0
  let waitingToStop: { close(): void } | undefined
  let ended = false
  const timers: NodeJS.Timeout[] = []

  const cancelHook = (): void => {
    hook?.cancel()
    hook = undefined
  }
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
    const isOver = ({ file, link }: Look): boolean => file !== 'absent' || link === 'none' || link === 'lost'
    const decide = (sights: readonly Look[]): true | undefined => (sights.every(isOver) ? true : undefined)
    waitingToStop = observe(plan.stopAfter, ports, decide, go)
  }
  const stopFor = (meaning: (status: Status) => Outcome): void => {
    if (stopping !== undefined || ended) return
    stopping = meaning
    cancelHook()
    send(SIGTERM)
    killAfterGrace()
  }
  /** As the kubelet kills a container that does not come up. */
  const stopUnfit = (reason: UnfitReason, message: string): void => {
    log({ event: 'stopping', message: `stopping it: ${message}`, reason })
    stopFor((status) => ({ kind: 'unfit', reason, status, message }))
  }

  return {
    outcome: run(),
    signal(signal) {
      if (signal === SIGTERM || signal === SIGINT) cancelHook()
      if (signal === SIGTERM) afterDependents(() => forward(signal))
      else forward(signal)
    },
    stop() {
      cancelHook()
      afterDependents(() => stopFor(() => ({ kind: 'stopped' })))
    },
  }

  async function run(): Promise<Outcome> {
    const copies = plan.stdoutPath === undefined && plan.stderrPath === undefined ? NO_COPIES : await openCopies()
    if ('broken' in copies) return { kind: 'broken', message: copies.broken }
    const spawned = ahead ?? child.spawn(copies)
    const running = spawned instanceof Promise ? await spawned : spawned
    if ('why' in running) return { kind: 'unstartable', code: running.code, message: running.why }
    pid = running.pid
    measuring = ports.measure?.(announce)
    if (plan.liveDelayMs !== undefined && !liveDue) timers.push(setTimeout(becomeDue, plan.liveDelayMs))
    life.publish('started', { pid, ...beginning })
    hook = ports.postStart?.()
    if (hook === undefined) comeUp()
    else void followHook(hook)
    child.offerToOomKiller(pid)
    log({ event: 'started', message: `started, pid ${pid}`, pid, attempt: beginning.attempt })
    for (const signal of held.splice(0)) send(signal)
    if (plan.timeoutMs !== undefined) timers.push(setTimeout(expire, plan.timeoutMs))

    const status = await running.end
    ended = true
    cancelHook()
    measuring?.close()
    waitingToStop?.close()
    if (running.drained !== undefined) {
      await Promise.race([running.drained, new Promise((resolve) => timers.push(setTimeout(resolve, DRAIN_MS)))])
    }
    for (const timer of timers) clearTimeout(timer)
    child.sweep()
    if (stopping !== undefined) return stopping(status)
    return 'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal }
  }

  async function followHook(deed: HookRun): Promise<void> {
    const why = await deed.problem
    if (hook !== deed) return
    if (why === undefined) comeUp()
    else stopUnfit('PostStartHookError', `its postStart hook failed: ${why}`)
  }

  /** The kubelet begins to probe a container only when its postStart hook has succeeded. */
  function comeUp(): void {
    up = true
    if (liveDue) life.publish('live')
    if (measuring === undefined) life.publish('ready')
    else measuring.begin()
  }

  function becomeDue(): void {
    liveDue = true
    if (up) life.publish('live')
  }

  function expire(): void {
    const message = `still running after ${formatDuration(plan.timeoutMs ?? 0)}`
    stopFor(() => ({ kind: 'timeout', message }))
  }

  function announce({ change, why }: ReadinessNews): void {
    if (ended) return
    switch (change) {
      case 'ready':
        if (plan.readiness?.flag === 'startup-probe') life.publish('live')
        life.publish('ready')
        life.withdraw('unready')
        return log({ event: 'ready', message: 'ready' })
      case 'unready':
        // Who sees that it is no longer ready finds why.
        life.publish('unready', { message: why })
        life.withdraw('ready')
        return log({ event: 'unready', message: `no longer ready: ${why}` })
      case 'not-ready':
        life.publish('unready', { message: why })
        return log({ event: 'not-ready', message: `not ready: ${why}` })
      case 'startup-failed':
        return stopUnfit('StartupProbeFailed', `not up within the time that its startupProbe gives: ${why}`)
      case 'warning':
        return log({ event: 'warning', message: why })
    }
  }

  async function openCopies() {
    const open = async (path: string | undefined, descriptor: 1 | 2) =>
      path === undefined ? undefined : ports.openCopy(path, descriptor)
    try {
      return { stdout: await open(plan.stdoutPath, 1), stderr: await open(plan.stderrPath, 2) }
    } catch (error) {
      const paths = [plan.stdoutPath, plan.stderrPath].filter((path) => path !== undefined).join(' or ')
      return { broken: `cannot append to ${paths}: ${describeError(error)}` }
    }
  }
}
