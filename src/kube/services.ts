/** Decides whether a wait for Services is met, by their EndpointSlices. Pure. */
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { impossible, listSome, met, type TargetResult, waiting } from './target-result.ts'
import type { ObjectTarget } from './target.ts'

/** The label of a slice with the name of its Service. Slices that users make for a Service without a selector have it, too. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

export interface SeenService {
  readonly name: string
  /** An alias of an external name, without endpoints. */
  readonly external: boolean
}

export interface SeenSlice {
  readonly service: string
  readonly ready: number
  /** Endpoints that are not ready, without those that terminate. */
  readonly unready: number
}

export function readService(service: unknown): SeenService {
  return { name: textOf(service, 'metadata', 'name'), external: textOf(service, 'spec', 'type') === 'ExternalName' }
}

/**
 * Defaults of conditions: `ready` is true, `serving` is the value of `ready`, `terminating` is false (discovery.k8s.io/v1
 * EndpointConditions). A Service with publishNotReadyAddresses has `ready: true` for every pod, so `serving` decides. It stays true
 * for an endpoint that terminates.
 */
export function readSlice(slice: unknown): SeenSlice {
  const conditions = listOf(slice, 'endpoints').map((endpoint) => fieldOf(endpoint, 'conditions'))
  const isStopping = (condition: unknown): boolean => fieldOf(condition, 'terminating') === true
  const isReady = (condition: unknown): boolean =>
    fieldOf(condition, 'ready') !== false && fieldOf(condition, 'serving') !== false && !isStopping(condition)
  const ready = conditions.filter(isReady).length
  const stopping = conditions.filter(isStopping).length
  return {
    service: textOf(fieldOf(slice, 'metadata', 'labels'), SERVICE_NAME_LABEL),
    ready,
    unready: conditions.length - ready - stopping,
  }
}

/**
 * @param services all Services that the target selects
 * @param slices all slices of these Services; others are ignored
 */
export function judgeServices(
  target: ObjectTarget,
  services: Iterable<SeenService>,
  slices: Iterable<SeenSlice>,
): TargetResult {
  const all = [...services]
  if (all.length === 0) {
    return waiting('name' in target.which ? 'there is no such service yet' : 'no service matches yet')
  }
  const external = all.find((service) => service.external)
  if (external !== undefined) {
    return impossible(`${external.name} is of type ExternalName and has no endpoints; wait for tcp://HOST:PORT instead`)
  }
  const counts = new Map(all.map(({ name }) => [name, { name, ready: 0, unready: 0 }]))
  for (const { service, ready, unready } of slices) {
    const count = counts.get(service)
    if (count === undefined) continue
    count.ready += ready
    count.unready += unready
  }
  const isMissing = ({ ready, unready }: { readonly ready: number; readonly unready: number }): boolean =>
    ready === 0 || (target.demand !== 'some' && unready > 0)
  const missing = [...counts.values()].filter(isMissing)
  if (missing.length > 0) {
    return waiting(listSome(missing.map(({ name, ready, unready }) => `${name} has ${describe(ready, unready)}`)))
  }
  return met(
    listSome([...counts.values()].map(({ name, ready, unready }) => `${name} has ${describe(ready, unready)}`)),
  )
}

function describe(ready: number, unready: number): string {
  if (ready + unready === 0) return 'no endpoints'
  return `${ready} of ${ready + unready} endpoints ready`
}
