/** Hints before a pod starts: the pod has no order, or a container counts as ready without a probe. Pure. */
import { enumerate } from '../base/wording.ts'
import type { Order } from '../order/order.ts'
import { allContainers, type PodTemplate } from '../pod/pod.ts'

/** @returns one clause; undefined if there is no hint */
export function noteStart({ spec }: PodTemplate, order: Order | undefined): string | undefined {
  const all = allContainers(spec)
  if (order === undefined) {
    return spec.containers.length < 2
      ? undefined
      : 'the pod has no order: its containers all start at once, as in Kubernetes'
  }
  const awaited = new Set(order.edges.flatMap(({ target, condition }) => (condition === 'ready' ? [target] : [])))
  const plain = all
    .filter((one) => awaited.has(one.name) && (one['startupProbe'] ?? one['readinessProbe'] ?? undefined) === undefined)
    .map(({ name }) => name)
  if (plain.length === 0) return undefined
  const [has, it] = plain.length === 1 ? ['has', 'it counts'] : ['have', 'they count']
  return `${enumerate(plain)} ${has} no startupProbe or readinessProbe: ${it} as ready as soon as started`
}
