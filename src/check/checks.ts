/** All checks of one pod that inject accepts. Pure. */
import { checkArchitecture } from './architecture.ts'
import type { CheckResult } from './finding.ts'
import { checkLimitRanges } from './limit-range.ts'
import { checkVersion } from './kubernetes-version.ts'
import { checkMemory } from './memory.ts'
import { checkOutside } from './outside-targets.ts'
import { checkImages } from './image.ts'
import type { CheckedPod } from './checked-pod.ts'
import { checkFirst } from './first-process.ts'
import { checkJobSidecars } from './job-sidecars.ts'
import { checkQos, checkQuotas } from './quota.ts'
import { checkReadiness } from './readiness.ts'
import { checkEnvFiles } from './env-files.ts'
import { checkRestartRules } from './restart-rules.ts'
import { checkSecurity } from './security.ts'
import { checkStorage } from './storage.ts'

const CHECKS = [
  checkReadiness,
  checkFirst,
  checkJobSidecars,
  checkRestartRules,
  checkEnvFiles,
  checkImages,
  checkArchitecture,
  checkSecurity,
  checkStorage,
  checkMemory,
  checkLimitRanges,
  checkQuotas,
  checkQos,
  checkOutside,
  checkVersion,
]

export function checkPod(pod: CheckedPod): readonly CheckResult[] {
  return CHECKS.flatMap((check) => check(pod))
}
