/** Turns claims into edges between existing containers and waits for targets outside. */
import { DEFAULT_CONDITION, isOfEnd } from './conditions.ts'
import { listFirst } from '../base/wording.ts'
import { countAbsent } from '../kube/target.ts'
import type { TemplateParts } from '../manifest/template.ts'
import type { Fault, Position } from '../manifest/tree.ts'
import { proposeWord } from '../base/suggest.ts'
import type { Claim } from './depends-on.ts'
import { type InitPlaces, isNative, judgeInits, placeInits, refuseInit } from './init-containers.ts'
import type { Edge, OutsideWait, RestartTerms } from './order.ts'
import { hasKind, type OutsideTarget, readTarget } from './outside-target.ts'

/** The names of a pod's containers. */
export interface PodNames {
  readonly containers: ReadonlySet<string>
  readonly inits: InitPlaces
  /** The first few containers, for the end of a sentence about an unknown one. */
  readonly listed: string
}

export function namePod({
  containers,
  initContainers,
}: Pick<TemplateParts, 'containers' | 'initContainers'>): PodNames {
  const names = new Set(containers.map(({ name }) => name))
  return { containers: names, inits: placeInits(initContainers), listed: listFirst([...names], 8) }
}

export interface Dependencies {
  readonly edges: readonly Edge[]
  readonly outside: readonly OutsideWait[]
  /** Dependencies on ordinary init containers, which the kubelet guarantees already. */
  readonly notes: readonly Fault[]
}

/** Returns the valid claims in order, and adds a fault for each of the others. */
export function makeEdges(claims: readonly Claim[], pod: PodNames, faults: Fault[]): Dependencies {
  const seen = new Map<string, Map<string, Position>>()
  const unknown = new Set<string>()
  const edges: Edge[] = []
  const outside: OutsideWait[] = []
  const notes: Fault[] = []
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
    const restart = readRestart(claim, found, faults)
    const terms = {
      ...base,
      ...(claim.timeoutMs === undefined ? {} : { timeoutMs: claim.timeoutMs }),
      ...(restart === undefined ? {} : { restart }),
    }
    if ('met' in found) notes.push(tellMet(claim))
    else if ('outside' in found) outside.push({ ...terms, target: found.outside })
    else edges.push({ ...terms, target, condition: claim.condition ?? DEFAULT_CONDITION })
  }
  return { edges, outside, notes }
}

/** Reads `restart`. It is refused for the conditions of an end, since an end cannot be lost. */
function readRestart(claim: Claim, found: Found, faults: Fault[]): RestartTerms | undefined {
  const { container, target, condition = DEFAULT_CONDITION, restart = false, restartAfterMs, restartAt } = claim
  if (restartAt === undefined) return undefined
  const refuse = (what: string, fix: string) => void faults.push({ at: restartAt, container, what, fix })
  if (!restart && restartAfterMs !== undefined) {
    refuse('restartAfter does nothing without restart: true', 'add restart: true, or remove restartAfter')
    return undefined
  }
  if (!restart) return undefined
  const ends = 'outside' in found ? found.outside.kind === 'job' : isOfEnd(condition)
  if (!ends) return restartAfterMs === undefined ? {} : { afterMs: restartAfterMs }
  const word = 'outside' in found ? 'completed' : condition
  refuse(
    `restart: true cannot be used with "${target}: ${word}", because that condition is never lost again`,
    'remove restart, or wait for ready or started',
  )
  return undefined
}

function tellMet({ container, target, at }: Claim): Fault {
  const what = `waits for the init container "${target}", which has completed before "${container}" is made`
  return { at, container, what, fix: 'remove this line, if you like: the kubelet keeps this order' }
}

type Found =
  | { readonly refusal: Refusal }
  | { readonly inside: true }
  | { readonly met: true }
  | { readonly outside: OutsideTarget }

/** @param waits how many waits for outside were found before; each may have taken a search for a name */
function findTarget(claim: Claim, pod: PodNames, told: number, waits: number): Found {
  const { container, target, condition } = claim
  if (!hasKind(target)) {
    if (container === target) return { refusal: { what: 'it waits for itself', fix: 'remove this dependency' } }
    const known = pod.containers.has(target) || pod.inits.has(target)
    const verdict = known ? judgeInits(claim, pod.inits) : refuseName(target, pod, told)
    if (verdict === 'met') return { met: true }
    return verdict === undefined ? { inside: true } : { refusal: verdict }
  }
  const read = readTarget(target, condition, told)
  if ('refusal' in read) return read
  const refusal =
    read.target.kind === 'sidecar' ? refuseSidecar(container, read.target.name, pod, told + waits) : undefined
  if (refusal !== undefined) return { refusal }
  const counting = claim.absent === 'completed' ? countAbsent(read.target) : undefined
  return { outside: counting ?? read.target }
}

/** Refuses the misspelled name of an existing sidecar. Other unknown names may be those of a mesh, whose webhook adds them. */
function refuseSidecar(container: string, name: string, pod: PodNames, told: number): Refusal | undefined {
  if (hasContainer(pod, name)) {
    const verdict = isNative(container, pod.inits)
      ? judgeInits({ container, target: name, condition: 'ready' }, pod.inits)
      : undefined
    return verdict === 'met' ? undefined : verdict
  }
  const fix = proposeWord(name, [...pod.inits.keys(), ...pod.containers], '', told)
  return fix === '' ? undefined : { what: `unknown container "${name}"`, fix }
}

/** Makes a fault for each wait for a sidecar that the pod does not have yet. */
export function findAbsentSidecars(outside: readonly OutsideWait[], pod: PodNames, fix: string): readonly Fault[] {
  return outside.flatMap(({ container, target, at }) => {
    if (target.kind !== 'sidecar' || hasContainer(pod, target.name)) return []
    return [{ at, container, what: `waits for "sidecar/${target.name}", which is not in this manifest`, fix }]
  })
}

function hasContainer(pod: PodNames, name: string): boolean {
  return pod.containers.has(name) || pod.inits.has(name)
}

/** Refuses `sidecar/NAME` for wrapped containers: their flags are faster than the downward API. @param wrapped the ordered containers */
export function refuseWrapped(outside: readonly OutsideWait[], wrapped: ReadonlySet<string>): readonly Fault[] {
  return outside.flatMap(({ container, target, at }) => {
    if (target.kind !== 'sidecar' || !wrapped.has(target.name)) return []
    const { name } = target
    return name === container
      ? [{ at, container, what: 'it waits for itself', fix: 'remove this dependency' }]
      : [
          {
            at,
            container,
            what: `"${name}" is in the order itself, so podorder wraps it`,
            fix: `write "${name}: ready"`,
          },
        ]
  })
}

type Refusal = Pick<Fault, 'what' | 'fix'>

/** Says why this name cannot be ordered; undefined when it can. */
export function refuseName(name: string, pod: PodNames, told: number): Refusal | undefined {
  if (pod.containers.has(name) || isNative(name, pod.inits)) return undefined
  const refusal = refuseInit(name, pod.inits)
  if (refusal !== undefined) return refusal
  const fix = proposeWord(name, pod.containers, `this pod has ${pod.listed}`, told)
  return { what: `${UNKNOWN}"${name}"`, fix }
}

const UNKNOWN = 'unknown container '

/** Whether the fault is an unknown name. When the containers' names cannot be read, such faults follow from that. */
export function isUnknownName({ what }: Fault): boolean {
  return what.startsWith(UNKNOWN)
}
