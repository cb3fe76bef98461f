/** Finds the pod templates in a manifest, and the parts of a template that contain the order. */
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
  /** The path from the document to the template. */
  readonly path: readonly (string | number)[]
  /** The path from the document to the object of the template; not empty in lists. */
  readonly objectPath: readonly (string | number)[]
  /** The value as it was written, not checked yet: see `checkTemplate`. */
  readonly template: PodTemplate
}

/** An object of a document, with the places of its templates. */
export interface FoundObject {
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly path: readonly (string | number)[]
  readonly templates: readonly FoundTemplate[]
  /** The paths of template-kinds.ts; none for an unknown kind. */
  readonly places: readonly string[]
  /** Whether it only holds other objects, which are found separately. */
  readonly holds: boolean
}

/** Finds the pod templates of one document, in order; also in a `List`, in OpenShift's `Template`, and in lists within them. */
export function findTemplates(document: unknown, more: readonly TemplateKind[] = []): readonly FoundTemplate[] {
  return findObjects(document, more).flatMap(({ templates }) => templates)
}

/** @param more further kinds, which have priority over the table */
export function findObjects(document: unknown, more: readonly TemplateKind[] = []): readonly FoundObject[] {
  // A top-level list is not an object of Kubernetes, but kustomize accepts it as patches.
  if (Array.isArray(document))
    return [{ group: '', kind: '', name: '', path: [], templates: [], places: [], holds: false }]
  return findWithin(document, [], undefined, more)
}

interface Type {
  readonly kind: string
  readonly group: string
}

/** @param type the type of an item of a typed list. Items from the API server do not have it. */
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
    const own = { group, kind, name, path, templates: [], places: [], holds: true }
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
  return [{ group, kind, name, path, templates, places, holds: false }]
}

/** Whether the object is an OpenShift Template; old manifests have no group. */
function isOpenShiftTemplate(group: string, kind: string): boolean {
  return kind === 'Template' && (group === '' || group === 'template.openshift.io')
}

function readType({ apiVersion, kind }: Readonly<Record<string, unknown>>): Type | undefined {
  if (typeof kind !== 'string') return undefined
  return { kind, group: groupOf(apiVersion) }
}

/** The API group in an `apiVersion`; empty for the core group, and when it is not a version. */
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

/** Searches an object of an unknown kind for maps with metadata and a spec with containers. @param barren maps without a match */
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
  /** The rules for restarts. */
  readonly restarts: Restarts
  /** Whether it is a native sidecar: an init container with restartPolicy Always. */
  readonly native: boolean
}

/** The parts of a template that contain the order. */
export interface TemplateParts {
  readonly annotations: Tree | undefined
  readonly containers: readonly NamedContainer[]
  readonly initContainers: readonly NamedContainer[]
  /** Always by default, as in Kubernetes. */
  readonly restartPolicy: RestartPolicy
}

/**
 * @param tree a template without faults; invalid parts are left out.
 * @param given the policy that the pods get regardless of the template
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
