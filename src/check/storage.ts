/** Checks whether the copy of the executable fits into the pod's ephemeral storage. Pure. */
import { fieldOf } from '../pod/api-object.ts'
import { BIN_VOLUME } from '../pod/own.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeAlong } from './checked-pod.ts'
import { formatAmount, readAmounts, sumResources } from './resources.ts'

/** The size of what `install` copies on either platform: the executable, its loader and C library. A test measures it. */
export const INSTALLED_BYTES = 120 * 2 ** 20

const RESOURCE = 'ephemeral-storage'

/**
 * The kubelet evicts a pod whose writable layers, logs and emptyDirs together exceed the sum of its containers' limits. A
 * container without a limit counts as 0. If no container has a limit, the pod has none (pkg/kubelet/eviction,
 * podEphemeralStorageLimitEviction; component-helpers/resource, PodLimits).
 */
export function checkStorage({ tree, after, policies }: CheckedPod): readonly CheckResult[] {
  const isCopied = after.spec.volumes?.some(({ name, emptyDir }) => name === BIN_VOLUME && emptyDir !== undefined)
  const limit = sumResources(after.spec, policies.defaults).limits.get(RESOURCE)
  if (isCopied !== true || limit === undefined || limit >= 2 * INSTALLED_BYTES) return []
  const index = after.spec.containers.findIndex((each) =>
    readAmounts(fieldOf(each, 'resources', 'limits')).has(RESOURCE),
  )
  const at = placeAlong(tree, index === -1 ? [] : ['spec', 'containers', index, 'resources', 'limits', RESOURCE])
  const size = formatAmount(RESOURCE, INSTALLED_BYTES)
  const may = `its containers may use ${formatAmount(RESOURCE, limit)} of ${RESOURCE} together`
  const fix = `raise a limit by ${size}, or inject with --bin-source image-volume, which copies nothing`
  if (limit >= INSTALLED_BYTES) {
    const what = `${may}, and podorder's executable takes ${size} of it`
    return [{ rule: 'storage', level: 'warning', at, what, fix }]
  }
  const what = `${may}, less than the ${size} of podorder's executable: the kubelet would evict the pod`
  return [{ rule: 'storage', level: 'error', at, what, fix }]
}
