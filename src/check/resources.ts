/** Requests and limits of containers, as the API server has them after it fills in defaults. Pure. */
import { fieldOf } from '../pod/api-object.ts'
import type { Container, PodSpec } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

/** Resource -> amount: cores for `cpu`, bytes for the others. */
export type Amounts = ReadonlyMap<string, number>

export interface Resources {
  readonly requests: Amounts
  readonly limits: Amounts
}

export const NO_RESOURCES: Resources = { requests: new Map(), limits: new Map() }

/** Leaves out values that are not quantities. */
export function readAmounts(value: unknown): Amounts {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(
    Object.entries(value).flatMap(([name, quantity]) => {
      const amount = parseQuantity(quantity)
      return amount === undefined ? [] : [[name, amount] as const]
    }),
  )
}

/**
 * A limit without a request is also the request (pkg/apis/core/v1/defaults.go, SetDefaults_Pod). Other missing values come from
 * the namespace's LimitRanges (plugin/pkg/admission/limitranger, mergeContainerResources), for init containers too.
 */
export function readResources(container: Container, defaults: Resources): Resources {
  const limits = readAmounts(fieldOf(container, 'resources', 'limits'))
  const requests = readAmounts(fieldOf(container, 'resources', 'requests'))
  return {
    requests: new Map([...defaults.requests, ...limits, ...requests]),
    limits: new Map([...defaults.limits, ...limits]),
  }
}

/**
 * The resources of the whole pod: the sum of containers and native sidecars, or an init container with the sidecars before it,
 * whichever is larger (component-helpers/resource, AggregateContainerLimits). A missing value counts as 0.
 */
export function sumResources(spec: PodSpec, defaults: Resources): Resources {
  const sum = (field: keyof Resources): Amounts => {
    let sidecars: Amounts = new Map()
    let peak: Amounts = new Map()
    for (const container of spec.initContainers ?? []) {
      const together = add(sidecars, readResources(container, defaults)[field])
      if (container.restartPolicy === 'Always') sidecars = together
      peak = merge(peak, together, Math.max)
    }
    const running = spec.containers.reduce((so, each) => add(so, readResources(each, defaults)[field]), sidecars)
    return merge(running, peak, Math.max)
  }
  return { requests: sum('requests'), limits: sum('limits') }
}

function add(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, (one, other) => one + other)
}

function merge(a: Amounts, b: Amounts, join: (a: number, b: number) => number): Amounts {
  return new Map([...a, ...[...b].map(([name, amount]) => [name, join(a.get(name) ?? 0, amount)] as const)])
}

/** Formats an amount for people: `500m` cores, `64Mi` bytes, rounded. */
export function formatAmount(resource: string, amount: number): string {
  if (resource.endsWith('cpu')) return Number.isInteger(amount) ? `${amount}` : `${Math.round(amount * 1000)}m`
  const [unit, scale] = (
    [
      ['Gi', 2 ** 30],
      ['Mi', 2 ** 20],
      ['Ki', 2 ** 10],
    ] as const
  ).find(([, size]) => amount >= size) ?? ['', 1]
  return `${Math.round((amount / scale) * 10) / 10}${unit}`
}
