/** Checks whether LimitRanges admit podorder's init container. Pure. */
import { INIT_CONTAINER } from '../pod/own.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, findInit } from './checked-pod.ts'
import type { LimitItem } from './policies.ts'
import { formatAmount, readResources, type Resources, sumResources } from './resources.ts'

/** For the pod as a whole, reports only faults that the init container has added. */
export function checkLimitRanges(pod: CheckedPod): readonly CheckResult[] {
  const { tree, before, after, policies } = pod
  const { defaults, limits } = policies
  const init = findInit(pod)
  if (init === undefined) return []
  const own = readResources(init, defaults)
  const totals = [before, after].map(({ spec }) => sumResources(spec, defaults))
  return limits.flatMap((item) => {
    const [former, faults] =
      item.type === 'Container' ? [[], findFaults(item, own)] : totals.map((total) => findFaults(item, total))
    const who = item.type === 'Container' ? INIT_CONTAINER : `the pod with ${INIT_CONTAINER}`
    return (faults ?? [])
      .filter((fault) => former?.includes(fault) !== true)
      .map((fault): CheckResult => {
        const what = `LimitRange "${item.name}" refuses ${who}: ${fault}`
        return { rule: 'limit-range', level: 'error', at: tree.at, what, fix: adviseOn(item) }
      })
  })
}

function adviseOn({ name, type }: LimitItem): string {
  return `change "${name}" so that a ${type === 'Pod' ? 'pod' : 'container'} of that size passes`
}

/** Judges as the admission plugin does (plugin/pkg/admission/limitranger: minConstraint, maxConstraint, limitRequestRatioConstraint). */
function findFaults({ min, max, ratio }: LimitItem, { requests, limits }: Resources): readonly string[] {
  const say = (resource: string, amount: number | undefined): string =>
    amount === undefined ? 'none' : formatAmount(resource, amount)
  return [
    ...[...min].flatMap(([resource, least]) => {
      const [request, limit] = [requests.get(resource), limits.get(resource)]
      if ((request ?? -1) >= least && (limit ?? Infinity) >= least) return []
      return [`its ${resource} request is ${say(resource, request)}, the least is ${say(resource, least)}`]
    }),
    ...[...max].flatMap(([resource, most]) => {
      const [request, limit] = [requests.get(resource), limits.get(resource)]
      if ((limit ?? Infinity) <= most && (request ?? 0) <= most) return []
      return [`its ${resource} limit is ${say(resource, limit)}, the most is ${say(resource, most)}`]
    }),
    ...[...ratio].flatMap(([resource, most]) => {
      const [request = 0, limit = 0] = [requests.get(resource), limits.get(resource)]
      if (request > 0 && limit > 0 && limit / request <= most) return []
      const amounts = `${say(resource, limits.get(resource))} to ${say(resource, requests.get(resource))}`
      return [`its ${resource} limit is to its request as ${amounts}, the most is ${most} times as much`]
    }),
  ]
}
