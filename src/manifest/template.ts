/** Finding the pod templates in a manifest, and the parts of one that an order is read from. */
import { PREFIX } from '../pod/annotation-names.ts'
import { TEMPLATE_GROUPS, TEMPLATE_PATHS } from './template-kinds.ts'
import { isObject } from '../base/json-object.ts'
import type { PodTemplate, RestartPolicy } from '../pod/pod.ts'
import { readRestarts, RESTART_POLICIES, type Restarts } from '../pod/restarts.ts'
import { describeKind, findEntry, findTree, type Position, toPlain, type Tree } from './tree.ts'

export interface FoundTemplate {
  readonly kind: string
  /** `metadata.name`, else `generateName`, else empty. */
  readonly name: string
  /** From the document to the template. */
  readonly path: readonly (string | number)[]
  /** As it was written: `checkTemplate` tells whether it is one. */
  readonly template: PodTemplate
}

/** The pod templates of one document, in its order; those of a `List` too, and of lists in it. */
export function findTemplates(document: unknown): readonly FoundTemplate[] {
  if (!isObject(document) || !isKnownGroup(document['apiVersion'])) return []
  const { kind } = document
  if (typeof kind !== 'string') return []
  if (kind === 'List' && Array.isArray(document['items'])) {
    return document['items'].flatMap((item, index) =>
      findTemplates(item).map((found) => ({ ...found, path: ['items', index, ...found.path] })),
    )
  }
  const path = TEMPLATE_PATHS.get(kind)
  if (path === undefined) return []
  let template: unknown = document
  for (const key of path) template = isObject(template) ? template[key] : undefined
  if (!isObject(template)) return []
  return [{ kind, name: readName(document['metadata']), path, template: template as unknown as PodTemplate }]
}

function isKnownGroup(apiVersion: unknown): boolean {
  return (
    typeof apiVersion !== 'string' ||
    TEMPLATE_GROUPS.has(apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')
  )
}

function readName(metadata: unknown): string {
  if (!isObject(metadata)) return ''
  const name = metadata['name'] ?? metadata['generateName']
  return typeof name === 'string' ? name : ''
}

/**
 * A piece that something else completes, such as a patch of kustomize's: it has no containers, and says nothing to podorder.
 * @param tree of a template
 */
export function isFragment(tree: Tree): boolean {
  const annotations = findTree(tree, ['metadata', 'annotations'])
  const isAddressed = annotations?.kind === 'map' && annotations.entries.some(({ key }) => key.startsWith(PREFIX))
  if (isAddressed) return false
  const spec = findEntry(tree, 'spec')?.value
  if (spec === undefined || describeKind(spec) === 'empty') return true
  const containers = findEntry(spec, 'containers')?.value
  if (containers === undefined) return spec.kind === 'map'
  return describeKind(containers) === 'empty' || (containers.kind === 'list' && containers.items.length === 0)
}

export interface NamedContainer {
  readonly name: string
  readonly at: Position
  /** It starts again as these say. */
  readonly restarts: Restarts
  /** Of an init container: a native sidecar, with restartPolicy Always. */
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

/** @param tree a template without faults; what is wrong in it is left out. */
export function readTemplate(tree: Tree): TemplateParts {
  const policy = findTree(tree, ['spec', 'restartPolicy'])
  const restartPolicy =
    RESTART_POLICIES.find((known) => policy?.kind === 'scalar' && policy.value === known) ?? 'Always'
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
