/** Tekton's pods, identified by their label: steps that run one after another. Pure. */
import { TEKTON_LABEL } from '../controller/tekton-pod.ts'
import type { Order } from '../order/order.ts'
import { textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'

const NOWHERE = { line: 1, column: 1 }

export function isTektonPod(pod: PodTemplate): boolean {
  const [label = '', value] = TEKTON_LABEL.split('=')
  return textOf(pod, 'metadata', 'labels', label) === value
}

/** Whether a container is a step, by Tekton's naming; sidecars have other names (tektoncd/pipeline pkg/pod). */
export function isStep(name: string): boolean {
  return name.startsWith('step-')
}

/** Makes the order of steps: each waits for the flag of the previous one (pkg/pod/entrypoint.go, orderContainers). */
export function orderSteps({ spec }: PodTemplate): Order {
  const steps = spec.containers.map(({ name }) => name).filter(isStep)
  const edges = steps.slice(1).map((container, index) => ({
    ...{ container, target: steps[index] ?? container, condition: 'completed' as const },
    ...{ optional: false, at: NOWHERE },
  }))
  return {
    edges,
    outside: [],
    containers: steps,
    main: [],
    stopOrder: 'together',
    waitTimeoutMs: undefined,
    sidecars: new Set<string>(),
    options: new Map(),
  }
}
