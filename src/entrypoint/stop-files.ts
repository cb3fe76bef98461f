/** Follows `--stop-file`: the work is done when other containers have ended, or files exist. */
import { isGone, type Look } from '../flags/judge.ts'
import { containerOf } from '../flags/layout.ts'
import { observe } from '../flags/observe.ts'
import type { FlagPorts } from '../flags/ports.ts'
import type { Plan } from './plan.ts'

/**
 * The work is done when each stop file exists or can no longer come because its container has died.
 * @param onDone may be called before this returns
 */
export function followStopFiles(plan: Plan, ports: FlagPorts, onDone: () => void): { isDone(): boolean } | undefined {
  if (plan.stopFiles.length === 0) return undefined
  const policy = { restartPolicy: plan.restarts.policy, policies: plan.policies }
  const isOver = ({ file, refusal, link, returning }: Look, index: number) =>
    file !== 'absent' ||
    refusal !== undefined ||
    (link === 'lost' && !returning && isGone(containerOf(plan.stopFiles[index]?.label ?? ''), policy))
  let over = false
  const observation = observe(
    plan.stopFiles,
    ports,
    (looks) => (looks.every(isOver) ? true : undefined),
    () => {
      over = true
      onDone()
    },
  )
  const isDone = (): boolean => {
    if (!over) observation.look()
    return over
  }
  return { isDone }
}
