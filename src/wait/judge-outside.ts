/** Waiting for what is outside the pod's order: targets of the API and the network, and sidecars. Pure. */
import { impossible, met, type Refusal, type TargetResult, type TargetState, waiting } from '../kube/target-result.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import type { Awaited, WaitResult } from '../flags/judge.ts'

/**
 * Judges what is known of one target. What can never hold, or cannot be found out, closes the gate for good only where nobody
 * starts anything again; else somebody may make another Job, or grant what is missing.
 * @param state undefined: nothing is known yet
 */
export function judgeOutside(wait: Awaited, state: TargetState | undefined, restartPolicy: RestartPolicy): WaitResult {
  if (state === undefined) return { kind: 'waiting' }
  const { refused } = state
  const base = { wait, origin: wait.label, reason: undefined }
  if (refused !== undefined) {
    if (isPassing(refused, restartPolicy)) return { kind: 'waiting' }
    const kind = refused.kind === 'selector' ? 'unreachable' : 'unknowable'
    return { ...base, kind, cause: refused.message, message: `cannot wait for ${wait.label}: ${refused.message}` }
  }
  if (state.met) return { kind: 'met' }
  if (state.impossible === undefined || restartPolicy !== 'Never') return { kind: 'waiting' }
  const cause = state.impossible
  return { ...base, kind: 'refused', cause, message: `${wait.label} can never hold: ${cause}` }
}

/** Whether the target itself has said how it is, and not an API that cannot be reached, or asked. */
export function isTold(state: TargetState | undefined): boolean {
  return state !== undefined && state.refused === undefined && state.trouble === undefined
}

/** A selector that the API does not understand today will not be understood tomorrow. */
export function isPassing({ kind }: Refusal, restartPolicy: RestartPolicy): boolean {
  return kind !== 'selector' && restartPolicy !== 'Never'
}

export function explainOutside(state: TargetState | undefined): string {
  return state === undefined ? 'looking' : (state.refused?.message ?? state.trouble ?? state.why)
}

/** What the files of a downward volume hold: names with commas between them; undefined where there is no such file. */
export interface Listing {
  readonly ready: string | undefined
  readonly failed: string | undefined
}

/** The kubelet makes the file empty as long as the pod has no such annotation (recorded from Kubernetes 1.26). */
export function judgeSidecar(name: string, directory: string, { ready, failed }: Listing): TargetResult {
  const has = (list: string | undefined): boolean => list?.split(',').some((item) => item.trim() === name) === true
  if (has(ready)) return met('it is ready')
  if (has(failed)) return impossible('it has failed')
  return waiting(
    ready === undefined
      ? `there is no ${directory}/ready`
      : `${directory}/ready, which podorder controller keeps, does not name it`,
  )
}
