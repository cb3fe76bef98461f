/** Ports of the entrypoint; cmd/entrypoint.ts passes in the real ones. */
import type { Awaited, PendingWait } from '../flags/judge.ts'
import type { FlagPorts } from '../flags/ports.ts'
import type { Child, Sink } from '../child/child.ts'
import type { Keeper, KeptLife } from './keeper.ts'
import type { ReadinessNews } from '../probe/measure.ts'

/** Follows targets other than files; calls `wake` whenever something may have changed. */
export type FollowOutside = (
  wake: () => void,
  /** Selects waits; undefined: all. */
  isWanted?: (wait: Awaited) => boolean,
) => {
  readonly waits: readonly PendingWait[]
  /** Resolves when the state of each target is known, or after a limited time. */
  readonly introduced: Promise<void>
  readonly close: () => void
}

/** Measures the readiness of a command that was spawned at the time of the call, and reports every change after `begin`. */
export type Measure = (tell: (news: ReadinessNews) => void) => Measuring

export interface Measuring {
  begin(): void
  close(): void
}

/** A hook that runs until it ends or is cancelled. */
export interface HookRun {
  /** Resolves with one clause on the fault, or undefined; never rejects. Has no meaning after `cancel`. */
  readonly problem: Promise<string | undefined>
  cancel(): void
}

export interface EntrypointPorts extends FlagPorts {
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly child: Child
  /** undefined: no outside targets. */
  readonly outside: FollowOutside | undefined
  /** Wall time, only for people. All durations are measured by timers on the monotonic clock. */
  readonly now: () => Date
  /** Monotonic, ms; the same clock in all containers of a machine. */
  readonly uptimeMs: () => number
  /** Opens a copy of a stream: chunks are written to our own descriptor and appended to the file. @throws */
  readonly openCopy: (path: string, descriptor: 1 | 2) => Promise<Sink>
  /** Process ID and user ID of this process. */
  readonly self: { readonly pid: number; readonly uid: number | undefined }
  /** @returns a random number from 0 to below 1 */
  readonly chance: () => number
  /** undefined: ready when started. */
  readonly measure: Measure | undefined
  /** Runs the postStart hook. */
  readonly postStart: (() => HookRun) | undefined
  /** undefined: no dependency has `restart: true`. */
  readonly keep: ((life: KeptLife) => Keeper) | undefined
  /** Why there is no command to run. It is found after the flags were read, so that followers can be told. */
  readonly fault: string | undefined
}
