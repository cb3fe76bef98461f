/**
 * Stops a running command: a stop is requested, held back until its turn, sent as a signal, and enforced by SIGKILL when the time
 * is up. Every stop publishes the flag `stopping` at once, so that containers that stop later wait for this one.
 */
import { SIGKILL, SIGTERM } from '../base/signal.ts'
import { formatDuration } from '../base/duration.ts'
import { listFirst } from '../base/wording.ts'
import { nameSignal } from '../base/signal-names.ts'
import { flagIn } from '../flags/layout.ts'
import { readRecord } from '../flags/record.ts'
import { awaitKill, awaitTurn, type Pending, type Turn, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import { LOG_WORDS } from './log-words.ts'
import type { Kill } from './outcome.ts'
import type { Plan } from './plan.ts'
import { chooseStopSignal, isStopSignal, mayMeanStop, meansStop } from './stop-signal.ts'
import { TOGETHER_MS } from './turn.ts'
import { weighSignals } from './weighed-signals.ts'
import { startTimer } from '../base/timer.ts'

export interface Stopper {
  /** Handles a signal from outside, whatever it means. */
  take(signal: number): void
  /** Stops the command on the wrapper's own account. `turn`: after its dependents, as with a stop from outside. */
  stop(how: 'turn' | 'at once'): void
  /** Whether a stop was requested from outside: by a signal, or by a preStop hook, which a signal follows. */
  readonly asked: () => boolean
  readonly killed: () => Kill | undefined
  /** Called when the command has ended. */
  close(): void
}

interface Command {
  /** Sends a signal to the command, or keeps it until the command runs. */
  send(signal: number): void
  /** Called when a stop begins. */
  readonly begun: () => void
}

/** A log line names at most so many containers. */
const SPELLED_OUT = 8

/** @returns when the preStop hook began the stop, uptime in ms; undefined: no hook did. A hook's record names no signal. */
export function readHookStop(plan: Plan, { flags }: Pick<TurnPorts, 'flags'>): number | undefined {
  if (plan.ownDir === undefined) return undefined
  const { signal, uptimeMs } = readRecord(flags.read(flagIn(plan.ownDir, 'stopping')) ?? '')
  return signal === undefined ? uptimeMs : undefined
}

export function createStopper(plan: Plan, life: WrapperLife, command: Command, ports: TurnPorts): Stopper {
  const { log, uptimeMs } = ports
  const timers = new Set<NodeJS.Timeout>()
  const pending = new Set<Pending>()
  /** The latest wait for the turn. */
  let turn: Pending | undefined
  let beganMs: number | undefined
  /** The stop signal that is held back. */
  let wanted: number | undefined
  let toldMs: number | undefined
  let toldBy = SIGTERM
  let forgetting: NodeJS.Timeout | undefined
  let own = false
  /** The command was sent a stop signal that was not requested from outside. */
  let toldUnasked = false
  let asked = false
  let kill: Kill | undefined
  let closed = false

  /** Deadlines were given; they count from the beginning of the stop. */
  const planned = plan.stopWaitMs !== undefined || plan.stopKillMs !== undefined
  const later = (ms: number, act: () => void): void => {
    timers.add(startTimer(act, ms))
  }
  const sinceMs = (began: number): number => uptimeMs() - began
  const startByMeaning = (signal: number): boolean => {
    const isFirst = beganMs === undefined
    if (isFirst) ask(signal)
    return isFirst
  }
  const weighed = weighSignals(plan, life, { send: (signal) => command.send(signal), stop: startByMeaning }, ports)

  function begin(signal: number): number {
    if (beganMs !== undefined) return beganMs
    const before = readHookStop(plan, ports)
    beganMs = Math.min(before ?? uptimeMs(), uptimeMs())
    if (before === undefined) life.publish('stopping', { uptimeMs: beganMs, signal: nameSignal(signal) })
    command.begun()
    return beganMs
  }

  /**
   * Selects the signal to send. A signal replaces an earlier one only if it is a clearer request to stop: the command survives a
   * thread dump.
   * @returns when the stop by this signal began; undefined: no change
   */
  function want(signal: number): number | undefined {
    if (beganMs === undefined) {
      wanted = signal
      return begin(signal)
    }
    const former = wanted ?? toldBy
    if (chooseStopSignal(former, signal, plan) === former) return undefined
    wanted = signal
    const hookMs = readHookStop(plan, ports) ?? 0
    return hookMs > beganMs ? hookMs : uptimeMs()
  }

  function ask(signal: number): void {
    asked = true
    const began = want(signal)
    if (began !== undefined) return goOn(began)
    // A further signal does not end the wait for the turn.
    if (wanted !== undefined) return
    // Many programs abort their shutdown at a second signal. This signal may be the first one from outside, after one of our own.
    if (!toldUnasked) command.send(signal)
    toldUnasked = false
    forgetAfter(uptimeMs())
  }

  function goOn(began: number): void {
    clearTimeout(forgetting)
    awaitOwnTurn(began, () => {
      tell()
      limitFromOutside(began)
    })
  }

  /**
   * The command still runs after the pod's grace period, so the signal was not meant as a stop. The next stop counts as the first.
   * A preStop hook is always meant as one.
   */
  function forget(): void {
    if (own || readHookStop(plan, ports) !== undefined) return
    relax()
    life.clear('stopping')
    beganMs = toldMs = undefined
    asked = false
  }

  /** @param began when the latest stop from outside did */
  function forgetAfter(began: number): void {
    clearTimeout(forgetting)
    if (plan.graceGiven) forgetting = startTimer(forget, plan.graceMs + TOGETHER_MS - sinceMs(began))
  }

  function relax(): void {
    clearTimeout(forgetting)
    for (const timer of timers) clearTimeout(timer)
    for (const each of pending) each.close()
    turn?.close()
    weighed.close()
    timers.clear()
    pending.clear()
  }

  function awaitOwnTurn(began: number, proceed: () => void): void {
    if (plan.stopAfter.length === 0) return proceed()
    const rule = { aloneMs: plan.stopAloneMs, waitMs: plan.stopWaitMs ?? plan.graceMs }
    const holding = (names: readonly string[]): void =>
      log({ event: 'stopping', message: `stopping after ${listFirst(names, SPELLED_OUT)}`, after: names })
    turn?.close()
    turn = awaitTurn({ followers: plan.stopAfter, rule, beganMs: began }, ports, holding, (how) => {
      if (closed) return
      warn(how, began)
      proceed()
    })
  }

  function warn(how: Turn, began: number): void {
    if (how.kind !== 'late') return
    const message = `${listFirst(how.holders, SPELLED_OUT)} had ${formatDuration(sinceMs(began))} to stop first; stopping it now`
    log({ event: 'warning', message, after: how.holders })
  }

  /** Sends the stop signal unless it was sent already. */
  function tell(): void {
    if (wanted === undefined) return
    const signal = wanted
    wanted = undefined
    toldMs = uptimeMs()
    toldBy = signal
    toldUnasked = !asked
    command.send(signal)
    weighed.release()
  }

  /** Limits a stop from outside. Its sender kills the command in time; the wrapper kills only for the containers that stop after this one. */
  function limitFromOutside(began: number): void {
    // Waiting containers have a limit of their own. So no command is killed for a signal that may mean a thread dump or a log rotation.
    const isSure = meansStop(toldBy, plan) || readHookStop(plan, ports) !== undefined
    if (isSure && plan.stopKillMs !== undefined) limitForOthers(began, plan.stopKillMs)
    if (isSure && plan.graceGiven && !planned) later(plan.graceMs, () => killNow('it had not ended'))
    else forgetAfter(began)
  }

  function limitForOthers(began: number, killMs: number): void {
    if (plan.stopBefore.length === 0) return
    later(killMs - sinceMs(began), () => {
      const follow = awaitKill({ lower: plan.stopBefore, killMs, beganMs: began }, ports, (by) =>
        killNow(`it had not ended, and ${listFirst(by, SPELLED_OUT)} must stop after it`),
      )
      pending.add(follow)
    })
  }

  function killNow(why: string): void {
    if (closed || kill !== undefined || toldMs === undefined) return
    const afterMs = Math.round(sinceMs(toldMs))
    const message = `${LOG_WORDS.killed}${formatDuration(afterMs)} after ${nameSignal(toldBy)}: ${why}`
    kill = { afterMs, message }
    log({ event: 'killed', message, afterMs })
    command.send(SIGKILL)
  }

  return {
    take(signal) {
      const isStop = isStopSignal(signal, plan)
      asked ||= isStop
      if (closed) return
      if (isStop) ask(signal)
      else if (beganMs === undefined && plan.ownDir !== undefined && mayMeanStop(signal, plan)) weighed.weigh(signal)
      else command.send(signal)
    },
    stop(how) {
      own = true
      const signal = plan.stopSignal ?? SIGTERM
      const began = want(signal) ?? beganMs ?? uptimeMs()
      const inTurn = how === 'turn'
      const proceed = (): void => {
        tell()
        const graceMs = inTurn && planned ? plan.graceMs - sinceMs(began) : plan.graceMs
        later(graceMs, () => killNow('it had not ended'))
        if (plan.stopKillMs !== undefined) limitForOthers(began, plan.stopKillMs)
      }
      if (inTurn) awaitOwnTurn(began, proceed)
      else proceed()
    },
    asked: () => asked || readHookStop(plan, ports) !== undefined,
    killed: () => kill,
    close() {
      closed = true
      relax()
    },
  }
}
