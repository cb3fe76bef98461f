/**
 * The resources of podorder's init container: little, and so that the pod keeps its QoS class. A pod is Guaranteed only if every
 * container, including init containers, has limits of CPU and memory and equal requests (pkg/apis/core/v1/helper/qos,
 * ComputePodQOS). If the pod itself has resources, only these decide, and no container may request more
 * (pkg/apis/core/validation, validatePodResourceConsistency). Pure.
 */
import { fieldOf } from '../pod/api-object.ts'
import { allContainers, type Container, type PodSpec } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

const MEMORY_LIMIT = '64Mi'
const BURSTABLE = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: MEMORY_LIMIT } }

/** Chooses the resources. In a Guaranteed pod it has the CPU of the largest container, which does not increase the pod's total. */
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
