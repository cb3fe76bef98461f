/**
 * Checks whether a namespace that enforces the Pod Security Standard "restricted" would accept a pod.
 *
 * Source: staging/src/k8s.io/pod-security-admission/policy of Kubernetes 1.33.
 */
interface Security {
  readonly privileged?: boolean
  readonly allowPrivilegeEscalation?: boolean
  readonly runAsNonRoot?: boolean
  readonly runAsUser?: number
  readonly seccompProfile?: { readonly type?: string }
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string }
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
}

interface Container {
  readonly name: string
  readonly securityContext?: Security
  readonly ports?: readonly { readonly hostPort?: number }[] | null
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[] | null
  readonly volumes?: readonly { readonly name: string }[] | null
  readonly securityContext?: Security
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
}

/** The allowed sources of volumes; `image` since 1.33. A volume without a source is an emptyDir. */
const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

/** Lists violations in the form `container or pod: what`. */
export function checkRestricted(spec: PodSpec): readonly string[] {
  const { containers, initContainers, volumes, securityContext: ofPod = {}, hostNetwork, hostPID, hostIPC } = spec
  const faults = [hostNetwork, hostPID, hostIPC].includes(true) ? ['pod: a namespace of the host'] : []
  for (const { name, ...source } of volumes ?? [])
    for (const kind of Object.keys(source)) if (!VOLUMES.has(kind)) faults.push(`pod: volume ${name} of type ${kind}`)
  for (const container of [...(initContainers ?? []), ...containers])
    for (const fault of checkContainer(container, ofPod)) faults.push(`${container.name}: ${fault}`)
  return faults
}

/** Checks a container. Settings that it does not have come from the pod, if the pod can have them. */
function checkContainer({ securityContext: own = {}, ports }: Container, ofPod: Security): readonly string[] {
  const { runAsNonRoot, runAsUser, seccompProfile, seLinuxOptions = {} } = { ...ofPod, ...own }
  const { add = [], drop = [] } = own.capabilities ?? {}
  const refused: Readonly<Record<string, boolean>> = {
    privileged: own.privileged === true,
    'allowPrivilegeEscalation is not false': own.allowPrivilegeEscalation !== false,
    'runAsNonRoot is not true': runAsNonRoot !== true,
    'runAsUser is 0': runAsUser === 0 || ofPod.runAsUser === 0,
    'capabilities do not drop ALL': !drop.includes('ALL'),
    'capabilities are added': add.some((capability) => capability !== 'NET_BIND_SERVICE'),
    'no seccompProfile': !['RuntimeDefault', 'Localhost'].includes(seccompProfile?.type ?? ''),
    'SELinux options': Boolean(seLinuxOptions.user) || Boolean(seLinuxOptions.role) || seLinuxOptions.type === 'spc_t',
    'a port of the host': (ports ?? []).some(({ hostPort }) => Boolean(hostPort)),
  }
  return Object.keys(refused).filter((fault) => refused[fault])
}
