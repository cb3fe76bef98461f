/** A pod in the making, from whatever platform it comes: what all of them are turned into before a manifest is written. */
import type { RestartPolicy } from '../pod/pod.ts'
import type { Condition } from '../order/conditions.ts'

export type PlainMap = Readonly<Record<string, unknown>>

/** What a container waits for, in the words of `podorder.io/depends-on`. */
export interface DraftEdge {
  readonly container: string
  readonly target: string
  readonly condition: Condition
  readonly optional?: boolean
  readonly restart?: boolean
  /** ms */
  readonly timeoutMs?: number
}

export interface DraftPort {
  readonly port: number
  readonly targetPort: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
}

export interface Draft {
  /** The name of the pod or workload, a DNS label. */
  readonly name: string
  /** Containers in the words of Kubernetes, in the order of the input; without fields that are undefined. */
  readonly containers: readonly (PlainMap & { readonly name: string })[]
  readonly volumes: readonly PlainMap[]
  readonly edges: readonly DraftEdge[]
  /** `podorder.io/options`, by container; those of containers that are not in the order are not written. */
  readonly options: ReadonlyMap<string, PlainMap>
  /** `podorder.io/main`. */
  readonly main: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
  readonly restartPolicy: RestartPolicy
  /** Further fields of the pod's spec. */
  readonly spec: PlainMap
  /** ConfigMaps, Secrets and claims that the pod uses. */
  readonly objects: readonly PlainMap[]
  /** What others reach it by; a Service is written for them. */
  readonly ports: readonly DraftPort[]
}

/** Without fields that are undefined, and without lists and maps that are empty. */
export function compact(fields: PlainMap): PlainMap {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => {
      if (value === undefined) return false
      if (Array.isArray(value)) return value.length > 0
      return typeof value !== 'object' || value === null || Object.keys(value).length > 0
    }),
  )
}

const LONGEST_LABEL = 63

/** A name as Kubernetes takes it for containers, volumes and most objects: RFC 1123, a label. */
export function toLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_LABEL)
    .replaceAll(/^-+|-+$/g, '')
  return label === '' ? 'x' : label
}

/** Text in command, args and env that Kubernetes' `$(NAME)` leaves as it is here (see pod/expand.ts). */
export function escapeReferences(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, '$$$$')
}
