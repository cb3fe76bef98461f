/** From what was said of containers to edges between containers that are there. */
import type { Claim } from './depends-on.ts'
import type { Edge } from './order.ts'
import { proposeWord } from './suggest.ts'
import { hasKind, refuseKind } from './target.ts'
import type { Fault, Position } from './tree.ts'

/** The names of a pod's containers. */
export interface PodNames {
  readonly containers: ReadonlySet<string>
  readonly initContainers: ReadonlySet<string>
}

/** What inject puts before the others; not there yet when the order is read, but no target either. */
const OWN_INIT_CONTAINER = 'podorder-init'

/** Edges for all claims that make sense, in their order; a fault for each of the others. */
export function makeEdges(claims: readonly Claim[], pod: PodNames, faults: Fault[]): readonly Edge[] {
  const seen = new Map<string, Map<string, Position>>()
  const unknown = new Set<string>()
  return claims.flatMap((claim) => {
    const { container, containerAt, target, at } = claim
    const own = refuseName(container, pod)
    if (own !== undefined && !unknown.has(container)) faults.push({ at: containerAt, ...own })
    if (own !== undefined) unknown.add(container)
    const wrong = hasKind(target) ? refuseKind(target) : refuseTarget(container, target, pod)
    if (wrong !== undefined) faults.push({ at, container, ...wrong })
    if (own !== undefined || wrong !== undefined) return []
    const targets = seen.get(container) ?? new Map<string, Position>()
    seen.set(container, targets)
    const first = targets.get(target)
    if (first !== undefined) {
      const what = `waits for "${target}" twice (first at ${first.line}:${first.column})`
      faults.push({ at, container, what, fix: 'keep one of the two' })
      return []
    }
    targets.set(target, at)
    return [makeEdge(claim)]
  })
}

function makeEdge({ container, target, condition, timeoutMs, optional, at }: Claim): Edge {
  return { container, target, condition, optional, at, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
}

type Refusal = Pick<Fault, 'what' | 'fix'>

/** Why this name cannot be ordered; undefined when it can. */
export function refuseName(name: string, pod: PodNames): Refusal | undefined {
  if (pod.containers.has(name)) return undefined
  if (name === OWN_INIT_CONTAINER || pod.initContainers.has(name)) {
    const fix = 'init containers start one after another as listed, before all containers: remove it here'
    return { what: `"${name}" is an init container`, fix }
  }
  const fix = proposeWord(name, [...pod.containers], `this pod has ${listSome([...pod.containers])}`)
  return { what: `unknown container "${name}"`, fix }
}

function refuseTarget(container: string, target: string, pod: PodNames): Refusal | undefined {
  if (container === target) return { what: 'waits for itself', fix: 'remove it' }
  if (target !== OWN_INIT_CONTAINER && !pod.initContainers.has(target)) return refuseName(target, pod)
  // A native sidecar (restartPolicy Always) has started, any other has succeeded: the kubelet's syncPod sees to it.
  const fix = 'remove it: every init container has been through before the first container starts'
  return { what: `"${target}" is an init container`, fix }
}

const LISTED = 8

function listSome(names: readonly string[]): string {
  const some = names.slice(0, LISTED).join(', ')
  return names.length > LISTED ? `${some} and ${names.length - LISTED} more` : some
}
