/** Adds one look at a pod, or the log of a wrapper, to the lives of a container. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import { fitLog } from '../status/asked-pod.ts'
import { RENEWAL } from '../status/pod-status.ts'
import type { WrapperLog } from '../status/wrapper-log.ts'
import { hasStartup, type PodLife } from './course.ts'
import { MOMENTS } from './history.ts'

/** A container's lives by index, which is the kubelet's count of restarts. */
export type ContainerLives = Map<number, PodLife>

const UNSEEN: PodLife = { up: false, wasDown: false, dark: false }

/** Adds one look at a container to its lives. @param first whether it is the first look at it */
export function look(
  container: ContainerStatus,
  known: ContainerLives,
  atMs: number | undefined,
  first: boolean,
): void {
  const { state, last, restarts } = container
  // A life is counted when it begins. While the next life is pending, the last one counted is the previous life.
  const before = state.kind === 'running' || state.kind === 'ended' ? restarts - 1 : restarts
  if (last !== undefined) put(known, before, readEnd(last))
  if (state.kind === 'ended') put(known, restarts, readEnd(state.end))
  if (state.kind !== 'running') return
  const { readyMs: knownMs, up: wasUp = false, wasDown = false, dark = first } = known.get(restarts) ?? {}
  const up = isUp(container)
  const readyMs = knownMs ?? (up && wasDown && !wasUp ? atMs : undefined)
  put(known, restarts, {
    ...(state.sinceMs === undefined ? {} : { sinceMs: state.sinceMs }),
    ...(readyMs === undefined ? {} : { readyMs }),
    up: up || wasUp,
    wasDown: wasDown || !up,
    dark,
  })
}

/**
 * After a restart of all containers of a pod, the status does not tell how the previous life ended, but when, to the second.
 * @param renewedMs when the kubelet had removed all containers
 */
export function endRenewed(
  { renewed, restarts }: ContainerStatus,
  known: ContainerLives,
  renewedMs: number | undefined,
): void {
  const before = known.get(restarts - 1)
  if (!renewed || before?.endedMs !== undefined) return
  const endedMs = renewedMs !== undefined && renewedMs >= (before?.sinceMs ?? 0) ? { endedMs: renewedMs } : {}
  put(known, restarts - 1, { ...endedMs, reason: RENEWAL, stopped: true })
}

/** Adds the times of the wrapper's log, which are to the millisecond. */
export function lookAtLog(known: ContainerLives, index: number, log: WrapperLog): void {
  const life = known.get(index)
  if (life === undefined || fitLog(log, life.sinceMs, life.endedMs) === undefined) return
  const { sinceMs, startedMs, readyMs, endedMs, exitCode, reason, message, unready, killedAfterMs } = log
  put(known, index, {
    ...{ sinceMs, exact: MOMENTS.filter((moment) => log[moment] !== undefined) },
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(readyMs === undefined ? {} : { readyMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(unready === undefined ? {} : { unready }),
    ...(killedAfterMs === undefined ? {} : { killedAfterMs }),
  })
}

function put(known: ContainerLives, index: number, life: Partial<PodLife>): void {
  known.set(index, { ...(known.get(index) ?? UNSEEN), ...life })
}

/** Removes the status message, which is meant for Tekton's controller. */
export function lookAtStep(
  { restarts }: ContainerStatus,
  known: ContainerLives,
  step: Partial<PodLife> | undefined,
): void {
  if (step === undefined) return
  const { message: _, ...life } = known.get(restarts) ?? UNSEEN
  known.set(restarts, { ...life, ...step })
}

function readEnd({
  exitCode,
  reason,
  message,
  startedMs,
  finishedMs,
}: NonNullable<ContainerStatus['last']>): Partial<PodLife> {
  return {
    ...(startedMs === undefined ? {} : { sinceMs: startedMs }),
    ...(finishedMs === undefined ? {} : { endedMs: finishedMs }),
    ...(reason === '' ? {} : { reason }),
    ...(message === '' ? {} : { message }),
    exitCode,
  }
}

/** Whether it is `ready` for others: the wrapper uses the startupProbe, if there is one, else the readinessProbe. */
export function isUp(container: ContainerStatus): boolean {
  return hasStartup(container) ? container.started : container.ready
}
