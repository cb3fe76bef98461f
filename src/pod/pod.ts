/** The parts of a pod that podorder reads or writes; everything else passes through untouched. */

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

/** Why the kubelet kills a container while its pod goes on: a probe that failed for good, or its postStart hook. */
export type KillCause = 'startup' | 'liveness' | 'postStart'

/** Why a command is stopped while its pod goes on; `predecessor`: it starts anew with what it depends on. */
export type StopCause = KillCause | 'predecessor'

export interface PodSpec {
  readonly containers: readonly Container[]
  /** Manifests may say null. */
  readonly initContainers?: readonly Container[] | null
  readonly volumes?: readonly Volume[] | null
  /** Kubernetes' default is Always; a Job's template must say OnFailure or Never. */
  readonly restartPolicy?: RestartPolicy
  /** Seconds from SIGTERM to SIGKILL; Kubernetes' default is 30. */
  readonly terminationGracePeriodSeconds?: number
  readonly activeDeadlineSeconds?: number
  readonly [field: string]: unknown
}

/** Kubernetes' own, where a pod does not say its terminationGracePeriodSeconds. */
export const DEFAULT_GRACE_S = 30

/** Every container of a pod, init containers first. */
export function allContainers({ initContainers, containers }: PodSpec): readonly Container[] {
  return [...(initContainers ?? []), ...containers]
}

/** Those of the init containers that go on running beside the others: Kubernetes' native sidecars. */
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

/** A Pod, or the `template` of a workload: what both have in common. */
export interface PodTemplate {
  readonly metadata?: ObjectMeta
  readonly spec: PodSpec
}
