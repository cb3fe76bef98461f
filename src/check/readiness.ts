/** Readiness that differs from what users expect: of a container without a probe, and of a pod in which a container ends. Pure. */
import { allContainers } from '../pod/pod.ts'
import { writeProbing } from '../probe/wrapper-probes.ts'
import { followsEnd, readRestarts } from '../pod/restarts.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeIn } from './checked-pod.ts'
import { holdsTarget } from '../order/conditions.ts'

export function checkReadiness(pod: CheckedPod): readonly CheckResult[] {
  return [...checkWaits(pod), ...checkEnds(pod)]
}

/** The kubelet reports an ended container, and so its pod, as not ready (recorded from Kubernetes 1.36). */
function checkEnds({ tree, before: { spec }, order }: CheckedPod): readonly CheckResult[] {
  if ((spec.restartPolicy ?? 'Always') !== 'Always') return []
  return spec.containers.flatMap((container): readonly CheckResult[] => {
    const { name } = container
    const own = readRestarts(container, 'Always')
    if (followsEnd(own, 0) !== 'stays') return []
    const what = `its own restartPolicy ${own.policy} lets it end, and then the pod is never ready again: Services send it no traffic, and rollouts do not count it`
    const awaited = order.edges.some(({ target, condition }) => target === name && holdsTarget(condition))
    const fix = awaited
      ? 'remove its restartPolicy: its wrapper stays after success, because others wait for its end'
      : 'use an init container or a Job, or set restartPolicy: OnFailure for the pod if it should end'
    const at = placeIn(tree, name, 'restartPolicy')
    return [{ rule: 'advice', level: 'warning', at, container: name, what, fix }]
  })
}

/**
 * Without a probe, `ready` is met when the container has started, which is rarely intended. A postStart hook counts as a probe.
 * Each such target is reported once.
 */
function checkWaits({ before, order }: CheckedPod): readonly CheckResult[] {
  const containers = new Map(allContainers(before.spec).map((each) => [each.name, each]))
  const told = new Set<string>()
  return order.edges.flatMap(({ container, target, condition, at }): readonly CheckResult[] => {
    const awaited = containers.get(target)
    if (condition !== 'ready' || awaited === undefined || told.has(target)) return []
    const { measured, postStart } = writeProbing(awaited)
    if (measured || postStart !== undefined) return []
    told.add(target)
    const ends = followsEnd(readRestarts(awaited, before.spec.restartPolicy), 0) === 'stays'
    const what = `waits for "${target}" to be ready, but it has no probe: the wait ends when "${target}" has been started`
    const fix = ends
      ? `write "${target}: completed" to wait for its work, or give it a startupProbe or readinessProbe`
      : `give "${target}" a startupProbe or readinessProbe, or write "${target}: started"`
    return [{ rule: 'advice', level: 'warning', at, container, what, fix }]
  })
}
