/** The state of one incarnation of a container. */
import type { Lifecycle } from './lifecycle.ts'
import type { ContainerEnd, RunKill } from './container-end.ts'
import type { Trait } from './prepare.ts'
import type { StartedContainer } from './runtime.ts'

export interface RunLife {
  readonly trait: Trait
  readonly own: StartedContainer
  /** The ID of the previous incarnation, whose flags are leftovers. */
  readonly before: string | undefined
  incarnation: string | undefined
  /** Whether its flags are being read. Prevents recursion, since its causes are read first. */
  looking: boolean
  commandPid: number | undefined
  started: boolean
  /** The probes and hooks, once the container runs. */
  lifecycle: Lifecycle | undefined
  /** Resolves when its postStart hook has succeeded, or the incarnation has ended. */
  readonly begun: PromiseWithResolvers<void>
  /** Whether its startup probe has succeeded, if it has one. */
  up: boolean
  /** Whether its wrapper reports that it is ready. */
  flagged: boolean
  /** The result of the readiness probe, if the runner carries it out; undefined before the first result. */
  answers: boolean | undefined
  /** The time of the wrapper's last reported reason for not being ready. */
  unreadyAt: string | undefined
  /** The number of restarts within this incarnation that have been reported. */
  reportedRestarts: number
  /** Whether it is being stopped for another restart within this incarnation. */
  stoppingForRestart: boolean
  /** The reported readiness. */
  ready: boolean
  /** The message of the failed probe or hook that is the reason of its kill. */
  killReason: string
  /** The monotonic time of its stop signal, in ms. */
  toldMs: number | undefined
  /** The kill, if it did not end after the stop signal. */
  kill: RunKill | undefined
  /** Output that is held back until its start is known. */
  readonly held: (() => void)[]
  /** Whether output is dropped: the command never started, so all output is the wrapper's. The message of the end repeats it. */
  muted: boolean
  /** The end as its wrapper reports it. */
  reportedEnd: ContainerEnd | undefined
  /** Whether its end has been reported, because of its flags or its process. */
  endReported: boolean
  ended: boolean
}

/** @param before the ID of the previous incarnation */
export function startLife(trait: Trait, own: StartedContainer, before: string | undefined): RunLife {
  return {
    ...{ trait, own, before, held: [], killReason: '', begun: Promise.withResolvers<void>() },
    ...{
      incarnation: undefined,
      commandPid: undefined,
      lifecycle: undefined,
      answers: undefined,
      reportedEnd: undefined,
    },
    ...{ toldMs: undefined, kill: undefined },
    ...{ unreadyAt: undefined, reportedRestarts: 0, stoppingForRestart: false },
    ...{ looking: false, started: false, up: false, flagged: false, ready: false },
    ...{ muted: false, endReported: false, ended: false },
  }
}

/**
 * Tells whether a container is ready. A wrapped container is ready when its wrapper says so and no readiness probe fails. Any other
 * container is ready as in a cluster: when its readiness probe succeeds, or as soon as it has started if it has none.
 */
export function isReady({ trait, flagged, up, answers }: RunLife): boolean {
  if (trait.wrapped) return flagged && answers !== false
  return up && (answers ?? trait.care.probes.readiness === undefined)
}

/** Reasons of a wrapper whose command never started because of another container. */
const SKIPPED = new Set(['Skipped', 'PredecessorDied'])

export function wasSkipped({ started }: RunLife, reason: string): boolean {
  return !started && SKIPPED.has(reason)
}

/** Holds back output until the flag `started` is seen. */
export function holdBack(life: RunLife, speak: () => Promise<void> | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  life.held.push(() => resolve(life.muted ? undefined : speak()))
  return promise
}

export function release({ held }: RunLife): void {
  for (const speak of held.splice(0)) speak()
}
