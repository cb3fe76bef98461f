/**
 * `--requests max`: the scheduler adds up the requests of a pod's containers, even of steps of which only one runs at a time. So
 * only the step with the largest request of a resource keeps it, which is then the pod's request. Pure.
 */
import { isOfEnd } from '../order/conditions.ts'
import { sortContainers } from '../order/graph.ts'
import type { Order } from '../order/order.ts'
import type { Container } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

interface Resources {
  readonly requests?: Readonly<Record<string, unknown>>
  readonly limits?: Readonly<Record<string, unknown>>
}

/** Whether each ordered container starts only after the one before it has ended. */
export function isChain(order: Order): boolean {
  const sequence = sortContainers(order.containers, order.edges) ?? []
  const links = new Set(
    order.edges.filter(({ condition }) => isOfEnd(condition)).map(({ container, target }) => `${target} ${container}`),
  )
  return sequence.slice(1).every((container, index) => links.has(`${sequence[index]} ${container}`))
}

/** @param steps of a chain. @returns the new resources of changed steps, by name */
export function lowerRequests(steps: readonly Container[]): ReadonlyMap<string, object> {
  const asked = steps.map((step) => {
    const { requests, limits } = (step['resources'] ?? {}) as Resources
    // A limit without a request is also the request (pkg/apis/core/v1/defaults.go, SetDefaults_Pod).
    return new Map(Object.entries({ ...limits, ...requests }))
  })
  const highest = new Map<string, number>()
  asked.forEach((quantities, index) => {
    for (const [resource, quantity] of quantities) {
      const so = asked[highest.get(resource) ?? -1]?.get(resource)
      if (so === undefined || (parseQuantity(quantity) ?? 0) > (parseQuantity(so) ?? 0)) highest.set(resource, index)
    }
  })
  const lowered = new Map<string, object>()
  steps.forEach((step, index) => {
    const others = [...(asked[index]?.keys() ?? [])].filter((resource) => highest.get(resource) !== index)
    if (others.length === 0) return
    const resources = step['resources'] as Resources
    const requests = { ...resources.requests, ...Object.fromEntries(others.map((resource) => [resource, '0'])) }
    lowered.set(step.name, { ...resources, requests })
  })
  return lowered
}
