/** Reads the annotations `podorder.io/…` of a pod or pod template as a checked order. */
import { PREFIX } from '../pod/annotation-names.ts'
import { isOfLife } from './conditions.ts'
import { parseDuration } from '../base/duration.ts'
import type { TemplateParts } from '../manifest/template.ts'
import { type Fault, type Scalar, sortFaults, type Tree } from '../manifest/tree.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import { readRestarts } from '../pod/restarts.ts'
import { proposeWord } from '../base/suggest.ts'
import { DURATION_FIX, type Claim, readDependsOn } from './depends-on.ts'
import { findAbsentSidecars, makeEdges, namePod, type PodNames, refuseName, refuseWrapped } from './edges.ts'
import { wordUnlisted, type PlacedName, splitNames } from './names.ts'
import { collectAnnotations, type Ordering, type Said, wordEmpty } from './said.ts'
import { refuseNative } from './init-containers.ts'
import { checkOrder } from './order-check.ts'
import type { SaidOptions } from './container-options.ts'
import { EVERY_CONTAINER, readOptions, spreadOptions } from './options.ts'
import type { Edge, Order } from './order.ts'

/** The default under Never: nothing restarts there, so a predecessor that hangs would block the pod for ever. */
const WAIT_TIMEOUT_OF_NEVER_MS = 3_600_000

export interface OrderInput extends TemplateParts {
  /** Reads the YAML inside a scalar, with places in the outer file; no tree when it is empty. */
  readonly parse: (scalar: Scalar) => { readonly tree: Tree | undefined; readonly faults: readonly Fault[] }
}

export interface OrderReading {
  /** Undefined when nothing is ordered, or there are faults. */
  readonly order: Order | undefined
  /** All faults, in the order of the file. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** Statements that are true and redundant. */
  readonly notes: readonly Fault[]
}

/** Linear in the length of the annotations; names are looked up, never used as properties. */
export function readOrder(input: OrderInput): OrderReading {
  const faults: Fault[] = []
  const names = input.containers.map(({ name }) => name)
  const pod = namePod(input)
  const said = collectAnnotations(input.annotations, pod, faults)
  const steps = readSteps(said.get('steps'), names, pod, faults)
  const dependencies = readNested(said.get('depends-on'), input.parse, faults)
  const claims = [...(dependencies === undefined ? [] : readDependsOn(dependencies, faults)), ...chainSteps(steps)]
  const { edges, outside, notes } = makeEdges(claims, pod, faults)
  const main = readNames('main', said.get('main'), pod, faults).map(({ name }) => name)
  const stopOrder = readStopOrder(said.get('stop-order'), edges, faults)
  const waitTimeoutMs = readWaitTimeout(said.get('wait-timeout'), input.restartPolicy, faults)
  const wishes = readNested(said.get('options'), input.parse, faults)
  const options = wishes === undefined ? new Map<string, SaidOptions>() : readOptions(wishes, pod, faults)
  const sidecars = input.initContainers.flatMap(({ name, native }) => (native ? [name] : []))
  const members = [...sidecars, ...names]
  const restarts = new Map(
    [...input.initContainers, ...input.containers].map((container) => [container.name, container.restarts]),
  )
  const restartsOf = (name: string) => restarts.get(name) ?? readRestarts(undefined, input.restartPolicy)
  const check = checkOrder(members, edges, main, restartsOf, new Set(sidecars))
  const ordered = new Set([
    ...steps.map(({ name }) => name),
    ...main,
    ...edges.flatMap((edge) => [edge.container, edge.target]),
    ...outside.map(({ container }) => container),
  ])
  const idle = ordered.size === 0 ? [] : refuseUnordered(options, ordered, pod)
  // When the order cannot be read, the other annotations are unused only for that reason, which is reported already.
  const unused = faults.length === 0 ? refuseIdle(said) : []
  const all = sortFaults([...faults, ...unused, ...idle, ...refuseWrapped(outside, ordered), ...check.faults])
  const containers = members.filter((name) => ordered.has(name))
  const native = new Set(sidecars.filter((name) => ordered.has(name)))
  const parts = { edges, outside, containers, sidecars: native, main, stopOrder, waitTimeoutMs }
  const order =
    all.length > 0 || ordered.size === 0 ? undefined : { ...parts, options: spreadOptions(options, containers) }
  // A mesh's webhook may add the sidecar later, so its absence is only a warning.
  const absent = findAbsentSidecars(outside, pod, 'the wait never ends unless a webhook adds it to the pod')
  return { order, faults: all, warnings: sortFaults([...check.warnings, ...absent]), notes: sortFaults([...notes]) }
}

