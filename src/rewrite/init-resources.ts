/**
 * What podorder's init container asks for: little, and such that the pod keeps its class of service. A pod is Guaranteed only
 * while every container of it, init containers too, limits CPU and memory and requests the same (pkg/apis/core/v1/helper/qos,
 * ComputePodQOS). Where the pod as a whole has resources, these alone decide, and no container may ask for more than they say
 * (pkg/apis/core/validation, validatePodResourceConsistency). Pure.
 */
import { fieldOf } from '../pod/api-object.ts'
import { allContainers, type Container, type PodSpec } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

const MEMORY_LIMIT = '64Mi'
const BURSTABLE = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: MEMORY_LIMIT } }

/** A Guaranteed pod's init container asks for as much CPU as its largest container, which the pod as a whole has anyway. */
export function chooseInitResources(spec: PodSpec): object {
  const { containers } = spec
  const all = allContainers(spec)
  if (hasOwnResources(spec)) return {}
  if (!all.every(isGuaranteed)) return BURSTABLE
  const limits = containers.map((container) => fieldOf(container, 'resources', 'limits', 'cpu'))
  const cpu = limits.reduce((most, each) => ((parseQuantity(each) ?? 0) > (parseQuantity(most) ?? 0) ? each : most))
  return { requests: { cpu, memory: MEMORY_LIMIT }, limits: { cpu, memory: MEMORY_LIMIT } }
}

function hasOwnResources(spec: PodSpec): boolean {
  return ['requests', 'limits'].some((field) => Object.keys(fieldOf(spec, 'resources', field) ?? {}).length > 0)
}

function isGuaranteed(container: Container): boolean {
  return ['cpu', 'memory'].every((resource) => {
    const limit = parseQuantity(fieldOf(container, 'resources', 'limits', resource)) ?? 0
    const request = fieldOf(container, 'resources', 'requests', resource) ?? undefined
    return limit > 0 && (request === undefined || parseQuantity(request) === limit)
  })
}
