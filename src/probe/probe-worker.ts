/**
 * A probe worker of the kubelet in one life of a container: when it probes next, and what its results amount to
 * (pkg/kubelet/prober/worker.go). It is the wrapper's own machine without its haste: here nobody waits. Pure.
 */
import type { ProbeKind } from './care.ts'
import type { Timing } from './probe.ts'
import { beginReadiness, type Pace, type Readiness, recordResult } from './readiness.ts'

export interface ProbeWorker {
  readonly kind: ProbeKind
  readonly machine: Readiness
}

/** A container is healthy until its liveness probe says otherwise, and neither up nor ready until the other two say so. */
export type ProbeFinding = 'passed' | 'failed'

/** However small the scale: probes are to watch over a machine, not to keep it busy. */
const SHORTEST_PERIOD_MS = 100

/** A pace that is never fast. */
const UNHURRIED: Pace = { everyMs: undefined, rest: 0 }

/**
 * @param startedMs when the container was started: its initialDelaySeconds count from there
 * @param fromMs not before this, such as the success of the startup probe; monotonic, as all times here
 * @param scale delays and periods are so many times as long; how long a check may take is left as it is
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

/** @returns `finding` when it has changed; `failures` in a row. A startup probe is over with it, liveness with `failed`. */
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
