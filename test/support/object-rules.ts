/** The API server's own rules for objects and workloads (Kubernetes: apimachinery pkg/api/validation, pkg/apis/{apps,batch,core}/validation). */
import { isQualifiedName, isSubdomain } from './object-names.ts'
import { checkPodSpec } from './pod-rules.ts'

/** Reports a fault at a path. */
export type Refuse = (path: string, what: string) => void

interface Metadata {
  readonly name?: string
  readonly generateName?: string
  readonly labels?: Readonly<Record<string, string | null>>
  readonly annotations?: Readonly<Record<string, string | null>>
}

interface Template {
  readonly metadata?: Metadata
  readonly spec?: Parameters<typeof checkPodSpec>[0]
}

/** An object that has passed the schema. */
export interface ApiObject {
  readonly kind: string
  readonly metadata?: Metadata
  readonly spec?: unknown
  readonly template?: Template
}

interface WorkloadSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } & Readonly<Record<string, unknown>>
  readonly template?: Template
  readonly jobTemplate?: { readonly spec?: WorkloadSpec }
  readonly volumeClaimTemplates?: readonly { readonly metadata?: Metadata }[] | null
}

const MAX_ANNOTATIONS_BYTES = 256 * 1024

export function checkObject(object: ApiObject, refuse: Refuse): void {
  const { kind, metadata = {} } = object
  if (!metadata.name && !metadata.generateName) refuse('metadata.name', 'name or generateName is required')
  if (metadata.name && !isSubdomain(metadata.name)) refuse('metadata.name', `no DNS subdomain: ${metadata.name}`)
  // The API server adds five characters, so the prefix may end with a dash.
  if (metadata.generateName && !isSubdomain(`${metadata.generateName}x`))
    refuse('metadata.generateName', `no DNS subdomain: ${metadata.generateName}`)
  checkMetadata(metadata, 'metadata', refuse)
  const spec = (object.spec ?? {}) as WorkloadSpec
  switch (kind) {
    case 'Pod':
      return checkPodSpec(object.spec as Template['spec'], 'spec', refuse)
    case 'PodTemplate':
      return checkTemplate(object.template, 'template', refuse)
    case 'Job':
      return checkJobTemplate(spec.template, 'spec.template', refuse)
    case 'CronJob':
      // The names of its Jobs get eleven more characters, and the host name of a pod has at most 63.
      if ((metadata.name ?? '').length > 52) refuse('metadata.name', 'more than 52 characters')
      return checkJobTemplate(spec.jobTemplate?.spec?.template, 'spec.jobTemplate.spec.template', refuse)
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      checkSelector(spec.selector?.matchLabels, spec.template, refuse)
      return checkLastingTemplate(withClaims(spec), refuse)
    case 'ReplicationController':
      checkSelector((spec.selector ?? undefined) as Readonly<Record<string, string>> | undefined, spec.template, refuse)
      return checkLastingTemplate(spec.template, refuse)
    default:
      return
  }
}

function checkMetadata({ labels, annotations }: Metadata, path: string, refuse: Refuse): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!isQualifiedName(key)) refuse(`${path}.labels`, `no qualified name: ${key}`)
    if (!/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value ?? ''))
      refuse(`${path}.labels`, `no label: ${value}`)
  }
  let bytes = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (!isQualifiedName(key.toLowerCase())) refuse(`${path}.annotations`, `no qualified name: ${key}`)
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value ?? '')
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) refuse(`${path}.annotations`, `more than ${MAX_ANNOTATIONS_BYTES} bytes`)
}

function checkSelector(
  wanted: Readonly<Record<string, string>> | undefined,
  template: Template | undefined,
  refuse: Refuse,
): void {
  const labels = template?.metadata?.labels ?? {}
  const missing = Object.entries(wanted ?? {}).some(([key, value]) => labels[key] !== value)
  if (missing) refuse('spec.template.metadata.labels', 'the selector does not match')
}

/** Adds the claims of a StatefulSet to the volumes of its pods. A claim replaces a volume of the same name. */
function withClaims({ template, volumeClaimTemplates }: WorkloadSpec): Template | undefined {
  const claims = (volumeClaimTemplates ?? []).map(({ metadata }) => ({ name: metadata?.name ?? '' }))
  if (template?.spec === undefined || claims.length === 0) return template
  const own = (template.spec.volumes ?? []).filter(({ name }) => !claims.some((claim) => claim.name === name))
  return { ...template, spec: { ...template.spec, volumes: [...own, ...claims] } }
}

function checkTemplate(template: Template | undefined, path: string, refuse: Refuse): void {
  checkMetadata(template?.metadata ?? {}, `${path}.metadata`, refuse)
  checkPodSpec(template?.spec, `${path}.spec`, refuse)
  if ((template?.spec?.ephemeralContainers ?? []).length > 0)
    refuse(`${path}.spec.ephemeralContainers`, 'not in a template')
}

function checkLastingTemplate(template: Template | undefined, refuse: Refuse): void {
  checkTemplate(template, 'spec.template', refuse)
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {}
  if ((restartPolicy ?? 'Always') !== 'Always') refuse('spec.template.spec.restartPolicy', 'only Always')
  if ((activeDeadlineSeconds ?? undefined) !== undefined)
    refuse('spec.template.spec.activeDeadlineSeconds', 'only of pods and jobs')
}

function checkJobTemplate(template: Template | undefined, path: string, refuse: Refuse): void {
  checkTemplate(template, path, refuse)
  // The default is Always.
  if ((template?.spec?.restartPolicy ?? 'Always') === 'Always')
    refuse(`${path}.spec.restartPolicy`, 'required: OnFailure or Never')
}
