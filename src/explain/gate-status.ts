/**
 * The state of gates, as far as a pod's status shows it. To Kubernetes a waiting container is running, because its wrapper runs.
 * The state follows from the startup probe that inject adds, from the readiness of containers with a probe for it, from ends, and
 * from the state of the awaited containers. Pure.
 */
import { followsEnd } from '../pod/restarts.ts'
import { CODE_FAILED, CODE_TIMEOUT } from '../base/exit-code.ts'
import type { ContainerStatus, End } from '../status/container-status.ts'
import type { Condition } from '../order/conditions.ts'
import type { Edge } from '../order/order.ts'
import { isGateProbe } from '../pod/own.ts'
import { writeProbing } from '../probe/wrapper-probes.ts'
import { hasNeverBegun } from './ending.ts'
import type { GateStatus, Judged, WaitStatus } from './gate.ts'
import { isNotMade } from './trouble.ts'

const PASSED: GateStatus = { kind: 'passed', missing: [], perhaps: [], certain: true }

/** Times in a pod's status are full seconds. */
const SECOND_MS = 1000

/** Interval at which a wrapper that has waited for long looks again, besides its watch (flags/observe.ts). */
const LOOK_MS = 10_000

/**
 * A wait that can never be met keeps no running container waiting: the container has passed it before, or goes on without it.
 * @param patienceMs timeout of the gate; undefined = none
 */
export function judgeGate(
  container: ContainerStatus,
  waits: readonly Judged[],
  patienceMs: number | undefined,
): GateStatus {
  if (container.wrapper === undefined || waits.length === 0) return PASSED
  const { state, last, log } = container
  const end = state.kind === 'ended' ? state.end : state.kind === 'waiting' ? last : undefined
  if (state.kind === 'ended' && log !== undefined && log.startedMs === undefined && log.skipped === true) {
    const lost = waits.filter(({ waitStatus, optional }) => waitStatus === 'never' && !optional)
    return { kind: 'skipped', missing: lost.length > 0 ? lost : waits, perhaps: [], certain: true }
  }
  if (end !== undefined) return judgeEnd(end, container, waits, patienceMs)
  if (state.kind !== 'running') return { kind: 'closed', missing: [], perhaps: [], certain: true }
  const sign = findSign(container)
  const gone = log === undefined && sign === 'passed' ? waits.filter(isGone) : []
  if (sign === 'passed' && gone.length === 0) return PASSED
  const open = waits.filter(
    ({ waitStatus, optional }) => waitStatus === 'unmet' || (sign === 'closed' && waitStatus === 'never' && !optional),
  )
  const dark = waits.filter(({ waitStatus }) => waitStatus === 'unknown')
  const closed = { kind: 'closed', missing: open, perhaps: dark } as const
  if (gone.length > 0) return { ...closed, certain: true, anew: { why: undefined, stopped: true } }
  if (log?.lost !== undefined) {
    return { ...closed, certain: true, anew: { why: log.lost, stopped: log.stopped === true } }
  }
  if (sign === 'closed')
    return open.length > 0 ? { ...closed, certain: true } : { ...closed, missing: dark, perhaps: [], certain: true }
  if (open.length > 0) return { ...closed, certain: !open.every(({ fleeting }) => fleeting) }
  return dark.length > 0 ? { kind: 'unclear', missing: dark, perhaps: [], certain: false } : PASSED
}

/** Whether the predecessor was lost and is not ready again. If it is ready again, the dependent may be running again. */
const isGone = ({ gone, waitStatus }: Judged): boolean => gone === true && waitStatus === 'unmet'

function judgeEnd(
  end: End,
  container: ContainerStatus,
  waits: readonly Judged[],
  patienceMs: number | undefined,
): GateStatus {
  const { wrapper } = container
  const { exitCode, startedMs, finishedMs } = end
  const lost = waits.filter(({ waitStatus, optional }) => waitStatus === 'never' && !optional)
  if (exitCode === 0) {
    const idle = lost.filter(({ words }) => words.endsWith(WORDS.failed))
    return idle.length > 0 ? { kind: 'unneeded', missing: idle, perhaps: [], certain: true } : PASSED
  }
  const bounds = [patienceMs, ...waits.map(({ timeoutMs, optional }) => (optional ? undefined : timeoutMs))]
  const lasted = startedMs === undefined || finishedMs === undefined ? 0 : finishedMs - startedMs
  const shortest = Math.min(...bounds.map((ms) => ms ?? Infinity))
  if (exitCode === CODE_TIMEOUT && wrapper === 'podorder' && lasted >= shortest - SECOND_MS) {
    const missing = waits.filter(({ waitStatus }) => waitStatus !== 'met')
    return { kind: 'late', missing, perhaps: [], certain: false }
  }
  if (exitCode !== CODE_FAILED || followsEnd(container, exitCode) !== 'stays') return PASSED
  // A wait that was never met has certainly prevented the start; a readiness may have been met for a time.
  const surely = lost.filter(({ fleeting }) => !fleeting)
  if (surely.length > 0) return { kind: 'skipped', missing: surely, perhaps: [], certain: true }
  const perhaps = lost.filter((wait) => mayHaveMissed(wait, end))
  return perhaps.length > 0 ? { kind: 'skipped', missing: perhaps, perhaps: [], certain: false } : PASSED
}

