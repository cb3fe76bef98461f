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
  /** Its flags are being read: prevents recursion when other containers are read first as causes. */
  looking: boolean
  commandPid: number | undefined
  started: boolean
  /** Set once it runs. */
  lifecycle: Lifecycle | undefined
  /** Its postStart hook has succeeded, or the life is over. */
  readonly begun: PromiseWithResolvers<void>
  /** Its startup probe has succeeded, if it has one. */
  up: boolean
  /** Its wrapper says that it is ready. */
  flagged: boolean
  /** The result of the readiness probe, if the runner carries it out; undefined before the first result. */
  answers: boolean | undefined
  /** The time of the wrapper's last reported reason for not being ready. */
  unreadyAt: string | undefined
  /** The reported number of restarts within this incarnation; and whether it is being stopped for another one. */
  anews: number
  yielding: boolean
  /** The reported readiness. */
  ready: boolean
  /** The message of the probe or hook because of which it is killed. */
  killReason: string
  /** The time of its stop signal, monotonic; and the kill, if it did not end. */
  toldMs: number | undefined
  kill: RunKill | undefined
  /** Output that is held back until its start is known. */
  readonly held: (() => void)[]
  /** The command never started: the output is only the wrapper's, which is also in the message of the end. */
  muted: boolean
  /** The end as its wrapper has reported it. */
  words: ContainerEnd | undefined
  /** Its end has been reported, by its flags or by its process. */
  told: boolean
  ended: boolean
}

/** @param before the ID of the previous incarnation */
export function startLife(trait: Trait, own: StartedContainer, before: string | undefined): RunLife {
  return {
    ...{ trait, own, before, held: [], killReason: '', begun: Promise.withResolvers<void>() },
    ...{ incarnation: undefined, commandPid: undefined, lifecycle: undefined, answers: undefined, words: undefined },
    ...{ toldMs: undefined, kill: undefined },
    ...{ unreadyAt: undefined, anews: 0, yielding: false },
    ...{ looking: false, started: false, up: false, flagged: false, ready: false },
    ...{ muted: false, told: false, ended: false },
  }
}

/**
 * Whether a container is ready. A wrapped one is ready when its wrapper says so and no readiness probe fails. Any other is ready as
 * in a cluster: by its readiness probe, or as soon as it has started.
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
