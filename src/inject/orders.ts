/** A manifest's pods with their orders, and everything that prevents a rewrite. */
import { THEIR_ORDER, ORIGINAL, PREFIX } from '../pod/annotation-names.ts'
import { fieldOf, listOf } from '../pod/api-object.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { checkTemplate } from '../order/template-check.ts'
import { describeKind, type Fault, findEntry, findTree, listItems, sortFaults } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { readPodOrder } from '../order/pod-order.ts'
import { isChain } from '../rewrite/lower-requests.ts'
import { readOriginal } from '../pod/original.ts'
import { DEFAULT_ROOT, INIT_CONTAINER, isOwnVolume } from '../pod/own.ts'
import { checkRewrite } from '../rewrite/rewrite-check.ts'
import type { RewriteOptions } from '../rewrite/rewrite.ts'
import { proposeWord } from '../base/suggest.ts'
import type { Input } from './inputs.ts'
import { readGroup, readKnownPolicy } from '../manifest/pod-policy.ts'
import { checkForeign } from './foreign-kinds.ts'
import { findBuried } from './buried.ts'
import { findStrays, type Strays } from './strays.ts'
import { type OpenManifest, openManifest } from './manifest.ts'
import { correctKind, type TemplateKind } from '../manifest/template-kinds.ts'
import { readNested } from '../manifest/yaml.io.ts'

export const SAY_ORDER = 'write one in the annotation podorder.io/depends-on or podorder.io/steps'

type CalledPod = Pick<FoundPod, 'kind' | 'name'>

export interface CalledPods {
  readonly pods: readonly CalledPod[]
}

export interface Opened {
  /** Undefined when there are problems. */
  readonly manifest?: OpenManifest | undefined
  /** All pods of the manifest, including those that are not wanted. */
  readonly pods: readonly FoundPod[]
  /** A line for each problem. */
  readonly problems: readonly string[]
}

/** A pod that is to be rewritten as its annotations say. */
export interface WantedPod {
  readonly pod: FoundPod
  /** Undefined: the pod has no order, so an earlier rewrite is undone. */
  readonly order: Order | undefined
}

export interface ReadOrders extends Opened {
  readonly input: Input
  readonly wanted: readonly WantedPod[]
  readonly warnings: readonly string[]
}

/** @param only `KIND/NAME` or `NAME` of the wanted pods; empty = all */
export function readOrders(
  input: Input,
  only: readonly string[],
  rewrite: Pick<RewriteOptions, 'root' | 'requests'>,
  templates: readonly TemplateKind[] = [],
): ReadOrders {
  const manifest = openManifest(input, templates)
  const nothing = { input, wanted: [], warnings: [] }
  if ('problems' in manifest) return { ...nothing, problems: manifest.problems, pods: [] }
  const { pods } = manifest
  const wanted = pods.filter((pod) => isWanted(pod, only)).map((pod) => readTemplateOrder(pod, rewrite))
  const strays = listStrays(manifest, only, templates)
  const problems = sortFaults([...strays.lost, ...wanted.flatMap(({ faults, unfit }) => [...faults, ...unfit])])
  if (problems.length > 0) return { ...nothing, problems: problems.map(manifest.say), pods }
  const ignored = [...manifest.strange.slice(0, 1).map(passOver), ...listBuried(manifest), ...strays.handedOn]
  const warnings = [...ignored, ...wanted.flatMap((one) => one.warnings)]
  return { input, manifest, pods, wanted, problems: [], warnings: warnings.map(manifest.say) }
}

/** Lists orders that are on no pod of the manifest. */
export function listStrays(
  { documents }: OpenManifest,
  only: readonly string[],
  templates: readonly TemplateKind[],
): Strays {
  const isMeant = (object: Pick<FoundPod, 'kind' | 'name'>): boolean => isWanted(object, only)
  const all = documents.map((document) => findStrays(document, templates, isMeant))
  return { lost: all.flatMap(({ lost }) => lost), handedOn: all.flatMap(({ handedOn }) => handedOn) }
}

/** Lists orders within texts. */
export function listBuried({ documents }: OpenManifest): readonly Fault[] {
  return documents.flatMap(({ tree }) => findBuried(tree))
}

/** Words a fault in a document without an order, which podorder leaves as it is: the API server reports such faults. */
export function passOver(fault: Fault): Fault {
  return { ...fault, fix: `${fault.fix}; the document has no order, and is left as it is` }
}

export interface ReadOrder extends WantedPod {
  /** Faults in the order or in the pod. */
  readonly faults: readonly Fault[]
  /** Faults that prevent the rewrite. */
  readonly unfit: readonly Fault[]
  readonly warnings: readonly Fault[]
  readonly notes: readonly Fault[]
}

export function readTemplateOrder(
  pod: FoundPod,
  { root = DEFAULT_ROOT, requests }: Pick<RewriteOptions, 'root' | 'requests'>,
): ReadOrder {
  if (!saysOrder(pod)) return { pod, order: undefined, faults: [], unfit: [], warnings: [], notes: [] }
  const { order, faults, warnings, notes } = readPodOrder(pod.tree, readNested, { restartPolicy: readKnownPolicy(pod) })
  const odd = checkObject(pod)
  if (odd.length > 0) return { pod, order: undefined, faults: odd, unfit: [], warnings: [], notes: [] }
  const wasRewritten = readOriginal(pod.template) !== undefined
  const unfit =
    order === undefined || wasRewritten
      ? checkOriginal(pod)
      : [...checkClaims(pod), ...checkRewrite(pod.tree, order, root)]
  const ofRequests = requests === 'max' ? warnOfRequests({ pod, order }) : []
  const foreign = order === undefined || wasRewritten ? undefined : checkForeign(pod, order)
  return {
    ...{ pod, order, faults, notes },
    unfit: [...unfit, ...(foreign?.faults ?? [])],
    warnings: [...warnings, ...ofRequests, ...(foreign?.warnings ?? [])],
  }
}

