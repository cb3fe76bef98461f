/** Judges waits for targets outside the pod's order: of the API and the network, and sidecars. Pure. */
import { impossible, met, type Refusal, type TargetResult, type TargetState, waiting } from '../kube/target-result.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import type { Awaited, WaitResult } from '../flags/judge.ts'

/**
 * Judges the state of one target. A target that can never be met or observed closes the gate for good only if the restartPolicy is
 * Never; else somebody may still make another Job, or grant the missing permission.
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

/** Whether the state is that of the target itself, not a failure or refusal of the API. */
export function isTold(state: TargetState | undefined): boolean {
  return state !== undefined && state.refused === undefined && state.trouble === undefined
}

/** Whether a refusal may end. One of an invalid selector never does. */
export function isPassing({ kind }: Refusal, restartPolicy: RestartPolicy): boolean {
  return kind !== 'selector' && restartPolicy !== 'Never'
}

export function explainOutside(state: TargetState | undefined): string {
  return state === undefined ? 'looking' : (state.refused?.message ?? state.trouble ?? state.why)
}

/** The contents of files of a downward volume: names separated by commas; undefined when the file does not exist. */
export interface Listing {
  readonly ready: string | undefined
  readonly failed: string | undefined
}

/** Judges a sidecar. The kubelet makes an empty file while the pod does not have the annotation (recorded from Kubernetes 1.26). */
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
