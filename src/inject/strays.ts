/** Keys of podorder at places where nothing reads them: without a fault, the order would be ignored silently. Pure. */
import { INJECT, PREFIX } from '../pod/annotation-names.ts'
import { isHandedOn, LET_WEBHOOK } from './handed-on.ts'
import { findObjects, type FoundObject } from '../manifest/template.ts'
import { placeOfPodMetadata, RECORDS, type TemplateKind } from '../manifest/template-kinds.ts'
import {
  describeKind,
  type Entry,
  type Fault,
  findEntry,
  findTree,
  partsOf,
  toPlain,
  type Tree,
  walkTree,
} from '../manifest/tree.ts'
import { isEqual } from '../manifest/equality.ts'
import { proposeWord, suggest } from '../base/suggest.ts'

type Path = readonly (string | number)[]

/** Names of annotations that give an order. */
const ORDERS = ['depends-on', 'steps', 'main', 'stop-order', 'wait-timeout', 'options', 'command.', 'inject']
/** Keys that are valid in labels and selectors: docs/reference.md lists them. */
const LABELS = ['inject', 'ordered', 'metrics', 'system'].map((name) => PREFIX + name)
/** Values of the label by which the webhook is called. */
const WORDS = ['enabled', 'disabled']
const LABELLING = /^(?:labels|matchLabels|selector|\w*[sS]elector|commonLabels|pairs)$/

export interface Strays {
  /** Nothing reads them. */
  readonly lost: readonly Fault[]
  /** Only the webhook can act on them. */
  readonly handedOn: readonly Fault[]
}

/** @param isWanted whether the object that contains the keys is wanted */
export function findStrays(
  { tree, value }: { readonly tree: Tree; readonly value: unknown },
  more: readonly TemplateKind[],
  isWanted: (object: Pick<FoundObject, 'kind' | 'name'>) => boolean = () => true,
): Strays {
  const objects = findObjects(value, more)
  const handedOn: Fault[] = []
  const lost = objects.flatMap((object) => {
    const own = findTree(tree, object.path)
    if (own === undefined || RECORDS.has(object.kind) || !isWanted(object)) return []
    const annotations = object.templates.map(({ path }) => [...path, 'metadata', 'annotations'])
    // The objects that it holds are checked by themselves.
    const held = object.holds ? objects.filter((other) => other !== object).map(({ path }) => path) : []
    const acted = new Set(
      [...annotations, ...held].map((path) => findTree(tree, path)).filter((found) => found !== undefined),
    )
    const near = [...acted].flatMap((found) => (found.kind === 'map' ? found.entries.flatMap(nameNear) : []))
    const all = listLost(own, acted).filter((one) => !isCopy(one, acted))
    const isWebhooks = ({ path }: Lost): boolean => isHandedOn(object, writePath(path))
    handedOn.push(...all.filter(isWebhooks).map((one) => wordHandedOn(one, object)))
    return [
      ...near,
      ...listMisspelt(own, new Set(held.map((path) => partsOf(findTree(tree, path))))),
      ...all.filter((one) => !isWebhooks(one)).map((one) => wordLost(one, object, own)),
    ]
  })
  return { lost, handedOn }
}

interface Lost {
  readonly entry: Entry
  /** The path from the object to the map that contains the key. */
  readonly path: Path
}

/** @param acted is skipped, also where an alias repeats it */
function listLost(tree: Tree, acted: ReadonlySet<Tree>): readonly Lost[] {
  const lost: Lost[] = []
  const actedParts = new Set([...acted].map(partsOf))
  walkTree(tree, (part, path) => {
    if (part.kind === 'scalar') return true
    if (actedParts.has(partsOf(part))) return false
    if (part.kind !== 'map') return true
    for (const entry of part.entries) if (isOurs(entry, path)) lost.push({ entry, path: [...path] })
    return true
  })
  return lost
}

/** Finds labels for the webhook whose value is not one of its words, so that the webhook is not called. @param held is skipped */
function listMisspelt(tree: Tree, held: ReadonlySet<unknown>): readonly Fault[] {
  const faults: Fault[] = []
  walkTree(tree, (part, path) => {
    if (part.kind !== 'scalar' && held.has(partsOf(part))) return false
    if (path.at(-1) !== INJECT || !LABELLING.test(String(path.at(-2)))) return true
    const word = part.kind === 'scalar' ? String(part.value ?? '') : describeKind(part)
    const fix = proposeWord(word, WORDS, 'write enabled or disabled')
    if (!WORDS.includes(word)) faults.push({ at: part.at, what: `the label ${INJECT} is "${word}"`, fix })
    return false
  })
  return faults
}

function isOurs({ key }: Entry, path: Path): boolean {
  if (!key.startsWith(PREFIX)) return false
  return !(LABELS.includes(key) && LABELLING.test(String(path.at(-1))))
}

