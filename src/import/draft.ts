/** The draft of a pod: the common form of all platforms, from which a manifest is written. */
import type { RestartPolicy } from '../pod/pod.ts'
import type { Condition } from '../order/conditions.ts'

export type PlainMap = Readonly<Record<string, unknown>>

/** A dependency of a container, in the words of `podorder.io/depends-on`. */
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
  /** Containers with fields of Kubernetes, in the order of the input; no field is undefined. */
  readonly containers: readonly (PlainMap & { readonly name: string })[]
  readonly volumes: readonly PlainMap[]
  readonly edges: readonly DraftEdge[]
  /** `podorder.io/options`, by container; not written for containers that are not in the order. */
  readonly options: ReadonlyMap<string, PlainMap>
  /** `podorder.io/main`. */
  readonly main: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
  readonly restartPolicy: RestartPolicy
  /** Further fields of the pod's spec. */
  readonly spec: PlainMap
  /** ConfigMaps, Secrets and claims that the pod uses. */
  readonly objects: readonly PlainMap[]
  /** Ports for clients outside the pod; a Service is written for them. */
  readonly ports: readonly DraftPort[]
}

/** Lists the containers that an order names. */
export function listOrdered(edges: readonly DraftEdge[], main: readonly string[] = []): ReadonlySet<string> {
  return new Set([...edges.flatMap(({ container, target }) => [container, target]), ...main])
}

/** Removes fields that are undefined, and empty lists and maps. */
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

/** Makes a valid name of a container, a volume and most objects: a label of RFC 1123. */
export function toLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_LABEL)
    .replaceAll(/^-+|-+$/g, '')
  return label === '' ? 'x' : label
}

/** Escapes text of command, args and env, so that Kubernetes does not expand `$(NAME)` in it (see pod/expand.ts). */
export function escapeReferences(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, '$$$$')
}
