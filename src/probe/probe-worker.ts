/**
 * A probe worker of the kubelet for one incarnation of a container (pkg/kubelet/prober/worker.go). It uses the wrapper's state
 * machine without its fast probing. Pure.
 */
import type { ProbeKind } from './care.ts'
import type { Timing } from './probe.ts'
import { beginReadiness, type Pace, type Readiness, recordResult } from './readiness.ts'

export interface ProbeWorker {
  readonly kind: ProbeKind
  readonly machine: Readiness
}

/** A change. Before the first one, a container counts as healthy, and as neither started nor ready. */
export type ProbeFinding = 'passed' | 'failed'

/** The limit for a small scale, so that probes do not keep the machine busy. */
const SHORTEST_PERIOD_MS = 100

/** A pace that is never fast. */
const UNHURRIED: Pace = { everyMs: undefined, rest: 0 }

/**
 * @param startedMs the start of the container, from which initialDelaySeconds counts
 * @param fromMs the earliest time of a probe, such as the success of the startup probe; monotonic, as all times here
 * @param scale a factor for delays and periods, but not for timeouts
 */
export function hireWorker(
  kind: ProbeKind,
  timing: Timing,
  startedMs: number,
  fromMs: number,
  scale: number,
): ProbeWorker {
  const periodMs = Math.max(timing.periodMs * scale, Math.min(timing.periodMs, SHORTEST_PERIOD_MS))
  const scaled = { ...timing, initialDelayMs: timing.initialDelayMs * scale, periodMs }
  const role = kind === 'startup' ? 'startup' : 'readiness'
  const machine = beginReadiness(scaled, role, UNHURRIED, startedMs, fromMs)
  return { kind, machine: { ...machine, fast: false, ready: kind === 'liveness' } }
}

/** @returns `finding` when it has changed; `failures` in a row. A startup probe ends with any finding, a liveness probe with `failed`. */
export function takeResult(
  { kind, machine }: ProbeWorker,
  ok: boolean,
  atMs: number,
): { readonly worker: ProbeWorker; readonly finding: ProbeFinding | undefined; readonly failures: number } {
  const { state, change } = recordResult(machine, ok, atMs)
  const finding = change === undefined ? undefined : change === 'ready' ? 'passed' : 'failed'
  const over = kind === 'liveness' && finding === 'failed'
  const failures = state.run.ok ? 0 : state.run.length
  return { worker: { kind, machine: over ? { ...state, due: undefined } : state }, finding, failures }
}
