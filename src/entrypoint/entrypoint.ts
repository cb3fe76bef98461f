/** `entrypoint [flags] -- command`: waits at the gate, runs the command, publishes the flags. */
import { SIGHUP } from '../base/signal.ts'
import { CODE_BROKEN, CODE_SIGNAL } from '../base/exit-code.ts'
import { describeError, isRefusal } from '../base/system-error.ts'
import { formatDuration } from '../base/duration.ts'
import { followsEnd } from '../pod/restarts.ts'
import { type Outcome, settle } from './outcome.ts'
import type { Plan } from './plan.ts'
import { delayAttempt } from './retry.ts'
import { type Attempt, NO_COPIES, type Spawned, startAttempt } from './attempt.ts'
import { type Gate, type GateResult, type OpenGate, passGate } from './gate.ts'
import { beginWrapperLife, type WrapperLife } from './life.ts'
import { isJobControl, isJobStop, isStopSignal } from './stop-signal.ts'
import type { Keeper } from './keeper.ts'
import { followStopFiles } from './stop-files.ts'
import { createWaitingStop, type WaitingStop } from './waiting-stop.ts'
import type { EntrypointPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

/** Restart policy used to word the end of an attempt. */
const FOR_GOOD = { policy: 'Never', rules: [] } as const

/** The gate of a container without waits. It needs no setup, which saves 20 KiB for as long as the command runs. */
const OPEN: Gate = { gateResult: Promise.resolve({ kind: 'open', waitedFor: undefined }), end() {} }

/** @returns the exit code. In every case, each flag that can no longer come has its `.err` by then. */
export async function runEntrypoint(plan: Plan, ports: EntrypointPorts): Promise<number> {
  const { log, signals, child } = ports
  const early: number[] = []
  let listener = (signal: number): void => void early.push(signal)
  signals.listen((signal) => listener(signal))
  /** Passes signals to the current phase, starting with those that no phase has handled yet. */
  const listen = (next: (signal: number) => void): void => {
    listener = next
    for (const signal of early.splice(0)) next(signal)
  }
  const keep = (): void => void (listener = (signal) => early.push(signal))

  let since = ports.now().toISOString()
  let life: WrapperLife | undefined
  try {
    life = await beginWrapperLife(plan, ports)
  } catch (error) {
    const advice = isRefusal(error) ? `; is it writable for uid ${ports.self.uid}?` : ''
    log({ event: 'error', message: `cannot use ${plan.ownDir ?? 'the flag files'}: ${describeError(error)}${advice}` })
    return CODE_BROKEN
  }
  if (life.over) {
    log({
      event: 'ended',
      message: 'it completed before this restart, so it does not run again (--rerun runs it again)',
      exitCode: 0,
    })
    return 0
  }

  let stopForWork = (): void => {}
  const work = followStopFiles(plan, ports, () => stopForWork())
  const workIsDone = (): boolean => work?.isDone() === true
  /** Tells the current phase that the pod's work is done; at once if it is. A promise would keep the callbacks of all earlier phases. */
  const whenDone = (act: () => void): void => {
    const isDone = workIsDone()
    stopForWork = act
    if (isDone) act()
  }
  /** Whether a signal ends the wrapper while no command runs; SIGHUP comes from a closed terminal. */
  const isEnding = (signal: number): boolean => isStopSignal(signal, plan) || signal === SIGHUP
  /** Whether the command ended by SIGHUP. To a command that handles it, SIGHUP usually means to reload the configuration. */
  const isHungUp = (outcome: Outcome): boolean =>
    outcome.kind === 'signalled'
      ? outcome.signal === SIGHUP
      : outcome.kind === 'exited' && outcome.code === CODE_SIGNAL + SIGHUP
  /** While no command runs, Ctrl-Z stops this process. */
  const rest = (signal: number): void => {
    if (isJobStop(signal)) child.suspend(signal)
  }
  /** The command has ended after a stop from outside. */
  let asked = false
  /** The attempt of the command, from 1; undefined without `--retries`. */
  let attempt: number | undefined
  /** The command. It is started in the same turn of the event loop that opened the gate, before promises and the log. */
  let ahead: Spawned | undefined
  const startAhead = (): void => {
    if (workIsDone()) return
    if (!plan.exec && plan.stdoutPath === undefined && plan.stderrPath === undefined) ahead = child.spawn(NO_COPIES)
  }
  return conclude(life, await live(life).catch(describeBug))

  async function live(life: WrapperLife): Promise<Outcome> {
    if (ports.fault !== undefined) return { kind: 'misdirected', message: ports.fault }
    const keeper = ports.keep?.(life)
    for (;;) {
      const gateResult = await waitAtGate(life, keeper?.pauseMs() ?? 0)
      if (gateResult.kind !== 'open') return gateResult
      if (plan.exec) return becomeCommand(life, gateResult.waitedFor)
      const outcome = await runWithRetries(life, gateResult, keeper)
      if (outcome.kind !== 'yielded') return outcome
      since = ports.now().toISOString()
    }
  }

  /** A bug of the wrapper must not leave followers waiting. */
  function describeBug(error: unknown): Outcome {
    return { kind: 'broken', message: `unexpected: ${describeError(error)}` }
  }

  /** @param pauseMs the gate stays closed for at least this long */
  async function waitAtGate(life: WrapperLife, pauseMs: number): Promise<GateResult> {
    const others: number[] = []
    let gate: Gate | undefined
    let told: number | undefined
    const end = (signal: number): void => {
      if (gate === undefined) told ??= signal
      else gate.end({ kind: 'interrupted', signal })
    }
    let waitingStop: WaitingStop | undefined
    listen((signal) => {
      if (isJobControl(signal)) return rest(signal)
      if (isEnding(signal)) return end(signal)
      others.push(signal)
      waitingStop ??= createWaitingStop(plan, life, ports, end)
      waitingStop.weigh(signal)
    })
    // The signal came before the first look: an open gate must not start the command any more.
    if (told !== undefined) return { kind: 'interrupted', signal: told }
    // The work may be done already, for example after a restart of this container alone.
    if (workIsDone()) return { kind: 'stopped' }
    gate = plan.waits.length === 0 && ports.outside === undefined ? OPEN : passGate(plan, ports, startAhead, pauseMs)
    whenDone(() => gate?.end({ kind: 'stopped' }))
    // Prepares the command's start while the gate is closed.
    child.prepare()
    let gateResult = await gate.gateResult
    waitingStop?.close()
    if (gateResult.kind === 'open' && ahead === undefined && workIsDone()) gateResult = { kind: 'stopped' }
    keep()
    early.push(...others)
    return gateResult
  }

  function becomeCommand(life: WrapperLife, waitedFor: string | undefined): Outcome {
    const unknown = { reason: 'Unknown', message: 'it runs without a wrapper (--exec), so its end is not known' }
    life.publish('started', { pid: ports.self.pid, since, waitedFor })
    if (plan.liveDelayMs !== undefined) life.publish('live')
    life.publish('ready')
    life.resignSocket()
    for (const flag of ['completed', 'failed', 'ended'] as const) life.refuse(flag, unknown)
    const { code, why } = child.replace()
    return { kind: 'unstartable', code, message: why }
  }

  async function runWithRetries(life: WrapperLife, opened: OpenGate, keeper: Keeper | undefined): Promise<Outcome> {
    let gateResult: GateResult = opened
    for (let tries = 1; ; tries++) {
      if (plan.retry.times > 0) attempt = tries
      // During the delay no code followed the predecessors.
      if (tries > 1 && keeper !== undefined) gateResult = await waitAtGate(life, 0)
      if (gateResult.kind !== 'open') return gateResult
      const { waitedFor, without } = gateResult
      const restarts = keeper?.restarts()
      const beginning = { since, waitedFor, without: without?.join(','), attempt, restarts, ahead }
      const running: Attempt = startAttempt(plan, life, beginning, ports)
      ahead = undefined
      let hungUp = false
      listen((signal) => {
        hungUp ||= signal === SIGHUP
        running.signal(signal)
      })
      whenDone(() => running.stop())
      const outcome = await (keeper === undefined ? running.outcome : keeper.keep(running, without))
      keep()
      const halted = running.asked()
      asked = halted || (hungUp && isHungUp(outcome))
      if (halted && outcome.kind === 'exited' && outcome.code === 0) return { kind: 'halted' }
      const own = ['signalled', 'timeout', 'unfit'].includes(outcome.kind)
      const failed = own || (outcome.kind === 'exited' && outcome.code !== 0)
      if (!failed || asked || tries > plan.retry.times) return outcome
      const { reason, message, exitCode } = settle(outcome, { restarts: FOR_GOOD, continueOnError: false })
      // This exit code asks the kubelet to restart all containers of the pod.
      if (followsEnd(plan.restarts, exitCode) === 'restarts all') return outcome
      const delayMs = Math.round(delayAttempt(plan.retry, tries, ports.chance()))
      const attempts = plan.retry.times + 1
      const how = `attempt ${tries} of ${attempts} failed: ${message ?? reason}`
      for (const flag of ['ready', 'unready', 'live'] as const) life.withdraw(flag)
      if (plan.restartWith.length > 0) life.withdraw('started')
      life.clear('stopping')
      // Dependents that restart with this container learn of the failure before the next attempt.
      life.publish('restarting', { message: how, reason, exitCode })
      log({
        event: 'retrying',
        message: `${how}; next attempt in ${formatDuration(delayMs)}`,
        ...{ attempt, attempts, exitCode, reason, delayMs },
      })
      if (await endsWithin(delayMs)) return outcome
    }
  }

  /** @returns whether a stop was requested before the time was up */
  function endsWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = startTimer(() => resolve(false), ms)
      const end = (): void => {
        clearTimeout(timer)
        resolve(true)
      }
      listen((signal) => (isEnding(signal) ? end() : rest(signal)))
      whenDone(end)
    })
  }

  async function conclude(life: WrapperLife, outcome: Outcome): Promise<number> {
    const settlement = settle(outcome, plan)
    const { exitCode, reason, message, killedAfterMs } = settlement
    const succeeded = exitCode === 0 && (outcome.kind === 'exited' || outcome.kind === 'signalled')
    // An unneeded container would be restarted by the kubelet and find the same state.
    const idle = outcome.kind === 'unneeded' && followsEnd(plan.restarts, exitCode) === 'restarts'
    const held = !asked && ((plan.hold && succeeded) || idle)
    const publish = held ? settlement.publish.filter((flag) => flag !== 'stopped') : settlement.publish
    const told = life.settle({ ...settlement, publish }, { held: held || undefined, attempt, killedAfterMs })
    // A failure of the wrapper is an error; the end of the command or of a predecessor is an event.
    const own = exitCode !== 0 && !['exited', 'signalled', 'interrupted', 'skipped'].includes(outcome.kind)
    log({
      event: own ? 'error' : outcome.kind === 'skipped' ? 'skipped' : 'ended',
      message: `${reason}${message === undefined ? '' : `: ${message}`}`,
      exitCode,
      reason,
      attempt,
      killedAfterMs,
    })
    if (held) {
      log({ event: 'holding', message: 'staying until told to stop (--hold)' })
      await new Promise<void>((resolve) => {
        listen((signal) => (isEnding(signal) ? resolve() : rest(signal)))
        whenDone(resolve)
      })
      life.publish('stopped')
    }
    return told || exitCode !== 0 ? exitCode : CODE_BROKEN
  }
}
