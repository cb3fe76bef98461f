/** The status of one container in a pod's status. All times are ms since 1970. */
import type { Container, ContainerRole } from '../pod/pod.ts'
import type { Restarts } from '../pod/restarts.ts'
import type { WrapperLog } from './wrapper-log.ts'

export interface End {
  readonly exitCode: number
  /** Completed, Error, OOMKilled, StartError, ContainerStatusUnknown, … */
  readonly reason: string
  readonly message: string
  /** Undefined when it never started. */
  readonly startedMs: number | undefined
  readonly finishedMs: number | undefined
}

export type State =
  /** The kubelet has not reported the container. */
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly sinceMs: number | undefined }
  | { readonly kind: 'ended'; readonly end: End }

/** The status, with the policy and rules that decide what follows the end. */
export interface ContainerStatus extends Restarts {
  readonly name: string
  readonly role: ContainerRole | 'ephemeral'
  /** The container before inject. */
  readonly spec: Container
  /** The container as the kubelet runs it. */
  readonly actual: Container
  /** Whose entrypoint wraps the command; undefined: none, the command starts with the pod. */
  readonly wrapper: 'podorder' | 'tekton' | undefined
  /** The wrapper holds the container after success, so that the status does not show its end (`--hold`). */
  readonly held: boolean
  readonly state: State
  /** The end of the previous incarnation; undefined when it is unknown. */
  readonly last: End | undefined
  /** The previous incarnation ended by a restart of all containers of the pod (RestartAllContainers). */
  readonly renewed: boolean
  readonly ready: boolean
  /** The startup probe has succeeded according to the kubelet; true when it has none and runs. */
  readonly started: boolean
  readonly restarts: number
  /** The wrapper's log of this incarnation, if it was read. */
  readonly log?: WrapperLog
  /** The last message of the kubelet's probe, if the events were read. */
  readonly probe?: string
}
