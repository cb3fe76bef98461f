/** The API server's own rules for pods and their volumes (Kubernetes: pkg/apis/core/validation, ValidatePodSpec, validateVolumes). */
import { parseQuantity } from '../../src/pod/quantity.ts'
import { checkContainer, type Container } from './container-rules.ts'
import { isLabel, isQualifiedName } from './object-names.ts'
import type { Refuse } from './object-rules.ts'

interface VolumeFile {
  readonly path?: string
  readonly fieldRef?: { readonly fieldPath?: string }
}

interface Volume {
  readonly name: string
  readonly downwardAPI?: { readonly items?: readonly VolumeFile[] }
  readonly configMap?: { readonly items?: readonly VolumeFile[] }
  readonly secret?: { readonly items?: readonly VolumeFile[] }
  readonly hostPath?: { readonly path?: string }
  readonly [source: string]: unknown
}

export interface PodSpec {
  readonly containers?: readonly Container[]
  readonly initContainers?: readonly Container[] | null
  readonly ephemeralContainers?: readonly Container[] | null
  readonly volumes?: readonly Volume[] | null
  readonly restartPolicy?: string | null
  readonly activeDeadlineSeconds?: number | null
  readonly terminationGracePeriodSeconds?: number | null
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly hostNetwork?: boolean
  readonly hostUsers?: boolean | null
  readonly os?: { readonly name?: string } | null
  readonly securityContext?: { readonly windowsOptions?: object | null } | null
  readonly shareProcessNamespace?: boolean
  readonly resources?: Container['resources']
}

export function checkPodSpec(spec: PodSpec = {}, path: string, refuse: Refuse): void {
  const volumes = checkVolumes(spec.volumes ?? [], `${path}.volumes`, refuse)
  const surroundings = {
    volumes,
    hostNetwork: spec.hostNetwork === true,
    hostUsers: spec.hostUsers !== false,
    system: spec.os?.name,
    grace: spec.terminationGracePeriodSeconds ?? 30,
  }
  const names = new Set<string>()
  const checkAll = (containers: readonly Container[], field: string): void => {
    for (const [index, container] of containers.entries()) {
      const at = `${path}.${field}[${index}]`
      checkContainer(container, at, field === 'initContainers', surroundings, refuse)
      if (names.has(container.name)) refuse(`${at}.name`, `duplicate: ${container.name}`)
      names.add(container.name)
    }
  }
  if ((spec.containers ?? []).length === 0) refuse(`${path}.containers`, 'required')
  checkAll(spec.containers ?? [], 'containers')
  checkAll(spec.initContainers ?? [], 'initContainers')
  checkAll(spec.ephemeralContainers ?? [], 'ephemeralContainers')
  if (spec.hostPID === true && spec.shareProcessNamespace === true)
    refuse(`${path}.shareProcessNamespace`, 'not together with hostPID')
  // validateHostUsers
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
    if (spec.hostUsers === false && spec[field] === true) refuse(`${path}.${field}`, 'not in a user namespace')
  // validateLinux
  if (spec.os?.name === 'linux' && spec.securityContext?.windowsOptions)
    refuse(`${path}.securityContext.windowsOptions`, 'not with os.name linux')
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) refuse(`${path}.terminationGracePeriodSeconds`, 'less than 0')
  if ((spec.activeDeadlineSeconds ?? 1) < 1) refuse(`${path}.activeDeadlineSeconds`, 'less than 1')
  checkWhole(spec, path, refuse)
}

/** Checks that the resources of the pod as a whole limit those of its containers (validatePodResourceConsistency). */
function checkWhole({ resources, containers, initContainers }: PodSpec, path: string, refuse: Refuse): void {
  const requests = Object.entries(resources?.requests ?? {})
  const limits = Object.entries(resources?.limits ?? {})
  const asks = (container: Container, name: string): number => parseQuantity(container.resources?.requests?.[name]) ?? 0
  for (const [name, request] of requests) {
    const together = (containers ?? []).reduce((sum, container) => sum + asks(container, name), 0)
    const most = Math.max(together, ...(initContainers ?? []).map((container) => asks(container, name)))
    if (most > (parseQuantity(request) ?? 0)) refuse(`${path}.resources.requests.${name}`, 'less than its containers')
  }
  for (const [index, container] of [...(containers ?? []), ...(initContainers ?? [])].entries())
    for (const [name, limit] of limits)
      if ((parseQuantity(container.resources?.limits?.[name]) ?? 0) > (parseQuantity(limit) ?? 0))
        refuse(`${path}.containers[${index}].resources.limits.${name}`, 'more than the pod')
}

/** Checks the volumes. @returns their names */
function checkVolumes(volumes: readonly Volume[], path: string, refuse: Refuse): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`
    if (!isLabel(volume.name)) refuse(`${at}.name`, `no DNS label: ${volume.name}`)
    if (names.has(volume.name)) refuse(`${at}.name`, `duplicate: ${volume.name}`)
    names.add(volume.name)
    checkSources(volume, at, refuse)
  }
  return names
}

/** The sources of volumes in the order of the API server's checks. The second of two is refused. A volume without a source is an emptyDir. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'secret',
  'persistentVolumeClaim',
  'downwardAPI',
  'configMap',
  'projected',
  'image',
]

function checkSources(volume: Volume, at: string, refuse: Refuse): void {
  const given = Object.keys(volume)
    .filter((field) => field !== 'name' && (volume[field] ?? undefined) !== undefined)
    .toSorted((a, b) => SOURCES.indexOf(a) - SOURCES.indexOf(b))
  for (const source of given.slice(1)) refuse(`${at}.${source}`, 'not more than one volume type')
  if (volume.hostPath?.path?.split('/').includes('..')) refuse(`${at}.hostPath.path`, "no '..'")
  for (const source of ['configMap', 'secret'] as const)
    for (const [index, { path }] of (volume[source]?.items ?? []).entries())
      checkPath(path, `${at}.${source}.items[${index}].path`, refuse)
  for (const file of volume.downwardAPI?.items ?? []) checkDownward(file, `${at}.downwardAPI`, refuse)
}

function checkPath(path: string | undefined, at: string, refuse: Refuse): void {
  if (!path) refuse(at, 'required')
  if (path?.startsWith('/')) refuse(at, 'must be relative')
  if (path?.split('/').includes('..')) refuse(at, "no '..'")
}

/** The fields for files of a volume. Variables can have more fields, such as those of the pod's status. */
const DOWNWARD_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

/** Checks an item of a downwardAPI volume. The paths of faults have no index, since the API server gives none. */
function checkDownward({ path, fieldRef }: VolumeFile, at: string, refuse: Refuse): void {
  checkPath(path, `${at}.path`, refuse)
  if (fieldRef === undefined || fieldRef === null) return
  const { fieldPath = '' } = fieldRef
  const key = /^metadata\.(?:annotations|labels)\['(.*)'\]$/.exec(fieldPath)?.[1]
  if (key !== undefined && !isQualifiedName(key.toLowerCase())) refuse(`${at}.fieldRef`, `no qualified name: ${key}`)
  if (key === undefined && !DOWNWARD_FIELDS.includes(fieldPath))
    refuse(`${at}.fieldRef.fieldPath`, `unsupported: ${fieldPath}`)
}
