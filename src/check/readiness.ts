/** Waits for the readiness of what has no readiness: met as soon as it has been started, which is hardly what was meant. Pure. */
import { writeProbing } from '../probe/wrapper-probes.ts'
import { followsEnd, readRestarts } from '../pod/restarts.ts'
import type { CheckResult } from './finding.ts'
import type { CheckedPod } from './checked-pod.ts'

/** Once for each such target. A postStart hook is waited for too, and does for a probe. */
export function checkReadiness({ before, order }: CheckedPod): readonly CheckResult[] {
  const containers = new Map(
    [...(before.spec.initContainers ?? []), ...before.spec.containers].map((each) => [each.name, each]),
  )
  const told = new Set<string>()
  return order.edges.flatMap(({ container, target, condition, at }): readonly CheckResult[] => {
    const awaited = containers.get(target)
    if (condition !== 'ready' || awaited === undefined || told.has(target)) return []
    const { measured, postStart } = writeProbing(awaited)
    if (measured || postStart !== undefined) return []
    told.add(target)
    const ends = followsEnd(readRestarts(awaited, before.spec.restartPolicy), 0) === 'stays'
    const what = `waits for "${target}" to be ready, which has no probe: it does so only until "${target}" has been started`
    return [
      ends
        ? {
            ...{ rule: 'advice', level: 'warning', at, container, what },
            fix: `write "${target}: completed" to wait for its work, or give it a startupProbe or readinessProbe`,
          }
        : {
            ...{ rule: 'advice', level: 'note', at, container, what },
            fix: `give "${target}" a startupProbe or readinessProbe, or write "${target}: started"`,
          },
    ]
  })
}
