/** What the controller keeps of a pod: what its annotations say, and what they ought to say. Pure. */

/** By name; undefined: there is no such annotation. */
export type AnnotationValues = Readonly<Record<string, string | undefined>>

export interface ControlledPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly version: string
  readonly said: AnnotationValues
  /** The same names as in `said`; the very same object where nothing is to be changed. */
  readonly due: AnnotationValues
  /** How often the kubelet has been nudged since what is said was said. */
  readonly nudges: number
  /** Somebody in the pod may still have something to learn from what is said: the kubelet has to bring it. */
  readonly pending: boolean
  /** A clause that says which containers wait for which; undefined: none does. */
  readonly gate: string | undefined
  /** Whether it has ended, or is being deleted: the kubelet projects nothing any more (recorded from Kubernetes 1.26). */
  readonly over: boolean
}

/** 1, 2, 4 and 8 s after the change: so many times. */
export const NUDGES = 4

/** @param text of the annotation; whatever else it holds is none of ours, and is none. */
export function readNudges(text: string | undefined): number {
  return text !== undefined && /^[1-9]$/.test(text) ? Math.min(Number(text), NUDGES) : 0
}

/**
 * How long to wait before the next nudge, from the change or from the nudge before: 1, 1, 2 and 4 s.
 * @param nudges so many there have been
 */
export function gapOf(nudges: number): number {
  return nudges === 0 ? 1000 : 1000 * 2 ** (nudges - 1)
}