/** @returns faults of the object that the pod belongs to */
function checkObject(pod: FoundPod): readonly Fault[] {
  const { kind, template, tree, document, objectPath } = pod
  const meant = correctKind(readGroup(pod), kind)
  if (meant !== undefined) {
    const at = findTree(document.tree, [...objectPath, 'kind'])?.at ?? tree.at
    return [{ at, what: `unknown kind "${kind}"`, fix: `did you mean "${meant}"?` }]
  }
  if (kind !== 'Pod' && fieldOf(fieldOf(template, 'spec'), 'containers') === undefined) {
    const fix = 'list them; for a kustomize patch, give podorder the built manifests with -k DIR'
    return [{ at: tree.at, what: `${kind} has no containers here`, fix }]
  }
  const name = findTree(document.tree, [...objectPath, 'metadata', 'name'])
  if (name === undefined || (name.kind === 'scalar' && (typeof name.value === 'string' || name.value === null)))
    return []
  return [{ at: name.at, what: `metadata.name is ${describeKind(name)}, not text`, fix: 'put it in quotes' }]
}

/** Refuses claims with the names of podorder's volumes: a StatefulSet puts its claims in the place of the pod's volumes. */
function checkClaims({ document, objectPath }: FoundPod): readonly Fault[] {
  const claims = listItems(document.tree, ...objectPath, 'spec', 'volumeClaimTemplates')
  return claims.flatMap((claim) => {
    const name = findTree(claim, ['metadata', 'name'])
    if (name?.kind !== 'scalar' || !isOwnVolume({ name: String(name.value) })) return []
    const what = `the claim's name ${name.value} is reserved for podorder`
    return [{ at: name.at, what, fix: 'give it another name' }]
  })
}

/** Whether the pod has an order, or had one before. podorder ignores all other pods. */
function saysOrder({ tree, template }: FoundPod): boolean {
  const annotations = findTree(tree, ['metadata', 'annotations'])
  const says =
    annotations?.kind === 'map' && annotations.entries.some(({ key }) => key.startsWith(PREFIX) || key === THEIR_ORDER)
  return says || listOf(template, 'spec', 'initContainers').some((one) => fieldOf(one, 'name') === INIT_CONTAINER)
}

function warnOfRequests({ pod, order }: WantedPod): readonly Fault[] {
  if (order === undefined || isChain(order)) return []
  const what = '--requests max has no effect: its containers do not run strictly one after another'
  return [{ at: pod.tree.at, what, fix: 'order them with podorder.io/steps, or leave out --requests max' }]
}

/** The notes of an earlier inject must be complete: without them the pod cannot be restored. */
function checkOriginal({ tree, template }: FoundPod): readonly Fault[] {
  const entry = findEntry(findTree(tree, ['metadata', 'annotations']), ORIGINAL)
  if (readOriginal(template) === 'unreadable') {
    const fix = 'use the manifest as it was before, or the annotation as inject wrote it'
    return [{ at: entry?.keyAt ?? tree.at, what: `${ORIGINAL} is not what inject writes`, fix }]
  }
  const init = listOf(template, 'spec', 'initContainers').findIndex((one) => fieldOf(one, 'name') === INIT_CONTAINER)
  if (entry !== undefined || init === -1) return []
  const at = findTree(tree, ['spec', 'initContainers', init])?.at ?? tree.at
  const what = `there is ${INIT_CONTAINER}, but no annotation ${ORIGINAL}, which records the pod before inject`
  return [{ at, what, fix: 'use the manifest as it was before, or give the container another name' }]
}

/** @returns faults that prevent restoring */
export function checkRestore(pod: FoundPod): readonly Fault[] {
  const faults = checkOriginal(pod)
  return faults.length > 0 || readOriginal(pod.template) === undefined ? faults : checkTemplate(pod.tree)
}

/** A sentence for manifests in which no pod has an order. */
export function sayNoOrder(inputs: readonly Pick<Input, 'file'>[]): string {
  const [first, ...others] = inputs
  const where = first === undefined || others.length > 0 ? `${inputs.length} files` : first.file
  return `no pod in ${where} has an order; ${SAY_ORDER}`
}

export function isWanted({ kind, name }: CalledPod, only: readonly string[]): boolean {
  const names = [name, `${kind}/${name}`].map((text) => text.toLowerCase())
  return only.length === 0 || only.some((wanted) => names.includes(wanted.toLowerCase()))
}

/** @returns a line for each wanted pod that is not there */
export function checkOnly(only: readonly string[], opened: readonly CalledPods[]): readonly string[] {
  const pods = opened.flatMap((one) => one.pods)
  const names = pods.map(({ kind, name }) => `${kind}/${name}`)
  return only
    .filter((wanted) => !pods.some((pod) => isWanted(pod, [wanted])))
    .map((wanted) => {
      const listed = names.length === 0 ? 'no pod is in it' : `it has ${names.slice(0, 8).join(', ')}`
      return `podorder: --only: there is no ${wanted}; ${proposeWord(wanted, names, listed)}`
    })
}
