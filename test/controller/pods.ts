/** Pods of a few fields, and how the controller sees them. */
import { NUDGE } from '../../src/pod/annotation-names.ts'
import { readNudges, type AnnotationValues, type ControlledPod } from '../../src/controller/controlled-pod.ts'

export const READY = 'podorder.io/ready'

/** Pods as the API has them, and as the watch has shown them. */
export interface Pod {
  readonly name: string
  readonly wanted: string
  readonly pending: boolean
  readonly gate: string | undefined
  readonly annotations: AnnotationValues
  readonly version: number
}

export function keptOf({ name, wanted, pending, gate, annotations, version }: Pod): ControlledPod {
  const said = { [READY]: annotations[READY] }
  const due = (said[READY] ?? '') === wanted ? said : { [READY]: wanted || undefined }
  return {
    namespace: 'rec',
    name,
    uid: name,
    version: String(version),
    said,
    due,
    nudges: readNudges(annotations[NUDGE]),
    pending,
    gate,
    over: false,
  }
}

export const NEW: Pod = { name: 'a', wanted: '', pending: true, gate: undefined, annotations: {}, version: 1 }
