/** What a pod's status tells of one container. All times are ms since 1970. */
import type { Container, ContainerRole } from '../pod/pod.ts'
import type { Restarts } from '../pod/restarts.ts'
import type { WrapperLog } from './wrapper-log.ts'

export interface End {
  readonly exitCode: number
  /** Completed, Error, OOMKilled, StartError, ContainerStatusUnknown, … */
  readonly reason: string
  readonly message: string
  /** Undefined where it never began. */
  readonly startedMs: number | undefined
  readonly finishedMs: number | undefined
}

export type State =
  /** The kubelet has not said anything of it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly sinceMs: number | undefined }
  | { readonly kind: 'ended'; readonly end: End }

/** With its own restartPolicy and rules, where it has some: what follows its end. */
export interface ContainerStatus extends Restarts {
  readonly name: string
  readonly role: ContainerRole | 'ephemeral'
  /** As it was before inject. */
  readonly spec: Container
  /** As the kubelet runs it. */
  readonly actual: Container
  /** Whose entrypoint its command runs through; undefined: nobody's, it starts with the pod. */
  readonly wrapper: 'podorder' | 'tekton' | undefined
  /** Its wrapper stays after success, so that its end cannot be seen (`--hold`). */
  readonly held: boolean
  readonly state: State
  /** How its life before this one ended; undefined where that is not told. */
  readonly last: End | undefined
  /** Its life before this one ended when all containers of its pod were started anew (RestartAllContainers). */
  readonly renewed: boolean
  readonly ready: boolean
  /** Its startup probe, as the kubelet has it, has succeeded; true where it has none and runs. */
  readonly started: boolean
  readonly restarts: number
  /** What its wrapper has written in this life, where its log was read. */
  readonly log?: WrapperLog
  /** What the kubelet's own probe has said last, where its events were read. */
  readonly probe?: string
}
