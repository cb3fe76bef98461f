/** Finding the pod templates in a manifest, and the parts of one that an order is read from. */
import { mayBePod, splitPath, TEMPLATE_KINDS, type TemplateKind } from './template-kinds.ts'
import { fieldOf } from '../pod/api-object.ts'
import { isObject } from '../base/json-object.ts'
import type { PodTemplate, RestartPolicy } from '../pod/pod.ts'
import { parsePolicy, readRestarts, type Restarts } from '../pod/restarts.ts'
import { findEntry, findTree, type Position, toPlain, type Tree } from './tree.ts'

export interface FoundTemplate {
  readonly kind: string
  /** `metadata.name`, else `generateName`, else empty. */
  readonly name: string
  /** From the document to the template. */
  readonly path: readonly (string | number)[]
  /** From the document to the object that it belongs to: not the same in lists. */
  readonly objectPath: readonly (string | number)[]
  /** As it was written: `checkTemplate` tells whether it is one. */
  readonly template: PodTemplate
}

/** An object of a document, and where its templates are or would be. */
export interface FoundObject {
  readonly kind: string
  readonly name: string
  readonly path: readonly (string | number)[]
  readonly templates: readonly FoundTemplate[]
  /** As template-kinds.ts has them; none for a kind that is not known. */
  readonly places: readonly string[]
  /** Whether it only holds others, which are objects of their own here. */
  readonly holds: boolean
}

/** The pod templates of one document, in its order; those of a `List` or of OpenShift's `Template` too, and of lists in it. */
export function findTemplates(document: unknown, more: readonly TemplateKind[] = []): readonly FoundTemplate[] {
  return findObjects(document, more).flatMap(({ templates }) => templates)
}

/** @param more kinds beside those of the table, which count first */
export function findObjects(document: unknown, more: readonly TemplateKind[] = []): readonly FoundObject[] {
  // A list is no object to Kubernetes, but to kustomize, as patches are.
  if (Array.isArray(document)) return [{ kind: '', name: '', path: [], templates: [], places: [], holds: false }]
  return findWithin(document, [], undefined, more)
}

interface Type {
  readonly kind: string
  readonly group: string
}

/** @param type what an item of a typed list is, where it does not say so itself: the API server's do not */
function findWithin(
  value: unknown,
  path: readonly (string | number)[],
  type: Type | undefined,
  more: readonly TemplateKind[],
): readonly FoundObject[] {
  if (!isObject(value)) return []
  const { group, kind } = readType(value) ?? type ?? { group: '', kind: '' }
  const name = readName(value['metadata'])
  const field = kind.endsWith('List') ? 'items' : isOpenShiftTemplate(group, kind) ? 'objects' : undefined
  const held = field && value[field]
  if (field !== undefined && Array.isArray(held)) {
    const isTyped = field === 'items' && kind !== 'List'
    const inner = isTyped ? { group, kind: kind.slice(0, -'List'.length) } : undefined
    const own = { kind, name, path, templates: [], places: [], holds: true }
    return [own, ...held.flatMap((item, index) => findWithin(item, [...path, field, index], inner, more))]
  }
  const isOf = (row: TemplateKind): boolean => row.kind === kind && (row.group ?? group) === group
  const places = [...more.filter(isOf), ...TEMPLATE_KINDS.filter(isOf)].flatMap(({ paths }) => paths)
  const known = places.flatMap((place) => follow(value, splitPath(place)))
  const found = known.length > 0 ? known : mayBePod(group, kind) ? findByForm(value, new Set()) : []
  const templates = found.map((one) => {
    const template = one.value as unknown as PodTemplate
    return { kind, name, path: [...path, ...one.path], objectPath: path, template }
  })
  return [{ kind, name, path, templates, places, holds: false }]
}

/** Its older manifests name no group. */
function isOpenShiftTemplate(group: string, kind: string): boolean {
  return kind === 'Template' && (group === '' || group === 'template.openshift.io')
}

