/** The gate: waits until the order allows the start. */
import { listFirst } from '../base/wording.ts'
import { formatDuration } from '../base/duration.ts'
import { type Closed, judge, type PendingWait, type Look } from '../flags/judge.ts'
import { createFlagReader, explainWait } from '../flags/predecessor.ts'
import { LOG_WORDS } from './log-words.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import { type Observation, observe } from '../flags/observe.ts'
import type { EntrypointPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

type Ports = Pick<EntrypointPorts, 'flags' | 'lifelines' | 'watchPaths' | 'outside' | 'log'>

export type GateResult = OpenGate | Outcome

/** `without`: the optional waits that the gate gave up. */
export interface OpenGate {
  readonly kind: 'open'
  readonly waitedFor: string | undefined
  readonly without?: readonly string[]
}

export interface Gate {
  readonly gateResult: Promise<GateResult>
  /** Ends the wait from outside. */
  end(outcome: Outcome): void
}

const REMIND_MS = 30_000
/** Turns of the event loop that allow connections to be made before the first reminder. */
const TURNS = 100
/** A reminder names at most so many waits and counts the others. */
const SPELLED_OUT = 8

/**
 * Opens when one look finds all waits met; closes as soon as a required wait can never be met.
 * @param onOpen is called in the same turn of the event loop that finds the gate open, before any cleanup
 * @param pauseMs the gate stays closed for at least this long
 */
export function passGate(plan: Plan, ports: Ports, onOpen: () => void, pauseMs = 0): Gate {
  const { promise: gateResult, resolve } = Promise.withResolvers<GateResult>()
  const policy = { content: plan.waitContent, restartPolicy: plan.restarts.policy, policies: plan.policies }
  const waived = new Set<PendingWait>()
  const timers: NodeJS.Timeout[] = []
  let observation: Observation | undefined
  let ended = false
  let latest: readonly Look[] = []

  const outside = ports.outside?.(() => observation?.look())
  const waits: readonly PendingWait[] = [
    ...plan.waits.map((wait, index) => ({
      wait,
      judge: () => judge(wait, latest[index] as Look, policy),
      explain: () =>
        explainWait(
          wait,
          latest[index] as Look,
          policy,
          createFlagReader(wait.path, (path) => ports.flags.read(path)),
        ),
    })),
    ...(outside?.waits ?? []),
  ]
  let missing = waits
  let pausing = pauseMs > 0

  const end = (how: GateResult): void => {
    if (how.kind === 'open' && !ended) onOpen()
    ended = true
    for (const timer of timers) clearTimeout(timer)
    observation?.close()
    // Runs after the spawn, as the cleanup of the watches does.
    if (outside !== undefined) setImmediate(outside.close)
    resolve(how)
  }
  const waive = (each: PendingWait, message: string): void => {
    waived.add(each)
    ports.log({ event: 'warning', message: `${message}; it is optional, so the command starts without it` })
  }
  const decide = (looks: readonly Look[]): GateResult | undefined => {
    latest = looks
    const open: PendingWait[] = []
    for (const each of waits) {
      if (waived.has(each)) continue
      const verdict = each.judge()
      if (verdict.kind === 'waiting') open.push(each)
      else if (verdict.kind !== 'met') {
        if (!each.wait.optional) return outcomeOf(verdict)
        waive(each, verdict.message)
      }
    }
    if (pausing && open.length === 0) return undefined
    if (open.length === 0) {
      const without = [...waived].map(({ wait }) => wait.label)
      return { kind: 'open', waitedFor: missing.at(-1)?.wait.label, ...(without.length > 0 ? { without } : {}) }
    }
    missing = open
    return undefined
  }
  const remind = (): void => {
    const reasons = missing.map((each) => `${each.wait.label} (${each.explain()})`)
    const message = `${LOG_WORDS.waiting}${listFirst(reasons, SPELLED_OUT)}`
    ports.log({ event: 'waiting', message, waitingFor: missing.map(({ wait }) => wait.label) })
  }
  /** A pending connection soon shows whether the wrapper lives. */
  const introduce = (turns: number): void => {
    if (ended) return
    if (turns > 0 && latest.some(({ link }) => link === 'connecting')) setImmediate(() => introduce(turns - 1))
    else remind()
  }
  const giveUpAfter = (ms: number, only: PendingWait | undefined): void => {
    const expire = (): void => {
      // A process or machine that was suspended past the timeout must first look at what has come meanwhile.
      observation?.look()
      if (ended) return
      const late = only === undefined ? missing : missing.filter((each) => each === only)
      if (late.length === 0) return
      const names = late.map(({ wait }) => wait.label).join(', ')
      const message = `gave up waiting for ${names} after ${formatDuration(ms)}`
      if (only?.wait.optional !== true) return end({ kind: 'wait-timeout', message })
      waive(only, message)
      const how = decide(latest)
      if (how !== undefined) end(how)
    }
    timers.push(startTimer(expire, ms))
  }

  const resume = (): void => {
    pausing = false
    observation?.look()
  }
  if (pausing) timers.push(startTimer(resume, pauseMs))
  observation = observe(plan.waits, ports, decide, end)
  if (!ended) {
    if (outside === undefined) introduce(TURNS)
    else void outside.introduced.then(() => !ended && remind())
    timers.push(setInterval(remind, REMIND_MS))
    if (plan.waitTimeoutMs !== undefined) giveUpAfter(plan.waitTimeoutMs, undefined)
    for (const each of waits) {
      if (each.wait.timeoutMs !== undefined) giveUpAfter(each.wait.timeoutMs, each)
    }
  }
  return { gateResult, end }
}

/** A `failed` that cannot come because its container completed is not a failure: the command is not needed. */
function outcomeOf({ kind, origin, reason, cause, message }: Closed): Outcome {
  switch (kind) {
    case 'unreachable':
      return { kind: 'misdirected', message }
    case 'unknowable':
      return { kind: 'broken', message }
    case 'died':
      return { kind: 'skipped', reason: 'PredecessorDied', origin, cause, message }
    case 'refused':
      return reason === 'Completed'
        ? { kind: 'unneeded', message }
        : { kind: 'skipped', reason: 'Skipped', origin, cause, message }
  }
}
