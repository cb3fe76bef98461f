/** The downward API: the facts about itself that a pod can read. This machine takes the place of the node. Pure. */
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

export interface Machine {
  readonly hostName: string
  readonly cores: number
  readonly memoryBytes: number
}

/** The facts about a running pod. */
export interface PodFacts {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly serviceAccount: string
  readonly containers: readonly Container[]
  readonly machine: Machine
}

/** The address of the pod and of the node. It is loopback, since processes of this machine share the machine's network. */
const ADDRESS = '127.0.0.1'

/** @param name the name of the workload, for a template without a name */
export function gatherFacts(template: PodTemplate, name: string, uid: string, machine: Machine): PodFacts {
  const { metadata, spec } = template
  const serviceAccount = spec['serviceAccountName']
  return {
    name: metadata?.name ?? name,
    namespace: metadata?.namespace ?? 'default',
    uid: metadata?.uid ?? uid,
    labels: new Map(Object.entries(metadata?.labels ?? {})),
    annotations: new Map(Object.entries(metadata?.annotations ?? {})),
    serviceAccount: typeof serviceAccount === 'string' ? serviceAccount : 'default',
    containers: allContainers(spec),
    machine,
  }
}

/**
 * Reads the field at a `fieldRef.fieldPath`. It knows the paths that Kubernetes allows in env and in volumes (source: the page
 * concepts/workloads/pods/downward-api of the Kubernetes documentation).
 * @returns the text, which is empty for a missing label or annotation; undefined for an unknown path
 */
export function readField(path: string, facts: PodFacts): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/s.exec(path)
  if (keyed !== null) return (keyed[1] === 'labels' ? facts.labels : facts.annotations).get(keyed[2] ?? '') ?? ''
  switch (path) {
    case 'metadata.name':
      return facts.name
    case 'metadata.namespace':
      return facts.namespace
    case 'metadata.uid':
      return facts.uid
    case 'metadata.labels':
      return formatMap(facts.labels)
    case 'metadata.annotations':
      return formatMap(facts.annotations)
    case 'spec.nodeName':
      return facts.machine.hostName
    case 'spec.serviceAccountName':
      return facts.serviceAccount
    case 'status.hostIP':
    case 'status.hostIPs':
    case 'status.podIP':
    case 'status.podIPs':
      return ADDRESS
    default:
      return undefined
  }
}

/** Formats a map as lines of `key="value"`, sorted by key, as FormatMap of pkg/fieldpath does. */
function formatMap(map: ReadonlyMap<string, string>): string {
  return [...map]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

export interface ResourceRef {
  readonly containerName?: string
  readonly resource?: string
  readonly divisor?: unknown
}

/**
 * Reads the amount of a `resourceFieldRef`, rounded up to whole divisors. A missing limit is the capacity of the machine. A missing
 * request is the limit, or 0 if that is missing too.
 * @param own the container to read from, when the reference names none
 * @returns undefined for an unknown container, resource or divisor
 */
export function readResource(ref: ResourceRef, own: string | undefined, facts: PodFacts): string | undefined {
  const container = facts.containers.find(({ name }) => name === (ref.containerName ?? own))
  const [, kind, resource] = /^(limits|requests)\.(cpu|memory)$/.exec(ref.resource ?? '') ?? []
  if (container === undefined || resource === undefined) return undefined
  const { limits, requests } = (container['resources'] ?? {}) as {
    readonly limits?: Readonly<Record<string, unknown>>
    readonly requests?: Readonly<Record<string, unknown>>
  }
  const whole = resource === 'cpu' ? facts.machine.cores : facts.machine.memoryBytes
  const limit = limits?.[resource]
  const asked = kind === 'limits' ? (limit ?? whole) : (requests?.[resource] ?? limit ?? 0)
  const amount = parseQuantity(asked)
  const divisor = parseQuantity(ref.divisor ?? 1)
  if (amount === undefined || divisor === undefined) return undefined
  // Kubernetes treats a divisor of 0 as 1. The precision is cut because a ratio of two decimal fractions can be slightly too large.
  return String(Math.ceil(Number((amount / (divisor || 1)).toPrecision(12))))
}
