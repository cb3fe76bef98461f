/**
 * The state machine of probing: it takes results and times, and decides when to probe next and what has changed. It has the
 * kubelet's rules (pkg/kubelet/prober/worker.go) with one addition: until the first success it probes fast, because other
 * containers wait. Pure; all times are ms of one monotonic clock.
 */
import type { Check, Timing } from './probe.ts'

/**
 * `startup`: ends with the first decision, success or failure. `readiness`: continues during the container's life; ready may be
 * lost and come back.
 */
export type Role = 'startup' | 'readiness'

/** A change that others must be told of. */
export type ReadinessChange = 'ready' | 'unready' | 'startup-failed'

export interface Readiness {
  readonly role: Role
  readonly timing: Timing
  readonly ready: boolean
  /** When to probe next; undefined: never again. */
  readonly due: number | undefined
  /** The time of the first probe, from which the periods of a startup probe's budget count. */
  readonly start: number
  /** Fast probing, since there was no success yet. */
  readonly fast: boolean
  readonly pace: Pace
  /** Equal results in a row. At most one failure of a startup probe counts per period. */
  readonly run: { readonly ok: boolean; readonly length: number }
  /** The last period whose failure has been counted. */
  readonly countedPeriod: number
}

/** The pace of fast probing. */
export interface Pace {
  /** The pause between two probes; undefined: a growing pause, see `PAUSES`. */
  readonly everyMs: number | undefined
  /** The least pause, as a multiple of the last check's duration. */
  readonly rest: number
}

/**
 * Pauses by the time since the first probe. A container that is not ready after a minute will hardly be ready a moment later, so
 * the pauses grow. After the last of them the probe's period counts.
 */
const PAUSES = [
  { untilMs: 5000, pauseMs: 100 },
  { untilMs: 60_000, pauseMs: 1000 },
] as const

/**
 * Limits the load: a check that is a command, such as one that starts a JVM, takes at most a tenth of a processor from the
 * application. A request costs less and may take half of the time.
 */
export function choosePace({ kind }: Check, everyMs?: number): Pace {
  return { everyMs, rest: kind === 'exec' ? 9 : 1 }
}

/**
 * @param at the time of the command's spawn
 * @param free the earliest time of a probe: the kubelet does not probe while a postStart hook runs
 */
export function beginReadiness(timing: Timing, role: Role, pace: Pace, at: number, free = at): Readiness {
  const start = Math.max(at + timing.initialDelayMs, free)
  const run = { ok: false, length: 0 }
  return { role, timing, pace, ready: false, due: start, start, fast: true, run, countedPeriod: 0 }
}

/**
 * Records the result of a probe at the time `at`. A startup probe fails failureThreshold x periodSeconds after the first probe was
 * due, as documented (the kubelet's clock starts at some moment of the first period). Fast failures do not change this time.
 * @param state must have a probe due; a result after the last one is a bug of the caller.
 */
export function recordResult(
  state: Readiness,
  ok: boolean,
  at: number,
): { readonly state: Readiness; readonly change: ReadinessChange | undefined } {
  if (state.due === undefined) throw new Error('a probe result came after the probing was over')
  const counted = count(state, ok, state.due)
  const { run, ready, role, timing } = counted
  const reached = run.length >= (run.ok ? timing.successThreshold : timing.failureThreshold)
  const next = { ...counted, fast: state.fast && !ok }
  const due = dueAfter(next, state.due, at)
  if (!reached || (role === 'readiness' && ready === run.ok)) return { state: { ...next, due }, change: undefined }
  if (role === 'startup') {
    const change = run.ok ? 'ready' : 'startup-failed'
    return { state: { ...next, ready: run.ok, due: undefined }, change }
  }
  return { state: { ...next, ready: run.ok, due }, change: run.ok ? 'ready' : 'unready' }
}

function count(state: Readiness, ok: boolean, due: number): Readiness {
  const longer = { ok, length: state.run.ok === ok ? state.run.length + 1 : 1 }
  if (ok || state.role === 'readiness' || !state.fast) return { ...state, run: longer }
  const period = Math.floor((due - state.start) / state.timing.periodMs)
  return period > state.countedPeriod ? { ...state, run: longer, countedPeriod: period } : state
}

/**
 * The time of the next probe. The kubelet's ticker keeps its beat and drops the ticks that were missed during a slow probe. Fast
 * probing is never slower than the ticker, since a startup probe's budget is counted in periods.
 */
function dueAfter({ timing, fast, pace, start }: Readiness, due: number, at: number): number {
  const beat = Math.max(at, due + timing.periodMs)
  if (!fast) return beat
  const pause = pace.everyMs ?? PAUSES.find(({ untilMs }) => at - start < untilMs)?.pauseMs ?? timing.periodMs
  return Math.min(beat, at + Math.max(pause, pace.rest * (at - due)))
}
