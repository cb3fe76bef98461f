/** Commands that must be the first process of their container. Pure. */
import { warnOfFirst } from '../rewrite/warn-first.ts'
import type { CheckResult } from './finding.ts'
import type { CheckedPod } from './checked-pod.ts'

export function checkFirst({ tree, after, order, commandOf }: CheckedPod): readonly CheckResult[] {
  return warnOfFirst(() => tree, after, order, commandOf).map((fault) => ({
    rule: 'advice',
    level: 'warning',
    ...fault,
  }))
}
