/** The controller's view of a pod: the current values of its annotations, and the values they should have. Pure. */

/** Values by annotation name; undefined: the annotation does not exist. */
export type AnnotationValues = Readonly<Record<string, string | undefined>>

export interface ControlledPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly version: string
  readonly said: AnnotationValues
  /** Same names as in `said`; the same object when nothing has to change. */
  readonly due: AnnotationValues
  /** Number of nudges of the kubelet since `said` was written. */
  readonly nudges: number
  /** Some container in the pod may not have seen `said` yet: the kubelet still has to project it. */
  readonly pending: boolean
  /** A clause that says which containers wait for which; undefined: none waits. */
  readonly gate: string | undefined
  /** The pod has ended or is being deleted: the kubelet no longer updates its volumes (recorded from Kubernetes 1.26). */
  readonly over: boolean
}

/** The most nudges after a change: 1, 2, 4 and 8 s after it. */
export const NUDGES = 4

/** @param text of the annotation; a text that podorder did not write counts as 0 */
export function readNudges(text: string | undefined): number {
  return text !== undefined && /^[1-9]$/.test(text) ? Math.min(Number(text), NUDGES) : 0
}

/**
 * The delay of the next nudge, from the change or from the previous nudge: 1, 1, 2 and 4 s.
 * @param nudges the number of nudges so far
 */
export function gapOf(nudges: number): number {
  return nudges === 0 ? 1000 : 1000 * 2 ** (nudges - 1)
}
