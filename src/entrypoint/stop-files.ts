/** Follows `--stop-file`: the work is done when other containers have ended, or files exist. */
import { isGone, type Look } from '../flags/judge.ts'
import { containerOf } from '../flags/layout.ts'
import { observe } from '../flags/observe.ts'
import type { FlagPorts } from '../flags/ports.ts'
import type { Plan } from './plan.ts'

/** The work is done when each stop file exists or can no longer come because its container has died. */
export function followStopFiles(
  plan: Plan,
  ports: FlagPorts,
): { readonly done: Promise<void>; isDone(): boolean } | undefined {
  if (plan.stopFiles.length === 0) return undefined
  const policy = { restartPolicy: plan.restarts.policy, policies: plan.policies }
  const isOver = ({ file, refusal, link, returning }: Look, index: number) =>
    file !== 'absent' ||
    refusal !== undefined ||
    (link === 'lost' && !returning && isGone(containerOf(plan.stopFiles[index]?.label ?? ''), policy))
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let over = false
  const observation = observe(
    plan.stopFiles,
    ports,
    (looks) => (looks.every(isOver) ? true : undefined),
    () => {
      over = true
      resolve()
    },
  )
  const isDone = (): boolean => {
    if (!over) observation.look()
    return over
  }
  return { done, isDone }
}
