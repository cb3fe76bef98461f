/** What happens to a pod's containers, and what is to be done about it: what goes into `supervision.ts` and comes out of it. */
import type { ContainerRole, KillCause } from '../pod/pod.ts'
import type { Restarts } from '../pod/restarts.ts'
import type { BackOffPace } from './crash-back-off.ts'
import type { StopReason, PodResult } from './pod-result.ts'

export interface Member {
  readonly name: string
  readonly role: ContainerRole
  /** Its end counts for the pod's: named in `podorder.io/main`, or an app while none is named. */
  readonly main: boolean
  /** Which of its ends are final; of an init container, of its failures. */
  readonly restarts: Restarts
}

export interface Rules {
  /** `podorder.io/main` was given: the main containers' end is the end of the work. */
  readonly mainGiven: boolean
  readonly graceMs: number
  readonly deadlineMs: number | undefined
  /**
   * Back-off, deadline, and the delays and periods of probes are so many times as long; 1 is the kubelet's own. What bounds
   * work (a probe's timeout, a hook, a grace period) and what the wrapper itself does is left as it is.
   */
  readonly timeScale: number
  /** Scaled alike. */
  readonly backOff: BackOffPace
}

export type Event =
  | { readonly kind: 'begin' }
  | { readonly kind: 'started'; readonly container: string }
  | {
      readonly kind: 'failed'
      readonly container: string
      readonly cause: KillCause
      /** The probe's own terminationGracePeriodSeconds; the pod's when not given. */
      readonly graceMs: number | undefined
    }
  /** Its preStop hook is over, if it has one, and SIGTERM has been sent. */
  | { readonly kind: 'told'; readonly container: string }
  | {
      readonly kind: 'ended'
      readonly container: string
      /** Undefined: it was told to stop before it could be started. */
      readonly exitCode: number | undefined
      /** Whether it was never started, since another had failed. */
      readonly skipped?: boolean
      /** When its command ended, monotonic: before its wrapper, which may be gone after those that the end let go. */
      readonly commandAtMs?: number
    }
  | { readonly kind: 'due'; readonly container: string; readonly restarts?: number }
  /** The back-off of RestartAllContainers is over. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  /** The pod's grace period is over: native sidecars do not wait for their turn any more. */
  | { readonly kind: 'expire' }
  /** The grace period of a single container is over, in the life that began with so many restarts. */
  | { readonly kind: 'kill-one'; readonly container: string; readonly restarts: number }
  /** All of them, now. */
  | { readonly kind: 'kill' }

export type Step =
  | { readonly kind: 'start'; readonly container: string; readonly restarts: number }
  | { readonly kind: 'back-off'; readonly container: string; readonly restarts: number; readonly afterMs: number }
  /** Its preStop hook may begin; SIGTERM follows when its turn comes. */
  | { readonly kind: 'prepare'; readonly container: string; readonly graceMs: number }
  /** The preStop hook, for no longer than `graceMs`, then SIGTERM to the container's first process. */
  | {
      readonly kind: 'terminate'
      readonly container: string
      readonly graceMs: number
      /** Undefined: the pod is stopped. */
      readonly cause: KillCause | undefined
    }
  /** All containers start anew: what their wrappers have left is removed, as podorder-init does in a cluster. */
  | { readonly kind: 'renew' }
  /** SIGKILL to all of it; `hurried`: its grace period is not over. */
  | { readonly kind: 'kill'; readonly container: string; readonly hurried?: true }
  /** Hand in this event after so many ms. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly event: Event }
  | { readonly kind: 'phase'; readonly phase: 'Pending' | 'Running' }
  | { readonly kind: 'stopping'; readonly reason: StopReason }
  | { readonly kind: 'finish'; readonly verdict: PodResult }