function readType({ apiVersion, kind }: Readonly<Record<string, unknown>>): Type | undefined {
  if (typeof kind !== 'string') return undefined
  return { kind, group: groupOf(apiVersion) }
}

/** The API group in an `apiVersion`; empty for the core group, and for what is no version. */
export function groupOf(apiVersion: unknown): string {
  return typeof apiVersion === 'string' && apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
}

interface Found {
  readonly value: Readonly<Record<string, unknown>>
  readonly path: readonly (string | number)[]
}

function follow(value: unknown, [step, ...steps]: readonly string[]): readonly Found[] {
  if (step === undefined) return isObject(value) ? [{ value, path: [] }] : []
  const parts = step !== '*' ? [[step, fieldOf(value, step)] as const] : listParts(value)
  return parts.flatMap(([key, part]) => follow(part, steps).map((one) => ({ ...one, path: [key, ...one.path] })))
}

function listParts(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const)
  return isObject(value) ? Object.entries(value) : []
}

/** Searches an object of a kind that is not known: each map with metadata and a spec that lists containers. @param barren maps without */
function findByForm(value: unknown, barren: Set<unknown>): readonly Found[] {
  if (typeof value !== 'object' || value === null || barren.has(value)) return []
  if (isObject(value) && isObject(value['metadata']) && Array.isArray(fieldOf(value, 'spec', 'containers')))
    return [{ value, path: [] }]
  const found = listParts(value).flatMap(([key, part]) =>
    findByForm(part, barren).map((one) => ({ ...one, path: [key, ...one.path] })),
  )
  if (found.length === 0) barren.add(value)
  return found
}

function readName(metadata: unknown): string {
  if (!isObject(metadata)) return ''
  const name = metadata['name'] ?? metadata['generateName']
  return typeof name === 'string' ? name : ''
}

export interface NamedContainer {
  readonly name: string
  readonly at: Position
  /** The rules by which it starts again. */
  readonly restarts: Restarts
  /** Whether an init container is a native sidecar, with restartPolicy Always. */
  readonly native: boolean
}

/** What an order is read from. */
export interface TemplateParts {
  readonly annotations: Tree | undefined
  readonly containers: readonly NamedContainer[]
  readonly initContainers: readonly NamedContainer[]
  /** Always, Kubernetes' default, when nothing else is said. */
  readonly restartPolicy: RestartPolicy
}

/**
 * @param tree a template without faults; what is wrong in it is left out.
 * @param given the policy that its pods get, whatever it says
 */
export function readTemplate(tree: Tree, given?: RestartPolicy): TemplateParts {
  const policy = findTree(tree, ['spec', 'restartPolicy'])
  const said = policy?.kind === 'scalar' ? parsePolicy(policy.value) : undefined
  const restartPolicy = given ?? said ?? 'Always'
  return {
    annotations: findTree(tree, ['metadata', 'annotations']),
    containers: listContainers(findTree(tree, ['spec', 'containers']), restartPolicy),
    initContainers: listContainers(findTree(tree, ['spec', 'initContainers']), restartPolicy),
    restartPolicy,
  }
}

function listContainers(list: Tree | undefined, podPolicy: RestartPolicy): readonly NamedContainer[] {
  if (list?.kind !== 'list') return []
  return list.items.flatMap((item) => {
    const name = findEntry(item, 'name')?.value
    if (name?.kind !== 'scalar' || typeof name.value !== 'string') return []
    const policy = findEntry(item, 'restartPolicy')?.value
    const native = policy?.kind === 'scalar' && policy.value === 'Always'
    return [{ name: name.value, at: name.at, restarts: readTreeRestarts(item, podPolicy), native }]
  })
}

function readTreeRestarts(container: Tree, podPolicy: RestartPolicy): Restarts {
  const plain = (field: string) => {
    const value = findEntry(container, field)?.value
    return value === undefined ? undefined : toPlain(value)
  }
  const own = { restartPolicy: plain('restartPolicy'), restartPolicyRules: plain('restartPolicyRules') }
  return readRestarts(own, podPolicy)
}