/** A skip follows the loss at once, or follows the start if that came later. */
function mayHaveMissed({ heldMs = 0, lostMs }: Judged, { startedMs = 0, finishedMs = 0 }: End): boolean {
  if (startedMs < heldMs) return false
  if (lostMs === undefined) return true
  return finishedMs >= lostMs - SECOND_MS && finishedMs <= Math.max(lostMs, startedMs) + LOOK_MS + SECOND_MS
}

/** A container without a probe was ready while its command ran. If it ended within a second, it may have been ready without a sign. */
export function findHeld({ spec, state }: ContainerStatus): Pick<Judged, 'heldMs'> {
  if (hasProbe(spec, 'startupProbe') || hasProbe(spec, 'readinessProbe') || state.kind !== 'ended') return {}
  const { startedMs, finishedMs } = state.end
  const seen = startedMs !== undefined && finishedMs !== undefined && startedMs < finishedMs
  return seen && writeProbing(spec).postStart === undefined ? { heldMs: finishedMs } : {}
}

/** Reads the state of the gate from the container's own status, or from its wrapper's log, which is certain. */
function findSign({ spec, actual, started, ready, log }: ContainerStatus): 'passed' | 'closed' | 'unknown' {
  if (log?.lost !== undefined) return 'closed'
  if (log?.startedMs !== undefined || log?.endedMs !== undefined) return 'passed'
  if (log?.waiting !== undefined) return 'closed'
  if (isGateProbe(actual['startupProbe'])) {
    if (started) return 'passed'
    // Otherwise the container's own startupProbe, its hook or a delay may still be pending.
    const { liveDelayMs = 0, postStart } = writeProbing(spec)
    return hasProbe(spec, 'startupProbe') || liveDelayMs > 0 || postStart !== undefined ? 'unknown' : 'closed'
  }
  return hasProbe(spec, 'readinessProbe') && ready ? 'passed' : 'unknown'
}

export function hasProbe(spec: ContainerStatus['spec'], field: 'startupProbe' | 'readinessProbe'): boolean {
  return (spec[field] ?? undefined) !== undefined
}

export const WORDS: Readonly<Record<Condition, string>> = {
  started: 'to start',
  ready: 'to be ready',
  completed: 'to complete',
  failed: 'to fail',
  ended: 'to end',
}

/** Judges whether the awaited container has met the condition, by the table of docs/reference.md. */
export function judgeEdge(
  { condition }: Pick<Edge, 'condition'>,
  target: ContainerStatus,
  gateResult: GateStatus,
): WaitStatus {
  const { state, wrapper, held, log } = target
  if (wrapper === undefined || isNotMade(target) || state.kind === 'waiting') return 'unmet'
  if (state.kind === 'ended') return judgeEnded(condition, state.end, target, gateResult)
  if (held && log?.endedMs !== undefined) return judgeHeld(condition, log.exitCode ?? 0)
  const begun = gateResult.kind === 'passed' ? 'met' : gateResult.kind === 'closed' ? 'unmet' : 'unknown'
  switch (condition) {
    case 'started':
      return begun
    case 'ready':
      return gateResult.anew === undefined ? (judgeReady(target) ?? begun) : 'unmet'
    case 'failed':
      return 'unmet'
    case 'completed':
    case 'ended':
      return held && begun !== 'unmet' && log === undefined ? 'unknown' : 'unmet'
  }
}

/** The command has ended, and its wrapper has reported how. */
function judgeHeld(condition: Condition, exitCode: number): WaitStatus {
  if (condition === 'failed') return 'unmet'
  return exitCode === 0 ? 'met' : 'unmet'
}

/** @returns undefined where no probe tells: the container is then ready when started */
function judgeReady({ spec, actual, started, ready, log }: ContainerStatus): WaitStatus | undefined {
  if (log?.readyMs !== undefined && log.unready === undefined) return 'met'
  if (hasProbe(spec, 'startupProbe')) return started ? 'met' : 'unmet'
  if (hasProbe(spec, 'readinessProbe')) return ready ? 'met' : 'unmet'
  return isGateProbe(actual['startupProbe']) && started ? 'met' : undefined
}

function judgeEnded(condition: Condition, end: End, container: ContainerStatus, gateResult: GateStatus): WaitStatus {
  const success = end.exitCode === 0
  const final = followsEnd(container, end.exitCode) === 'stays'
  // A container without a wrapper publishes no failure.
  if (hasNeverBegun(end) || !(final || success)) return 'unmet'
  switch (condition) {
    case 'started':
      if (success) return final ? 'met' : 'unmet'
      return gateResult.kind === 'passed' ? 'met' : 'never'
    case 'ready':
      return success ? (final ? 'met' : 'unmet') : 'never'
    case 'completed':
      return success ? 'met' : 'never'
    case 'failed':
      return success ? (final ? 'never' : 'unmet') : 'met'
    case 'ended':
      return 'met'
  }
}
