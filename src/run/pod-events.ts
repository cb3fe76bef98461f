/** The input and output of `supervision.ts`: events of a pod's containers, and the steps to take. */
import type { ContainerRole, KillCause } from '../pod/pod.ts'
import type { Restarts } from '../pod/restarts.ts'
import type { BackOffPace } from './crash-back-off.ts'
import type { StopReason, PodResult } from './pod-result.ts'

export interface Member {
  readonly name: string
  readonly role: ContainerRole
  /** Whether its end decides the pod's result. `podorder.io/main` names such containers; without it they are all app containers. */
  readonly main: boolean
  /** The rules that decide which of its ends are final. For an init container they apply to failures only. */
  readonly restarts: Restarts
}

export interface Rules {
  /** Whether `podorder.io/main` is given. The work is then done when the main containers have ended. */
  readonly mainGiven: boolean
  readonly graceMs: number
  readonly deadlineMs: number | undefined
  /**
   * A factor for the back-off, the deadline, and the delays and periods of probes; 1 gives the kubelet's own. It does not apply to limits
   * of work (a probe's timeout, a hook, a grace period) and to the wrapper itself.
   */
  readonly timeScale: number
  /** The back-off, with the same factor. */
  readonly backOff: BackOffPace
}

export type Event =
  | { readonly kind: 'begin' }
  | { readonly kind: 'started'; readonly container: string }
  | {
      readonly kind: 'failed'
      readonly container: string
      readonly cause: KillCause
      /** The probe's own terminationGracePeriodSeconds in ms; undefined: the pod's. */
      readonly graceMs: number | undefined
    }
  /** The container has got its stop signal, after its preStop hook if it has one. */
  | { readonly kind: 'told'; readonly container: string }
  | {
      readonly kind: 'ended'
      readonly container: string
      /** Undefined: its start was cancelled by a stop. */
      readonly exitCode: number | undefined
      /** Whether its command was never started, because another container failed. */
      readonly skipped?: boolean
      /** The monotonic time in ms when its command ended. Its wrapper ends later, perhaps after containers that waited for this. */
      readonly commandAtMs?: number
    }
  | { readonly kind: 'due'; readonly container: string; readonly restarts?: number }
  /** The back-off of RestartAllContainers is over. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  /** The pod's grace period is over. All native sidecars that still run are stopped at once. */
  | { readonly kind: 'expire' }
  /** The grace period of a single container is over. Ignored if the number of its restarts has changed since. */
  | { readonly kind: 'kill-one'; readonly container: string; readonly restarts: number }
  /** Kill all containers now. */
  | { readonly kind: 'kill' }

export type Step =
  | { readonly kind: 'start'; readonly container: string; readonly restarts: number }
  | { readonly kind: 'back-off'; readonly container: string; readonly restarts: number; readonly afterMs: number }
  /** Run the preStop hook. The stop signal follows when it is the container's turn. */
  | { readonly kind: 'prepare'; readonly container: string; readonly graceMs: number }
  /** Run the preStop hook, for `graceMs` at most, then send the stop signal to the container's first process. */
  | {
      readonly kind: 'terminate'
      readonly container: string
      readonly graceMs: number
      /** Undefined: the pod is stopped. */
      readonly cause: KillCause | undefined
    }
  /** Prepare a restart of all containers: remove the files of their wrappers, as podorder-init does in a cluster. */
  | { readonly kind: 'renew' }
  /** Send SIGKILL to all processes of a container. `hurried`: its grace period is not over. */
  | { readonly kind: 'kill'; readonly container: string; readonly hurried?: true }
  /** Pass in this event after `afterMs`. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly event: Event }
  | { readonly kind: 'phase'; readonly phase: 'Pending' | 'Running' }
  | { readonly kind: 'stopping'; readonly reason: StopReason }
  | { readonly kind: 'finish'; readonly verdict: PodResult }
