/** Tekton's pods: steps that run one after another, the first once every sidecar is ready. Pure. */
import { TEKTON_LABEL } from '../controller/tekton-pod.ts'
import type { Told } from '../explain/finding.ts'
import { kubectl } from '../explain/kubectl.ts'
import type { Judged } from '../explain/passage.ts'
import { textOf } from '../kube/object.ts'
import type { Order } from '../order/order.ts'
import type { PodTemplate } from '../pod.ts'

const NOWHERE = { line: 1, column: 1 }

export function isTektonPod(pod: PodTemplate): boolean {
  const [label = '', value] = TEKTON_LABEL.split('=')
  return textOf(pod, 'metadata', 'labels', label) === value
}

/** Tekton names the containers of steps so, and those of sidecars otherwise (tektoncd/pipeline pkg/pod). */
export function isStep(name: string): boolean {
  return name.startsWith('step-')
}

/** Each step waits for the flag that the one before it leaves (pkg/pod/entrypoint.go, orderContainers). */
export function orderSteps({ spec }: PodTemplate): Order {
  const steps = spec.containers.map(({ name }) => name).filter(isStep)
  const edges = steps.slice(1).map((container, index) => ({
    ...{ container, target: steps[index] ?? container, condition: 'completed' as const },
    ...{ optional: false, at: NOWHERE },
  }))
  return { edges, outside: [], containers: steps, main: [], stopOrder: 'together', waitTimeoutMs: undefined }
}

const READY = 'tekton.dev/ready'

/** The first step need not wait any more. */
export function isHandshakeDone(pod: PodTemplate): boolean {
  return textOf(pod, 'metadata', 'annotations', READY) !== ''
}

/**
 * What keeps the first step waiting: sidecars that are not ready, then the annotation that tells of them.
 * @param sidecars the containers that are no steps
 */
export function judgeHandshake(sidecars: readonly Pick<Told, 'name' | 'clause' | 'container'>[]): readonly Judged[] {
  const base = { standing: 'unmet', fleeting: false, lostMs: undefined, optional: false, timeoutMs: undefined } as const
  const missing = sidecars.filter(({ container: { state, ready } }) => state.kind !== 'ended' && !ready)
  if (missing.length > 0) {
    return missing.map(({ name, clause }) => {
      return { ...base, words: `${name} to be ready`, target: name, clause, origins: [name], next: [] }
    })
  }
  const clause = 'is not there yet; Tekton’s controller writes it once all sidecars are ready'
  const next = [kubectl('tekton-pipelines', 'logs', 'deployment/tekton-pipelines-controller', '--tail=50')]
  return [{ ...base, words: `the annotation ${READY}`, target: READY, clause, origins: [READY], next }]
}
