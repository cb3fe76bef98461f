/**
 * Decides the next action for one pod: write its annotations, nudge the kubelet, write an Event that it waits, or nothing. A
 * state machine over times that are passed in, in ms of a monotonic clock. Pure.
 *
 * Why nudge: the kubelet loses about one update of a downward volume in a thousand until its next resync, 60 to 90 s later. Half
 * of these losses occur while pods with persistent volumes start on its node. Any later change of the pod makes it look again
 * (recorded from Kubernetes 1.26). The annotation itself holds the number of nudges, so a new leader continues there.
 */
import { NUDGE } from '../pod/annotation-names.ts'
import { delayRetry } from '../base/back-off.ts'
import { gapOf, NUDGES, readNudges, type AnnotationValues, type ControlledPod } from './controlled-pod.ts'

/** The controller's own record of a pod, besides what the API reports. */
export interface Memory {
  /** The last write, until the watch has reported it. */
  readonly assumed: { readonly said: AnnotationValues; readonly version: string; readonly atMs: number } | undefined
  /** Since when the annotations are right but a container may not have seen them; the next nudge is timed from here. */
  readonly calmMs: number | undefined
  /** Since when a container waits. */
  readonly gatedMs: number | undefined
  /** An Event about the wait was written. */
  readonly told: boolean
  /** Failed writes in a row. */
  readonly failures: number
  /** No write before this time. */
  readonly retryMs: number
}

/** `said` is merged into the pod's annotations; undefined removes one. */
export type Write =
  | { readonly kind: 'status' | 'nudge'; readonly said: AnnotationValues }
  | { readonly kind: 'event'; readonly message: string }

export type NextAction =
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'later'; readonly atMs: number }
  | { readonly kind: 'rest' }

export interface StepOptions {
  readonly events: boolean
}

/** The memory of a pod that was not seen before. */
export const BLANK: Memory = {
  assumed: undefined,
  calmMs: undefined,
  gatedMs: undefined,
  told: false,
  failures: 0,
  retryMs: 0,
}

/** If the watch has not reported a write after this time, it has lost the event, and the annotation may have changed since. */
const ECHO_MS = 30_000
const PATIENCE_MS = 60_000

/** Updates the memory with the current state of the pod. */
export function remember(memory: Memory, pod: ControlledPod, nowMs: number): Memory {
  const { assumed } = memory
  const here = assumed === undefined || pod.version === assumed.version || nowMs - assumed.atMs >= ECHO_MS
  const kept = here ? { ...memory, assumed: undefined } : memory
  const calm = pod.pending && listDue(kept, pod) === undefined
  const gated = pod.gate !== undefined
  return {
    ...kept,
    calmMs: calm ? (kept.calmMs ?? nowMs) : undefined,
    gatedMs: gated ? (kept.gatedMs ?? nowMs) : undefined,
    told: gated && kept.told,
  }
}

/** @param memory already updated with this pod */
export function decide(memory: Memory, pod: ControlledPod, nowMs: number, { events }: StepOptions): NextAction {
  if (pod.over) return { kind: 'rest' }
  const due = listDue(memory, pod)
  const nudges = countNudges(memory, pod)
  const steps: { readonly atMs: number; readonly write: Write }[] = []
  if (due !== undefined) {
    const said = nudges === 0 ? due : { ...due, [NUDGE]: undefined }
    steps.push({ atMs: nowMs, write: { kind: 'status', said } })
  }
  if (memory.calmMs !== undefined && nudges < NUDGES) {
    const said = { [NUDGE]: String(nudges + 1) }
    steps.push({ atMs: memory.calmMs + gapOf(nudges), write: { kind: 'nudge', said } })
  }
  if (events && memory.gatedMs !== undefined && !memory.told && pod.gate !== undefined) {
    steps.push({ atMs: memory.gatedMs + PATIENCE_MS, write: { kind: 'event', message: pod.gate } })
  }
  const [next] = steps.toSorted((a, b) => a.atMs - b.atMs)
  const wakes = memory.assumed === undefined ? [] : [memory.assumed.atMs + ECHO_MS]
  if (next !== undefined && Math.max(next.atMs, memory.retryMs) <= nowMs) return { kind: 'write', write: next.write }
  if (next !== undefined) wakes.push(Math.max(next.atMs, memory.retryMs))
  return wakes.length === 0 ? { kind: 'rest' } : { kind: 'later', atMs: Math.min(...wakes) }
}

/** @param version of the pod after the write */
export function afterWrite(memory: Memory, write: Write, version: string, nowMs: number): Memory {
  const well = { ...memory, failures: 0, retryMs: 0 }
  if (write.kind === 'event') return { ...well, told: true }
  const said = { ...memory.assumed?.said, ...write.said }
  return { ...well, assumed: { said, version, atMs: nowMs }, calmMs: undefined }
}

/**
 * A failed Event is not retried: Events are informative only.
 * @param chance from 0 to below 1
 * @param askedMs the least delay, when the server has asked for one
 */
export function afterFailure(memory: Memory, write: Write, nowMs: number, chance: number, askedMs?: number): Memory {
  if (write.kind === 'event') return { ...memory, told: true }
  const failures = memory.failures + 1
  return { ...memory, failures, retryMs: nowMs + delayRetry(failures, chance, askedMs) }
}

/** @returns the annotations to change; undefined when there are none */
function listDue({ assumed }: Memory, { said, due }: ControlledPod): AnnotationValues | undefined {
  if (assumed === undefined && said === due) return undefined
  const now = { ...said, ...assumed?.said }
  const different = Object.entries(due).filter(([name, value]) => (now[name] ?? '') !== (value ?? ''))
  return different.length === 0 ? undefined : Object.fromEntries(different)
}

function countNudges({ assumed }: Memory, pod: ControlledPod): number {
  return assumed !== undefined && NUDGE in assumed.said ? readNudges(assumed.said[NUDGE]) : pod.nudges
}
