/** What the entrypoint's sequence needs from outside; cmd/entrypoint.ts hands the real ones in. */
import type { Awaited, PendingWait } from '../flags/judge.ts'
import type { FlagPorts } from '../flags/ports.ts'
import type { Child, Sink } from '../child/child.ts'
import type { Keeper, KeptLife } from './keeper.ts'
import type { ReadinessNews } from '../probe/measure.ts'

/** Follows what is waited for beside files; `wake` is called whenever something may have changed. */
export type FollowOutside = (
  wake: () => void,
  /** Which of them; undefined: all. */
  isWanted?: (wait: Awaited) => boolean,
) => {
  readonly waits: readonly PendingWait[]
  /** Resolves once something is known of each, or it takes too long to wait for that. */
  readonly introduced: Promise<void>
  readonly close: () => void
}

/** Measures the readiness of a command that was spawned when it is called, and tells every change from `begin` on. */
export type Measure = (tell: (news: ReadinessNews) => void) => Measuring

export interface Measuring {
  begin(): void
  close(): void
}

/** Something that goes on until it is done or called off. */
export interface HookRun {
  /** Resolves with one clause on what went wrong, or undefined; never rejects. Means nothing once it was called off. */
  readonly problem: Promise<string | undefined>
  cancel(): void
}

export interface EntrypointPorts extends FlagPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly child: Child
  /** undefined: there is nothing to follow. */
  readonly outside: FollowOutside | undefined
  /** Wall time, for what people read; every duration is measured by timers, which run on the monotonic clock. */
  readonly now: () => Date
  /** Monotonic, ms; the same clock in all containers of a machine. */
  readonly uptimeMs: () => number
  /** Opens a copy of a stream: what is given is written to our own descriptor and appended to the file. @throws */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  /** This process, as the kernel numbers it and its user. */
  readonly self: { readonly pid: number; readonly uid: number | undefined }
  /** At random from 0 up to but without 1. */
  readonly chance: () => number
  /** undefined: ready as soon as started. */
  readonly measure: Measure | undefined
  /** Carries out the postStart hook. */
  readonly postStart: (() => HookRun) | undefined
  /** undefined: nothing that it depends on makes it start anew. */
  readonly keep: ((life: KeptLife) => Keeper) | undefined
  /** Why there is no command to run: found after the flags had been read, so the followers are told. */
  readonly fault: string | undefined
}
