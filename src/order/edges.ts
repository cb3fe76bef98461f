/** From what was said of containers to edges between containers that are there, and to what they wait for outside. */
import { DEFAULT_CONDITION } from './conditions.ts'
import { listFirst } from '../base/wording.ts'
import type { NamedContainer, TemplateParts } from '../manifest/template.ts'
import type { Fault, Position } from '../manifest/tree.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { proposeWord } from '../base/suggest.ts'
import type { Claim } from './depends-on.ts'
import type { Edge, OutsideWait } from './order.ts'
import { hasKind, type OutsideTarget, readTarget } from './outside-target.ts'

/** The names of a pod's containers. */
export interface PodNames {
  readonly containers: ReadonlySet<string>
  readonly initContainers: ReadonlySet<string>
  /** The first few containers, as a sentence about an unknown one ends. */
  readonly listed: string
}

export function namePod({
  containers,
  initContainers,
}: Pick<TemplateParts, 'containers' | 'initContainers'>): PodNames {
  const collect = (list: readonly NamedContainer[]) => new Set(list.map(({ name }) => name))
  const names = collect(containers)
  return { containers: names, initContainers: collect(initContainers), listed: listFirst([...names], 8) }
}

export interface Dependencies {
  readonly edges: readonly Edge[]
  readonly outside: readonly OutsideWait[]
}

/** All claims that make sense, in their order; a fault for each of the others. */
export function makeEdges(claims: readonly Claim[], pod: PodNames, faults: Fault[]): Dependencies {
  const seen = new Map<string, Map<string, Position>>()
  const unknown = new Set<string>()
  const edges: Edge[] = []
  const outside: OutsideWait[] = []
  for (const claim of claims) {
    const { container, containerAt, target, at } = claim
    const own = refuseName(container, pod, faults.length)
    if (own !== undefined && !unknown.has(container)) faults.push({ at: containerAt, ...own })
    if (own !== undefined) unknown.add(container)
    const found = findTarget(claim, pod, faults.length, outside.length)
    if ('refusal' in found) faults.push({ at, container, ...found.refusal })
    if (own !== undefined || 'refusal' in found) continue
    const targets = seen.get(container) ?? new Map<string, Position>()
    seen.set(container, targets)
    const first = targets.get(target)
    if (first !== undefined) {
      const what = `waits for "${target}" twice (first at ${first.line}:${first.column})`
      faults.push({ at, container, what, fix: 'keep one of the two' })
      continue
    }
    targets.set(target, at)
    const base = { container, optional: claim.optional, at }
    const terms = claim.timeoutMs === undefined ? base : { ...base, timeoutMs: claim.timeoutMs }
    if ('outside' in found) outside.push({ ...terms, target: found.outside })
    else edges.push({ ...terms, target, condition: claim.condition ?? DEFAULT_CONDITION })
  }
  return { edges, outside }
}

type Found = { readonly refusal: Refusal } | { readonly inside: true } | { readonly outside: OutsideTarget }

/** @param waits how many waits for something outside were found before; each may have taken a search for a name */
function findTarget({ container, target, condition }: Claim, pod: PodNames, told: number, waits: number): Found {
  if (!hasKind(target)) {
    const refusal = refuseTarget(container, target, pod, told)
    return refusal === undefined ? { inside: true } : { refusal }
  }
  const read = readTarget(target, condition, told)
  if ('refusal' in read) return read
  const refusal = read.target.kind === 'sidecar' ? refuseSidecar(read.target.name, pod, told + waits) : undefined
  return refusal === undefined ? { outside: read.target } : { refusal }
}

/** One that is not there may be a mesh's, which its webhook adds; a slip of one that is there is not. */
function refuseSidecar(name: string, pod: PodNames, told: number): Refusal | undefined {
  if (hasContainer(pod, name)) return undefined
  const fix = proposeWord(name, [...pod.initContainers, ...pod.containers], '', told)
  return fix === '' ? undefined : { what: `unknown container "${name}"`, fix }
}

/** A fault for each wait for a sidecar that the pod does not have, or does not have yet. */
export function findAbsentSidecars(outside: readonly OutsideWait[], pod: PodNames, fix: string): readonly Fault[] {
  return outside.flatMap(({ container, target, at }) => {
    if (target.kind !== 'sidecar' || hasContainer(pod, target.name)) return []
    return [{ at, container, what: `waits for "sidecar/${target.name}", which is not in this manifest`, fix }]
  })
}

function hasContainer(pod: PodNames, name: string): boolean {
  return pod.containers.has(name) || pod.initContainers.has(name)
}

/** What podorder wraps tells by flags how it is, sooner than the downward API. @param wrapped all that are ordered */
export function refuseWrapped(outside: readonly OutsideWait[], wrapped: ReadonlySet<string>): readonly Fault[] {
  return outside.flatMap(({ container, target, at }) => {
    if (target.kind !== 'sidecar' || !wrapped.has(target.name)) return []
    const { name } = target
    return name === container
      ? [{ at, container, what: 'waits for itself', fix: 'remove it' }]
      : [{ at, container, what: `"${name}" is ordered itself, and no sidecar`, fix: `write "${name}: ready"` }]
  })
}

type Refusal = Pick<Fault, 'what' | 'fix'>

/** Why this name cannot be ordered; undefined when it can. */
export function refuseName(name: string, pod: PodNames, told: number): Refusal | undefined {
  if (pod.containers.has(name)) return undefined
  if (name === INIT_CONTAINER || pod.initContainers.has(name)) {
    const fix = 'init containers start one after another as listed, before all containers: remove it here'
    return { what: `"${name}" is an init container`, fix }
  }
  const fix = proposeWord(name, pod.containers, `this pod has ${pod.listed}`, told)
  return { what: `unknown container "${name}"`, fix }
}

function refuseTarget(container: string, target: string, pod: PodNames, told: number): Refusal | undefined {
  if (container === target) return { what: 'waits for itself', fix: 'remove it' }
  if (target !== INIT_CONTAINER && !pod.initContainers.has(target)) return refuseName(target, pod, told)
  // A native sidecar (restartPolicy Always) has started, any other has succeeded: the kubelet's syncPod sees to it.
  const fix = 'remove it: every init container has been through before the first container starts'
  return { what: `"${target}" is an init container`, fix }
}
