/** Restart rules that the API server accepts although no exit code matches them. Pure. */
import { allContainers } from '../pod/pod.ts'
import { listOf } from '../pod/api-object.ts'
import { readRestarts } from '../pod/restarts.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeIn } from './checked-pod.ts'

export function checkRestartRules({ tree, before: { spec } }: CheckedPod): readonly CheckResult[] {
  return allContainers(spec).flatMap((container): readonly CheckResult[] => {
    const { name } = container
    const { rules } = readRestarts(container, spec.restartPolicy)
    return rules.flatMap(({ operator, codes }, index): readonly CheckResult[] => {
      if (operator !== 'In' || codes.length > 0) return []
      const place = ['restartPolicyRules', index, 'exitCodes', 'values'] as const
      const none = listOf(container, ...place.map(String)).length === 0
      const what = `no exit code meets its restartPolicyRules[${index}]: ${none ? 'it lists none' : 'exit codes are 0 to 255'}`
      const fix = 'list exit codes, or remove the rule'
      return [{ rule: 'advice', level: 'warning', at: placeIn(tree, name, ...place), container: name, what, fix }]
    })
  })
}
