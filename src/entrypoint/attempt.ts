/** A single run of the command: from the spawn to its end, with everything that may stop it on the way. */
import { describeError } from '../base/system-error.ts'
import { formatDuration } from '../base/duration.ts'
import type { Kill, Outcome, UnfitReason } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Child, Status } from '../child/child.ts'
import type { ReadinessNews } from '../probe/measure.ts'
import type { WrapperLife } from './life.ts'
import { LOG_WORDS } from './log-words.ts'
import { createStopper } from './stopper.ts'
import type { HookRun, EntrypointPorts, Measuring } from './ports.ts'
import { startTimer } from '../base/timer.ts'

/** Once the command has ended, a background process may hold its output open; what it still says is copied so long. */
const DRAIN_MS = 500

export const NO_COPIES = { stdout: undefined, stderr: undefined }

export interface Attempt {
  readonly outcome: Promise<Outcome>
  /** A signal for the command; one that means "stop" waits for `--stop-after`. */
  signal(signal: number): void
  /** Stops it because the pod's work is done. */
  stop(): void
  /** A signal from outside has meant that it is to stop. */
  readonly asked: () => boolean
  /** Nobody asks any more whether it is ready, or is told that it lives. */
  retire(): void
  /** Stops it because what it depends on was lost. */
  yield(): void
}

/** What its end means since we stop it ourselves. */
type Meaning = (status: Status, kill: Kill | undefined) => Outcome

export interface Beginning {
  readonly since: string
  readonly waitedFor: string | undefined
  /** The optional waits that it did not wait for any longer, by commas. */
  readonly without: string | undefined
  /** From 1; undefined where there is only one. */
  readonly attempt: number | undefined
  /** How often it was started anew in this life; undefined: never. */
  readonly restarts: number | undefined
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
  let stopping: Meaning | undefined
  let hook: HookRun | undefined
  let measuring: Measuring | undefined
  let up = false
  let liveDue = plan.liveDelayMs === 0
  let ended = false
  let retired = false
  const timers: NodeJS.Timeout[] = []

  const cancelHook = (): void => {
    hook?.cancel()
    hook = undefined
  }
  const send = (signal: number): void => {
    if (pid === undefined) held.push(signal)
    else if (!ended) child.signal(pid, signal)
  }
  const stopper = createStopper(plan, life, { send, begun: cancelHook }, ports)
  const stopFor = (how: 'turn' | 'at once', meaning: Meaning): void => {
    if (ended) return
    stopping ??= meaning
    stopper.stop(how)
  }
  /** As the kubelet kills a container that does not come up. */
  const stopUnfit = (reason: UnfitReason, message: string): void => {
    log({ event: 'stopping', message: `stopping it: ${message}`, reason })
    stopFor('at once', (status, kill) => ({ kind: 'unfit', reason, status, message, kill }))
  }

  return {
    outcome: run(),
    signal: (signal) => stopper.take(signal),
    stop: () => stopFor('turn', (_, kill) => ({ kind: 'stopped', kill })),
    asked: stopper.asked,
    retire() {
      retired = true
      measuring?.close()
    },
    yield: () => stopFor('at once', (status, kill) => ({ kind: 'yielded', status, kill })),
  }

  async function run(): Promise<Outcome> {
    const copies = plan.stdoutPath === undefined && plan.stderrPath === undefined ? NO_COPIES : await openCopies()
    if ('broken' in copies) return { kind: 'broken', message: copies.broken }
    const spawned = ahead ?? child.spawn(copies)
    const running = spawned instanceof Promise ? await spawned : spawned
    if ('why' in running) return { kind: 'unstartable', code: running.code, message: running.why }
    pid = running.pid
    measuring = ports.measure?.(announce)
    if (plan.liveDelayMs !== undefined && !liveDue) timers.push(startTimer(becomeDue, plan.liveDelayMs))
    life.publish('started', { pid, ...beginning })
    life.withdraw('restarting')
    hook = ports.postStart?.()
    if (hook === undefined) comeUp()
    else void followHook(hook)
    child.offerToOomKiller(pid)
    log({ event: 'started', message: `${LOG_WORDS.started}${pid}`, pid, attempt: beginning.attempt })
    for (const signal of held.splice(0)) send(signal)
    if (plan.timeoutMs !== undefined) timers.push(startTimer(expire, plan.timeoutMs))

    const status = await running.end
    ended = true
    cancelHook()
    measuring?.close()
    stopper.close()
    if (running.drained !== undefined) {
      await Promise.race([running.drained, new Promise((resolve) => timers.push(setTimeout(resolve, DRAIN_MS)))])
    }
    for (const timer of timers) clearTimeout(timer)
    child.sweep()
    const kill = stopper.killed()
    if (stopping !== undefined) return stopping(status, kill)
    return 'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal, kill }
  }

  async function followHook(hookRun: HookRun): Promise<void> {
    const why = await hookRun.problem
    if (hook !== hookRun) return
    if (why === undefined) comeUp()
    else stopUnfit('PostStartHookError', `its postStart hook failed: ${why}`)
  }

  /** The kubelet begins to probe a container only when its postStart hook has succeeded. */
  function comeUp(): void {
    up = true
    if (retired) return
    if (liveDue) life.publish('live')
    if (measuring === undefined) life.publish('ready')
    else measuring.begin()
  }

  function becomeDue(): void {
    liveDue = true
    if (up && !retired) life.publish('live')
  }

  function expire(): void {
    const message = `still running after ${formatDuration(plan.timeoutMs ?? 0)}`
    stopFor('at once', (_, kill) => ({ kind: 'timeout', message, kill }))
  }

  function announce({ change, why }: ReadinessNews): void {
    if (ended || retired) return
    switch (change) {
      case 'ready':
        if (plan.readiness?.flag === 'startup-probe') life.publish('live')
        life.publish('ready')
        life.withdraw('unready')
        return log({ event: 'ready', message: LOG_WORDS.ready })
      case 'unready':
        // Who sees that it is no longer ready finds why.
        life.publish('unready', { message: why })
        life.withdraw('ready')
        return log({ event: 'unready', message: `${LOG_WORDS.unready}${why}` })
      case 'not-ready':
        life.publish('unready', { message: why })
        return log({ event: 'not-ready', message: `${LOG_WORDS.notReady}${why}` })
      case 'startup-failed':
        return stopUnfit('StartupProbeFailed', `not started within the time of its startupProbe: ${why}`)
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
