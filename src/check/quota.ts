/** Checks whether ResourceQuotas admit podorder's init container, and whether the pod keeps its QoS class. Pure. */
import { allContainers, type PodSpec } from '../pod/pod.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, findInit } from './checked-pod.ts'
import { readResources, type Resources } from './resources.ts'

/** Fields that a quota requires of every container that it counts (pkg/quota/v1/evaluator/core/pods.go, validationSet). */
const REQUIRED: ReadonlyMap<string, readonly [keyof Resources, string]> = new Map([
  ['cpu', ['requests', 'cpu']],
  ['memory', ['requests', 'memory']],
  ['requests.cpu', ['requests', 'cpu']],
  ['requests.memory', ['requests', 'memory']],
  ['limits.cpu', ['limits', 'cpu']],
  ['limits.memory', ['limits', 'memory']],
])

export function checkQuotas(pod: CheckedPod): readonly CheckResult[] {
  const { tree, policies } = pod
  const init = findInit(pod)
  if (init === undefined) return []
  const own = readResources(init, policies.defaults)
  return policies.quotas.flatMap(({ name, resources }): readonly CheckResult[] => {
    const missing = resources.filter((resource) => {
      const required = REQUIRED.get(resource)
      return required !== undefined && !own[required[0]].has(required[1])
    })
    if (missing.length === 0) return []
    const what = `ResourceQuota "${name}" refuses ${INIT_CONTAINER}, which has no ${missing.join(', ')}`
    const fix = 'give the namespace a LimitRange with defaults'
    return [{ rule: 'quota', level: 'error', at: tree.at, what, fix }]
  })
}

/** Pod-level resources decide alone if the pod has any (pkg/apis/core/v1/helper/qos, ComputePodQOS). */
export function checkQos({ tree, before, after, policies }: CheckedPod): readonly CheckResult[] {
  const { defaults } = policies
  if (before.spec['resources'] !== undefined) return []
  if (!isGuaranteed(before.spec, defaults) || isGuaranteed(after.spec, defaults)) return []
  const what = `it is of the class Guaranteed, and ${INIT_CONTAINER} makes it Burstable`
  const fix = 'be aware of this: the pod may be evicted earlier, and a static CPU manager gives it no exclusive CPUs'
  return [{ rule: 'qos', level: 'warning', at: tree.at, what, fix }]
}

function isGuaranteed(spec: PodSpec, defaults: Resources): boolean {
  return allContainers(spec).every((container) => {
    const { requests, limits } = readResources(container, defaults)
    return ['cpu', 'memory'].every((name) => (limits.get(name) ?? 0) > 0 && limits.get(name) === requests.get(name))
  })
}
