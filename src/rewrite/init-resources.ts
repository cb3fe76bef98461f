/**
 * What podorder's init container asks for: little, and such that the pod keeps its class of service. A pod is Guaranteed only
 * while every container of it, init containers too, limits CPU and memory and requests the same (pkg/apis/core/v1/helper/qos,
 * ComputePodQOS; resources of the pod as a whole decide alone where it has any). Pure.
 */
import { fieldOf } from '../pod/api-object.ts'
import { allContainers, type Container, type PodSpec } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

const MEMORY_LIMIT = '64Mi'
const BURSTABLE = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: MEMORY_LIMIT } }

/** A Guaranteed pod's init container asks for as much CPU as its largest container, which the pod as a whole has anyway. */
export function chooseInitResources(spec: PodSpec): object {
  const { containers, resources } = spec
  const all = allContainers(spec)
  if ((resources ?? undefined) !== undefined || !all.every(isGuaranteed)) return BURSTABLE
  const limits = containers.map((container) => fieldOf(container, 'resources', 'limits', 'cpu'))
  const cpu = limits.reduce((most, each) => ((parseQuantity(each) ?? 0) > (parseQuantity(most) ?? 0) ? each : most))
  return { requests: { cpu, memory: MEMORY_LIMIT }, limits: { cpu, memory: MEMORY_LIMIT } }
}

function isGuaranteed(container: Container): boolean {
  return ['cpu', 'memory'].every((resource) => {
    const limit = parseQuantity(fieldOf(container, 'resources', 'limits', resource)) ?? 0
    const request = fieldOf(container, 'resources', 'requests', resource) ?? undefined
    return limit > 0 && (request === undefined || parseQuantity(request) === limit)
  })
}
