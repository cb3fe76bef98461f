/** The downward API: what a pod may ask about itself, with this machine in the place of a node. Pure. */
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { parseQuantity } from '../pod/quantity.ts'

export interface Machine {
  readonly hostName: string
  readonly cores: number
  readonly memoryBytes: number
}

/** What is known of a pod once it runs. */
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

/** A process of this machine shares its network: the pod's address, and the node's, is loopback. */
const ADDRESS = '127.0.0.1'

/** @param name of the workload, should the template have none */
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
 * A `fieldRef.fieldPath`: those that Kubernetes allows in env and in volumes (reference: concepts/workloads/pods/downward-api).
 * @returns undefined for any other path; a label or annotation that is not there is empty text.
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

/** `key="value"` lines, sorted by key, as pkg/fieldpath's FormatMap writes them. */
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
 * A `resourceFieldRef`: rounded up to whole divisors. A limit that was not set is what the machine has; a request that was
 * not set is the limit, or 0.
 * @param own the container that asks, when the reference names none
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
  // Kubernetes takes a divisor of 0 for 1. A ratio of two decimal fractions is a little off at times.
  return String(Math.ceil(Number((amount / (divisor || 1)).toPrecision(12))))
}
