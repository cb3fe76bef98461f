/** What is known of one life of a container. */
import type { Lifecycle } from './lifecycle.ts'
import type { ContainerEnd, RunKill } from './container-end.ts'
import type { Trait } from './prepare.ts'
import type { StartedContainer } from './runtime.ts'

export interface RunLife {
  readonly trait: Trait
  readonly own: StartedContainer
  /** The incarnation of the life before: its flags are leftovers. */
  readonly before: string | undefined
  incarnation: string | undefined
  /** To tell of it, others are looked at first, and those may have it for a cause. */
  looking: boolean
  commandPid: number | undefined
  started: boolean
  /** Since it runs. */
  lifecycle: Lifecycle | undefined
  /** Its postStart hook has succeeded, or the life is over. */
  readonly begun: PromiseWithResolvers<void>
  /** Its startup probe has succeeded, if it has one. */
  up: boolean
  /** Its wrapper says that it is ready. */
  flagged: boolean
  /** What its readiness probe says, where the runner asks that itself; undefined before the first word. */
  answers: boolean | undefined
  /** When its wrapper last said why it is not ready, as it has been told. */
  unreadyAt: string | undefined
  /** How often it was started anew, as it has been told; and that it is being stopped for another time. */
  anews: number
  yielding: boolean
  /** As it has been told. */
  ready: boolean
  /** What the probe or hook has said that it is killed for. */
  killReason: string
  /** When it was told to stop, monotonic; and how it was killed for want of an end. */
  toldMs: number | undefined
  kill: RunKill | undefined
  /** Output from before it was known to be started. */
  readonly held: (() => void)[]
  /** Never started: what it wrote are its wrapper's own words, and they are in the message of its end. */
  muted: boolean
  /** What its wrapper has said of its end. */
  words: ContainerEnd | undefined
  /** Its end has been reported: with its flags, or with its process, whichever was noticed first. */
  told: boolean
  ended: boolean
}

/** @param before the incarnation of the life before */
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
 * What is wrapped is ready for its followers when its wrapper says so, and no more when a probe of the kubelet's denies it;
 * what is not, as in a cluster: with its readiness probe, or as soon as it is up.
 */
export function isReady({ trait, flagged, up, answers }: RunLife): boolean {
  if (trait.wrapped) return flagged && answers !== false
  return up && (answers ?? trait.care.probes.readiness === undefined)
}

/** Reasons of a wrapper whose command was never started because of somebody else. */
const SKIPPED = new Set(['Skipped', 'PredecessorDied'])

export function wasSkipped({ started }: RunLife, reason: string): boolean {
  return !started && SKIPPED.has(reason)
}

/** Holds back what it has said, while the flag that says it has been started is still to come. */
export function holdBack(life: RunLife, speak: () => Promise<void> | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  life.held.push(() => resolve(life.muted ? undefined : speak()))
  return promise
}

export function release({ held }: RunLife): void {
  for (const speak of held.splice(0)) speak()
}
