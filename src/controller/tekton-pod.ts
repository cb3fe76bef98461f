/** Tekton's own protocol: its first step starts when the pod's annotation allows it. Pure. */
import { NUDGE } from '../pod/annotation-names.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { find, identify, settleAnnotations } from './ordered-pod.ts'
import { readNudges, type ControlledPod } from './controlled-pod.ts'

export const TEKTON_LABEL = 'app.kubernetes.io/managed-by=tekton-pipelines'

const READY = 'tekton.dev/ready'
const STEP = /^step-/

/**
 * READY once the pod runs and every container that is not a step is ready or has ended; READY is never removed. Tekton's
 * controller writes the same, usually before us, but never nudges.
 *
 * Source: tektoncd/pipeline pkg/pod/status.go (SidecarsReady) and pkg/pod/entrypoint.go (UpdateReady).
 */
export function readTektonPod(pod: unknown): ControlledPod {
  const annotations = fieldOf(pod, 'metadata', 'annotations')
  const said = { [READY]: find(annotations, READY) }
  const statuses = listOf(pod, 'status', 'containerStatuses')
  const steps = statuses.filter((status) => STEP.test(textOf(status, 'name')))
  const others = statuses.filter((status) => !steps.includes(status))
  const missing = others.filter((status) => !isThere(status)).map((status) => textOf(status, 'name'))
  const running = textOf(pod, 'status', 'phase') === 'Running'
  const ready = running && statuses.length > 0 && missing.length === 0
  // Steps run one after another: an ended step shows that the first one has started.
  const begun = steps.some((status) => fieldOf(status, 'state', 'terminated') !== undefined)
  const due = ready ? settleAnnotations(said, { [READY]: 'READY' }) : said
  return {
    ...identify(pod),
    said,
    due,
    nudges: readNudges(find(annotations, NUDGE)),
    pending: due[READY] !== undefined && steps.length > 0 && !begun,
    gate: running && missing.length > 0 && !begun ? `the first step waits for ${missing.join(', ')}` : undefined,
  }
}

function isThere(status: unknown): boolean {
  if (fieldOf(status, 'state', 'terminated') !== undefined) return true
  return fieldOf(status, 'state', 'running') !== undefined && fieldOf(status, 'ready') === true
}