/** Reads the YAML in an annotation; undefined when there is none, or it is not readable. */
function readNested(said: Said | undefined, parse: OrderInput['parse'], faults: Fault[]): Tree | undefined {
  if (said === undefined) return undefined
  const { tree, faults: own } = parse(said.text)
  for (const fault of own) faults.push(fault)
  if (tree !== undefined && !(tree.kind === 'map' && tree.entries.length === 0)) return tree
  if (own.length === 0) faults.push(wordEmpty(said.entry))
  return undefined
}

function readSteps(
  said: Said | undefined,
  names: readonly string[],
  pod: PodNames,
  faults: Fault[],
): readonly PlacedName[] {
  if (said?.text.value !== undefined && String(said.text.value).trim() === '*') {
    return names.map((name) => ({ name, at: said.text.at }))
  }
  return readNames('steps', said, pod, faults)
}

/** Makes a chain: each step starts after the previous one has completed. */
function chainSteps(steps: readonly PlacedName[]): readonly Claim[] {
  return steps.slice(1).map(({ name, at }, index) => ({
    container: name,
    containerAt: at,
    target: steps[index]?.name ?? name,
    at,
    condition: 'completed',
    optional: false,
  }))
}

/** Reads a list with commas; names that no container has are left out. */
function readNames(what: Ordering, said: Said | undefined, pod: PodNames, faults: Fault[]): readonly PlacedName[] {
  if (said === undefined) return []
  const unlisted = wordUnlisted(said.text, `${PREFIX}${what}`)
  if (unlisted !== undefined) {
    faults.push(unlisted)
    return []
  }
  const seen = new Set<string>()
  return splitNames(said.text).filter(({ name, at }) => {
    const refusal = seen.has(name)
      ? { what: `"${name}" is named twice in ${PREFIX}${what}`, fix: 'name it once' }
      : refuseListed(name, what, pod, faults.length)
    seen.add(name)
    if (refusal !== undefined) faults.push({ at, ...refusal })
    return refusal === undefined
  })
}

function refuseListed(
  name: string,
  what: Ordering,
  pod: PodNames,
  told: number,
): Pick<Fault, 'what' | 'fix'> | undefined {
  if (name === '') return { what: `a name is missing in ${PREFIX}${what}`, fix: 'write "a, b, c"' }
  const native = what === 'steps' || what === 'main' ? refuseNative(name, what, pod.inits) : undefined
  if (name !== '*') return native ?? refuseName(name, pod, told)
  const fix = what === 'steps' ? 'write "*" alone for all containers as listed' : 'name the containers'
  return { what: `"*" cannot be among the names of ${PREFIX}${what}`, fix }
}

function readStopOrder(said: Said | undefined, edges: readonly Edge[], faults: Fault[]): Order['stopOrder'] {
  const text = said === undefined ? undefined : String(said.text.value).trim()
  if (text === 'reverse' || text === 'together') return text
  if (said !== undefined && text !== undefined) {
    const fix = proposeWord(text, ['reverse', 'together'], 'write reverse or together')
    faults.push({ at: said.text.at, what: `unknown stop order "${text}"`, fix })
  }
  // A container that needs another one running needs it until its own end.
  return edges.some(({ condition }) => isOfLife(condition)) ? 'reverse' : 'together'
}

function readWaitTimeout(said: Said | undefined, restartPolicy: RestartPolicy, faults: Fault[]): number | undefined {
  if (said === undefined) return restartPolicy === 'Never' ? WAIT_TIMEOUT_OF_NEVER_MS : undefined
  const text = String(said.text.value).trim()
  const timeoutMs = parseDuration(text)
  if (timeoutMs !== undefined && timeoutMs >= 1) return timeoutMs
  faults.push({ at: said.text.at, what: `bad duration "${text}" for ${PREFIX}wait-timeout`, fix: DURATION_FIX })
  return undefined
}

/** Refuses annotations that have no effect without an order, since that cannot be intended. */
function refuseIdle(said: ReadonlyMap<Ordering, Said>): readonly Fault[] {
  if (said.has('depends-on') || said.has('steps')) return []
  return [...said.values()].map(({ entry }) => ({
    at: entry.keyAt,
    what: `${entry.key} does nothing: the pod has no order`,
    fix: `write the order in ${PREFIX}depends-on or ${PREFIX}steps, or remove this annotation`,
  }))
}

/** Refuses options of containers without an order: they have no wrapper. */
function refuseUnordered(
  options: ReadonlyMap<string, SaidOptions>,
  ordered: ReadonlySet<string>,
  pod: PodNames,
): readonly Fault[] {
  return [...options].flatMap(([container, { places }]) => {
    const at = Object.values(places)[0]
    if (container === EVERY_CONTAINER || ordered.has(container) || !pod.containers.has(container) || at === undefined) {
      return []
    }
    const fix = `name it in ${PREFIX}depends-on, or remove its options`
    return [{ at, container, what: 'has options, but podorder does not wrap it: it is not in the order', fix }]
  })
}
