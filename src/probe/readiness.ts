/**
 * When to probe next, and what the results amount to. A state machine fed with results and the monotonic clock; it holds
 * the kubelet's rules (pkg/kubelet/prober/worker.go) with one addition: until the first success it probes fast, because
 * other containers wait for it. Pure; all times are ms on one monotonic clock.
 */
import type { Check, Timing } from './probe.ts'

/**
 * `startup`: has it come up? Over with the first answer, yes or no. `readiness`: goes on for as long as the container
 * lives; ready goes away and comes back.
 */
export type Role = 'startup' | 'readiness'

/** What a result changed for the world outside. */
export type ReadinessChange = 'ready' | 'unready' | 'startup-failed'

export interface Readiness {
  readonly role: Role
  readonly timing: Timing
  readonly ready: boolean
  /** When to probe next; undefined: never again. */
  readonly due: number | undefined
  /** The first probe's time, from which the periods of a startup probe's budget are counted. */
  readonly start: number
  /** No success yet: probing fast. */
  readonly fast: boolean
  readonly pace: Pace
  /** Equal results in a row. Of a startup probe's failures before the first success, at most one counts per period. */
  readonly run: { readonly ok: boolean; readonly length: number }
  /** The last period whose failure has been counted. */
  readonly countedPeriod: number
}

/** How fast fast probing is. */
export interface Pace {
  /** The pause between two probes; undefined: it grows, as `PAUSES` has it. */
  readonly everyMs: number | undefined
  /** The pause is at least so many times as long as the last check took. */
  readonly rest: number
}

/**
 * Pauses by the time since the first probe: others wait for a container that is starting, but one that is not ready after a
 * minute will hardly be so a moment later. After the last of them the probe's own period counts.
 */
const PAUSES = [
  { untilMs: 5000, pauseMs: 100 },
  { untilMs: 60_000, pauseMs: 1000 },
] as const

/**
 * A check that is a command (a JVM started for each) must not take more than a tenth of a processor from the very application
 * that is starting; a request costs less, and takes at most half of the time.
 */
export function choosePace({ kind }: Check, everyMs?: number): Pace {
  return { everyMs, rest: kind === 'exec' ? 9 : 1 }
}

/**
 * @param at when the container's command was spawned
 * @param free when probing may begin: the kubelet holds it back while a postStart hook runs
 */
export function beginReadiness(timing: Timing, role: Role, pace: Pace, at: number, free = at): Readiness {
  const start = Math.max(at + timing.initialDelayMs, free)
  const run = { ok: false, length: 0 }
  return { role, timing, pace, ready: false, due: start, start, fast: true, run, countedPeriod: 0 }
}

/**
 * Takes in the result of the probe that was due, known at `at`. A startup probe fails at the end of its budget as the
 * documentation states it, failureThreshold x periodSeconds after the first probe was due (the kubelet's own
 * clock starts at some moment of the first period): fast failures neither shorten nor lengthen it.
 * @param state one with a probe due; results that come after the last one are a bug of the caller.
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
 * The kubelet's ticker keeps its beat whatever a probe takes, and swallows the ticks that were missed meanwhile. Fast probing is
 * never slower than that: a startup probe's budget is counted in periods.
 */
function dueAfter({ timing, fast, pace, start }: Readiness, due: number, at: number): number {
  const beat = Math.max(at, due + timing.periodMs)
  if (!fast) return beat
  const pause = pace.everyMs ?? PAUSES.find(({ untilMs }) => at - start < untilMs)?.pauseMs ?? timing.periodMs
  return Math.min(beat, at + Math.max(pause, pace.rest * (at - due)))
}
