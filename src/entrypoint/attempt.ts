/** A single run of the command: from the spawn to its end, with everything that may stop it. */
import { describeError } from '../base/system-error.ts'
import { formatDuration } from '../base/duration.ts'
import type { Kill, Outcome, UnfitReason } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Child, Status } from '../child/child.ts'
import type { ReadinessNews } from '../probe/measure.ts'
import type { WrapperLife } from './life.ts'
import { LOG_WORDS } from './log-words.ts'
import { createStopper, readHookStop, type Stopper } from './stopper.ts'
import type { HookRun, EntrypointPorts, Measuring } from './ports.ts'
import { startTimer } from '../base/timer.ts'

/** After the command's end, a background process may keep its output open. Its output is copied for this long. */
const DRAIN_MS = 500

export const NO_COPIES = { stdout: undefined, stderr: undefined }

export interface Attempt {
  readonly outcome: Promise<Outcome>
  /** A signal for the command; a stop signal waits for `--stop-after`. */
  signal(signal: number): void
  /** Stops the command because the pod's work is done. */
  stop(): void
  /** Whether a stop was requested from outside. */
  readonly asked: () => boolean
  /** Ends the readiness measurement and the publishing of `ready` and `live`. */
  retire(): void
  /** Stops the command because a predecessor was lost. */
  yield(): void
}

/** The outcome of an end that we have caused. */
type Meaning = (status: Status, kill: Kill | undefined) => Outcome

export interface Beginning {
  readonly since: string
  readonly waitedFor: string | undefined
  /** The optional waits that the gate gave up, separated by commas. */
  readonly without: string | undefined
  /** From 1; undefined without `--retries`. */
  readonly attempt: number | undefined
  /** Number of restarts in this life; undefined: none. */
  readonly restarts: number | undefined
  /** The command, if it has been started already. */
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
  let stopper: Stopper | undefined
  /** Most commands end by themselves: what stops them is made when it is needed, and costs no memory until then. */
  const getStopper = (): Stopper => {
    if (stopper !== undefined) return stopper
    stopper = createStopper(plan, life, { send, begun: cancelHook }, ports)
    if (ended) stopper.close()
    return stopper
  }
  const stopFor = (how: 'turn' | 'at once', meaning: Meaning): void => {
    if (ended) return
    stopping ??= meaning
    getStopper().stop(how)
  }
  /** The kubelet kills a container that fails to start in the same way. */
  const stopUnfit = (reason: UnfitReason, message: string): void => {
    log({ event: 'stopping', message: `stopping it: ${message}`, reason })
    stopFor('at once', (status, kill) => ({ kind: 'unfit', reason, status, message, kill }))
  }

  return {
    outcome: run(),
    signal: (signal) => getStopper().take(signal),
    stop: () => stopFor('turn', (_, kill) => ({ kind: 'stopped', kill })),
    asked: () => stopper?.asked() ?? readHookStop(plan, ports) !== undefined,
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
    stopper?.close()
    if (running.drained !== undefined) {
      await Promise.race([running.drained, new Promise((resolve) => timers.push(setTimeout(resolve, DRAIN_MS)))])
    }
    for (const timer of timers) clearTimeout(timer)
    child.sweep()
    const kill = stopper?.killed()
    if (stopping !== undefined) return stopping(status, kill)
    return 'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal, kill }
  }

  async function followHook(hookRun: HookRun): Promise<void> {
    const why = await hookRun.problem
    if (hook !== hookRun) return
    if (why === undefined) comeUp()
    else stopUnfit('PostStartHookError', `its postStart hook failed: ${why}`)
  }

  /** The kubelet probes a container only after its postStart hook has succeeded. */
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
        // `unready` comes first, so that a reader that misses `ready` finds the reason.
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