/** Whether a template has the same annotation: some tools write annotations to all metadata at once. */
function isCopy({ entry, path }: Lost, acted: ReadonlySet<Tree>): boolean {
  if (path.slice(-2).join('.') !== 'metadata.annotations') return false
  return [...acted].some((annotations) => {
    const same = findEntry(annotations, entry.key)
    return same !== undefined && isEqual(toPlain(same.value), toPlain(entry.value))
  })
}

function wordHandedOn({ entry: { key, keyAt } }: Lost, { kind }: FoundObject): Fault {
  const what = `${key} goes to pods that ${kind} makes in the cluster, and inject does not see them`
  return { at: keyAt, what, fix: LET_WEBHOOK }
}

function wordLost(
  { entry: { key, keyAt }, path }: Lost,
  { group, kind, places, templates, path: objectPath, holds }: FoundObject,
  own: Tree,
): Fault {
  const found = templates.map((one) => one.path.slice(objectPath.length))
  const near = nearest(found.length > 0 || holds ? found : findBare(own), path).map(writePath)
  const targets = [...new Set(near.length > 0 ? near : places)].map((place) => [place, 'metadata.annotations'])
  const words = targets.map((parts) => parts.filter((part) => part !== '').join('.'))
  const where = writePath(path)
  const isLabel = LABELLING.test(String(path.at(-1)))
  const what = isLabel
    ? `${key} is a label here, and nothing reads it`
    : `nothing reads ${key} at ${where === '' ? 'the top' : where}`
  if (kind === 'Namespace' && key === INJECT) return { at: keyAt, what, fix: 'write it under metadata.labels' }
  const forPods = placeOfPodMetadata(group, kind)
  if (forPods !== undefined) return { at: keyAt, what, fix: `write it under ${forPods}, which the webhook reads` }
  if (words.length > 0 && kind !== '')
    return { at: keyAt, what, fix: `write it under ${words.slice(0, 3).join(', or ')}` }
  if (holds) return { at: keyAt, what, fix: `put it on a pod or a pod template in this ${kind}` }
  if (kind === '') {
    const inner = findKind(own, path)
    const fix =
      inner === undefined
        ? 'begin it with apiVersion: v1, kind: Pod; of a chart or a patch, give podorder what it makes'
        : `give podorder the ${inner} in it as a document of its own`
    return { at: keyAt, what: `${what}: the document has no kind`, fix }
  }
  if (kind === 'Kustomization' && ['', 'kustomize.config.k8s.io'].includes(group)) {
    return { at: keyAt, what, fix: 'kustomize writes it into the built manifests: give podorder these with -k DIR' }
  }
  const fix = `put it on a pod or a pod template; if ${kind} has one, name its path with --template ${kind}=PATH`
  return { at: keyAt, what: `${what}: no pod template is known in ${kind}`, fix }
}

/** The kind of the first object on a path that has one. */
function findKind(tree: Tree, path: Path): string | undefined {
  const kinds = path.map((_, length) => findTree(tree, [...path.slice(0, length), 'kind']))
  const found = kinds.find((kind) => kind?.kind === 'scalar' && typeof kind.value === 'string' && kind.value !== '')
  return found?.kind === 'scalar' ? String(found.value) : undefined
}

/** The paths that have most steps in common with a path. */
function nearest(paths: readonly Path[], path: Path): readonly Path[] {
  const common = (other: Path): number => {
    const end = other.findIndex((step, index) => step !== path[index])
    return end === -1 ? other.length : end
  }
  const most = Math.max(...paths.map(common))
  return paths.filter((one) => common(one) === most)
}

/** Finds pod templates without metadata in an object of an unknown kind. */
function findBare(tree: Tree): readonly Path[] {
  const found = new Map<unknown, Path>()
  walkTree(tree, (part, path) => {
    const isBare = path.length > 0 && findTree(part, ['spec', 'containers'])?.kind === 'list'
    if (isBare && !found.has(partsOf(part))) found.set(partsOf(part), [...path])
    return !isBare
  })
  return [...found.values()]
}

function writePath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
}

/** Reports an annotation whose name is ours and whose prefix is similar to ours. */
function nameNear({ key, keyAt }: Entry): readonly Fault[] {
  const [, prefix = '', name = ''] = /^([^/]*?)[/:]?([^/:]*)$/.exec(key) ?? []
  const known = ORDERS.some((order) => (order.endsWith('.') ? name.startsWith(order) : name === order))
  if (key.startsWith(PREFIX) || !known || prefix === '') return []
  const isNear = prefix
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .startsWith('podorder')
  if (!isNear && suggest(prefix, [PREFIX.slice(0, -1)]) === undefined) return []
  return [{ at: keyAt, what: `nothing reads the annotation ${key}`, fix: `did you mean "${PREFIX}${name}"?` }]
}
