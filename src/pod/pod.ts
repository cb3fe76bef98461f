/** The parts of a pod that podorder reads or writes; it does not change others. */

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: Readonly<Record<string, unknown>>
}

export interface VolumeMount {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string
  readonly readOnly?: boolean
}

export interface Volume {
  readonly name: string
  readonly [source: string]: unknown
}

export interface Container {
  readonly name: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly workingDir?: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly Readonly<Record<string, unknown>>[]
  readonly volumeMounts?: readonly VolumeMount[]
  /** `Always` on an init container makes it a native sidecar (Kubernetes >= 1.28). */
  readonly restartPolicy?: string
  readonly [field: string]: unknown
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

/** `sidecar`: an init container with restartPolicy Always; the next one does not wait for its end. */
export type ContainerRole = 'init' | 'sidecar' | 'app'

/** Why the kubelet kills a container while its pod continues: a failed probe, or its postStart hook. */
export type KillCause = 'startup' | 'liveness' | 'postStart'

/** Why a command is stopped while its pod continues; `predecessor`: the container restarts with a dependency. */
export type StopCause = KillCause | 'predecessor'

export interface PodSpec {
  readonly containers: readonly Container[]
  /** Manifests may have null. */
  readonly initContainers?: readonly Container[] | null
  readonly volumes?: readonly Volume[] | null
  /** The default is Always; a Job's template must have OnFailure or Never. */
  readonly restartPolicy?: RestartPolicy
  /** Seconds from SIGTERM to SIGKILL; the default is 30. */
  readonly terminationGracePeriodSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly [field: string]: unknown
}

/** The default of terminationGracePeriodSeconds. */
export const DEFAULT_GRACE_S = 30

/** All containers of a pod, init containers first. */
export function allContainers({ initContainers, containers }: PodSpec): readonly Container[] {
  return [...(initContainers ?? []), ...containers]
}

/** Native sidecars: init containers that continue to run beside the others. */
export function nativeSidecars({ initContainers }: PodSpec): readonly Container[] {
  return (initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
}

export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>> | null
  readonly [field: string]: unknown
}

/** The common part of a Pod and of the `template` of a workload. */
export interface PodTemplate {
  readonly metadata?: ObjectMeta
  readonly spec: PodSpec
}
