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
import { awaitKill, awaitMeaning, awaitTurn, type Pending, type Turn, type TurnPorts } from './await-turn.ts'
import type { WrapperLife } from './life.ts'
import type { Kill } from './outcome.ts'
import type { Plan } from './plan.ts'
import { isStopSignal, mayMeanStop } from './stop-signal.ts'
import { MEANING_MS, TOGETHER_MS } from './turn.ts'
import { startTimer } from '../base/timer.ts'

export interface Stopper {
  /** A signal from outside, whatever it means. */
  take(signal: number): void
  /** A stop of our own. `turn`: it waits for those that need it, as a stop from outside does. */
  stop(how: 'turn' | 'at once'): void
  /** By a signal from outside. */
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

/** Signals that may mean anything come in storms; those that wait need to hear of the first. */
const UNSURE_EVERY_MS = TOGETHER_MS / 4

/** A list of holders names so many. */
const SPELLED_OUT = 8

export function createStopper(plan: Plan, life: WrapperLife, command: Command, ports: TurnPorts): Stopper {
  const { log, uptimeMs } = ports
  const timers = new Set<NodeJS.Timeout>()
  const pending = new Set<Pending>()
  /** What came before it was told: a stop signal holds back what comes behind it. */
  const held: number[] = []
  let beganMs: number | undefined
  let toldMs: number | undefined
  let toldBy = SIGTERM
  let unsureMs: number | undefined
  let weighing = false
  let asked = false
  let kill: Kill | undefined
  let closed = false

  /** A plan by deadlines was given: they count from when the stop began. */
  const planned = plan.stopWaitMs !== undefined || plan.stopKillMs !== undefined
  const later = (ms: number, act: () => void): void => {
    timers.add(startTimer(act, Math.max(0, ms)))
  }
  const sinceMs = (began: number): number => uptimeMs() - began

  /** The preStop hook's own process may have begun it. */
  function begin(signal: number): number {
    if (beganMs !== undefined) return beganMs
    const record = plan.ownDir === undefined ? {} : readRecord(ports.flags.read(flagIn(plan.ownDir, 'stopping')) ?? '')
    const before = record.unsure === true ? undefined : record.uptimeMs
    beganMs = Math.min(before ?? uptimeMs(), uptimeMs())
    if (before === undefined) life.publish('stopping', { uptimeMs: beganMs, signal: nameSignal(signal) })
    // Whoever asked has not meant it so: the pod's grace period is over, and it runs.
    if (plan.graceGiven) later(plan.graceMs + TOGETHER_MS, () => life.clear('stopping'))
    command.begun()
    return beganMs
  }

  function ask(signal: number): void {
    asked = true
    const began = begin(signal)
    awaitOwnTurn(began, () => {
      tell(signal)
      limitFromOutside(began)
    })
  }

  function awaitOwnTurn(began: number, proceed: () => void): void {
    if (plan.stopAfter.length === 0) return proceed()
    const rule = { aloneMs: plan.stopAloneMs, waitMs: plan.stopWaitMs ?? plan.graceMs }
    const holding = (names: readonly string[]): void =>
      log({ event: 'stopping', message: `stopping after ${listFirst(names, SPELLED_OUT)}`, after: names })
    const follow = awaitTurn({ followers: plan.stopAfter, rule, beganMs: began }, ports, holding, (turn) => {
      if (closed) return
      warn(turn, began)
      proceed()
    })
    pending.add(follow)
  }

  function warn(turn: Turn, began: number): void {
    if (turn.kind !== 'late') return
    const message = `${listFirst(turn.holders, SPELLED_OUT)} had ${formatDuration(sinceMs(began))} to stop first; stopping it now`
    log({ event: 'warning', message, after: turn.holders })
  }

  function tell(signal: number): void {
    if (toldMs !== undefined) return
    toldMs = uptimeMs()
    toldBy = signal
    command.send(signal)
    for (const each of held.splice(0)) command.send(each)
  }

  /** The limit where the pod is stopped from outside: whoever stops it kills it in time; we do so only for the sake of those that wait for it. */
  function limitFromOutside(began: number): void {
    if (plan.stopKillMs !== undefined) limitForOthers(began, plan.stopKillMs)
    else if (plan.graceGiven && !planned) later(plan.graceMs, () => killNow('it had not ended'))
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
    const message = `killed ${formatDuration(afterMs)} after ${nameSignal(toldBy)}: ${why}`
    kill = { afterMs, message }
    log({ event: 'killed', message, afterMs })
    command.send(SIGKILL)
  }

  /** Weighs a signal of an image that nobody has looked at: it is held back until it is clear whether those that need it stop too. */
  function weigh(signal: number): void {
    const now = uptimeMs()
    if (plan.stopAfter.length === 0) {
      const isNews = unsureMs === undefined || now - unsureMs >= UNSURE_EVERY_MS
      if (isNews) life.publish('stopping', { uptimeMs: now, signal: nameSignal(signal), unsure: true })
      if (isNews) unsureMs = now
      return command.send(signal)
    }
    held.push(signal)
    if (weighing) return
    weighing = true
    const follow = awaitMeaning(plan.stopAfter, { atMs: now, patienceMs: MEANING_MS }, ports, (isStop) => {
      weighing = false
      if (closed) return
      const [first = signal, ...others] = held.splice(0)
      if (isStop && beganMs === undefined) {
        held.push(...others)
        return ask(first)
      }
      for (const each of [first, ...others]) command.send(each)
    })
    pending.add(follow)
  }

  return {
    take(signal) {
      const isStop = isStopSignal(signal, plan)
      // Whoever began the stop: from now on it is wanted from outside.
      asked ||= isStop
      if (isStop && beganMs === undefined) ask(signal)
      // Another one while it is held back means the same, and does not hasten it.
      else if (isStop && toldMs === undefined) return
      else if (beganMs === undefined && plan.ownDir !== undefined && mayMeanStop(signal, plan)) weigh(signal)
      else command.send(signal)
    },
    stop(how) {
      const signal = plan.stopSignal ?? SIGTERM
      const began = begin(signal)
      const inTurn = how === 'turn'
      const proceed = (): void => {
        tell(signal)
        const graceMs = inTurn && planned ? plan.graceMs - sinceMs(began) : plan.graceMs
        later(graceMs, () => killNow('it had not ended'))
        if (plan.stopKillMs !== undefined) limitForOthers(began, plan.stopKillMs)
      }
      if (inTurn) awaitOwnTurn(began, proceed)
      else proceed()
    },
    asked: () => asked,
    killed: () => kill,
    close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      for (const each of pending) each.close()
    },
  }
}
