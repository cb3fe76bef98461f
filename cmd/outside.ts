/** Waits for targets outside the pod's order: loaded only if there are any. */
import type { createLog } from '../src/base/log.io.ts'
import { createOutside } from '../src/wait/outside.ts'
import type { FollowOutside } from '../src/entrypoint/ports.ts'
import type { Files } from '../src/base/files.ts'
import type { OutsidePlan, Plan } from '../src/entrypoint/plan.ts'
import { countAbsent } from '../src/kube/target.ts'
import { parseOutside } from '../src/order/outside-target.ts'
import { openTools } from './waiting.ts'

/** The limit of all annotations of a pod together (k8s.io/apimachinery pkg/api/validation/objectmeta.go). */
const LONGEST_LIST = 256 * 1024

/** @returns a function that follows the targets, or one sentence on a fault of a flag */
export function openOutside(
  { waits, kubeconfig, downwardDir }: OutsidePlan,
  { restarts }: Plan,
  files: Files,
  log: ReturnType<typeof createLog>,
): FollowOutside | string {
  const parsed = waits.map((wait) => ({ wait, target: parseOutside(wait.label) }))
  const targets = []
  for (const { wait, target } of parsed) {
    if ('problem' in target) return `--wait-for: ${target.problem}`
    if (target.kind === 'sidecar' && downwardDir === undefined) {
      return `--wait-for ${target.label} needs --downward-dir, the directory in which the downward API lists the ready sidecars`
    }
    const counting = wait.absentCounts === true ? countAbsent(target) : undefined
    targets.push({ ...wait, target: counting ?? target })
  }
  return createOutside(
    { waits: targets, kubeconfig, downwardDir: downwardDir ?? '', restartPolicy: restarts.policy },
    {
      ...openTools(files),
      read(path) {
        try {
          return files.readPlain(path, LONGEST_LIST, 'followed')?.toString()
        } catch {
          return undefined
        }
      },
      log,
      chance: Math.random,
    },
  )
}
