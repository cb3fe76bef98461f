/** Checks whether the wrapper fits into the memory limits of the wrapped containers. Pure. */
import type { CheckResult } from './finding.ts'
import { type CheckedPod, listWrapped, placeIn } from './checked-pod.ts'
import { formatAmount, readResources } from './resources.ts'

/** Measured: the wrapper can wait and run a command in this amount (test/containers/memory.test.ts). */
const TESTED_BYTES = 24 * 2 ** 20

/** `--exec` makes no difference: the gate runs before the command. */
export function checkMemory(pod: CheckedPod): readonly CheckResult[] {
  return listWrapped(pod).flatMap((container): readonly CheckResult[] => {
    const limit = readResources(container, pod.policies.defaults).limits.get('memory')
    if (limit === undefined || limit >= TESTED_BYTES) return []
    const { name } = container
    const at = placeIn(pod.tree, name, 'resources', 'limits', 'memory')
    const [so, tested] = [limit, TESTED_BYTES].map((bytes) => formatAmount('memory', bytes))
    const what = `its memory limit is ${so}; the wrapper, which waits and runs within it, was tested with ${tested}`
    return [{ rule: 'memory', level: 'warning', at, container: name, what, fix: `raise it to ${tested} or more` }]
  })
}
