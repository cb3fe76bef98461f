/**
 * How a running command is stopped: asked, held back until its turn, told by its stop signal, and killed when its time is up.
 * Whoever asks, the flag `stopping` says at once that it has begun, so that those which stop later wait for it.
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
  /** A signal from outside, whatever it means. */
  take(signal: number): void
  /** A stop of our own. `turn`: it waits for those that need it, as a stop from outside does. */
  stop(how: 'turn' | 'at once'): void
  /** From outside: by a signal, or by a preStop hook, which a signal follows. */
  readonly asked: () => boolean
  readonly killed: () => Kill | undefined
  /** The command has ended. */
  close(): void
}

interface Command {
  /** To the command, as soon as there is one. */
  send(signal: number): void
  /** Its stop begins. */
  readonly begun: () => void
}

/** A list of holders names so many. */
const SPELLED_OUT = 8

export function createStopper(plan: Plan, life: WrapperLife, command: Command, ports: TurnPorts): Stopper {
  const { log, uptimeMs } = ports
  const timers = new Set<NodeJS.Timeout>()
  const pending = new Set<Pending>()
  /** The latest wait for its turn. */
  let turn: Pending | undefined
  let beganMs: number | undefined
  /** The stop signal that is held back. */
  let wanted: number | undefined
  let toldMs: number | undefined
  let toldBy = SIGTERM
  let forgetting: NodeJS.Timeout | undefined
  let own = false
  /** Nobody outside has asked for what it was told. */
  let toldUnasked = false
  let asked = false
  let kill: Kill | undefined
  let closed = false

  /** A plan by deadlines was given: they count from when the stop began. */
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

  /** When the process of the preStop hook has begun the stop; it knows of no signal. */
  function readHook(): number | undefined {
    if (plan.ownDir === undefined) return undefined
    const { signal, uptimeMs: hookMs } = readRecord(ports.flags.read(flagIn(plan.ownDir, 'stopping')) ?? '')
    return signal === undefined ? hookMs : undefined
  }

  function begin(signal: number): number {
    if (beganMs !== undefined) return beganMs
    const before = readHook()
    beganMs = Math.min(before ?? uptimeMs(), uptimeMs())
    if (before === undefined) life.publish('stopping', { uptimeMs: beganMs, signal: nameSignal(signal) })
    command.begun()
    return beganMs
  }

  /**
   * Makes a signal the one that is to be told, unless one that means a stop as surely is, or has been told: the command survives a thread dump.
   * @returns when the stop by it began; undefined: nothing new
   */
  function want(signal: number): number | undefined {
    if (beganMs === undefined) {
      wanted = signal
      return begin(signal)
    }
    const former = wanted ?? toldBy
    if (chooseStopSignal(former, signal, plan) === former) return undefined
    wanted = signal
    const hookMs = readHook() ?? 0
    return hookMs > beganMs ? hookMs : uptimeMs()
  }

  function ask(signal: number): void {
    asked = true
    const began = want(signal)
    if (began !== undefined) return goOn(began)
    // Another one while it is held back does not hasten it.
    if (wanted !== undefined) return
    // Many a program takes a second signal for impatience, and gives up what it does to stop; this may be the first of its sender.
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

  /** Whoever asked has not meant it so: the pod's grace period is over, and it runs. The next stop is the first one. A preStop hook means it. */
  function forget(): void {
    if (own || readHook() !== undefined) return
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

  /** Nothing, where that has been done meanwhile. */
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

  /** The limit where the pod is stopped from outside: whoever stops it kills it in time; we do so only for the sake of those that wait for it. */
  function limitFromOutside(began: number): void {
    // Those that wait do not wait for ever, so nobody need die of a thread dump or a log rotation that all of them were told to do.
    const isSure = meansStop(toldBy, plan) || readHook() !== undefined
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
    asked: () => asked || readHook() !== undefined,
    killed: () => kill,
    close() {
      closed = true
      relax()
    },
  }
}
