/**
 * A Cloud Run service or job as the draft of one pod. Its containers are Kubernetes' own; the order is an annotation.
 *
 * Source: Cloud Run YAML reference (serving.knative.dev/v1 Service, run.googleapis.com/v1 Job); "Container start order".
 */
import { type Entry, findEntry, type Tree, toPlain } from '../manifest/tree.ts'
import { proposeWord } from '../base/suggest.ts'
import { isObject, readObject } from '../base/json-object.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type Draft, type DraftEdge, type PlainMap, toLabel } from './draft.ts'

export const CLOUD_RUN_ORDER = 'run.googleapis.com/container-dependencies'

const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Service', ['spec', 'template']],
  ['Job', ['spec', 'template', 'spec', 'template']],
])

const GROUPS = /^(?:serving\.knative\.dev|run\.googleapis\.com)\//

/** Fields of the pod that only Cloud Run knows, and what there is instead. */
const WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['containerConcurrency', 'use a HorizontalPodAutoscaler'],
  ['serviceAccountName', 'make a ServiceAccount, and bind it to the one of Google Cloud'],
  ['timeoutSeconds', 'it is the time of a request: set it at the ingress'],
  ['maxRetries', 'set backoffLimit of the Job'],
  ['nodeSelector', 'choose nodes of your own cluster'],
])

/** What Cloud Run tells the container that takes requests. */
const PORT = 8080

export function isCloudRun(root: Tree): boolean {
  return GROUPS.test(wordOf(fieldAt(root, 'apiVersion')) ?? '') && KINDS.has(wordOf(fieldAt(root, 'kind')) ?? '')
}

export function draftCloudRun(root: Tree, name: string | undefined, context: ComposeContext): Draft {
  const kind = wordOf(fieldAt(root, 'kind')) ?? ''
  const template = fieldAt(root, ...(KINDS.get(kind) ?? []))
  const spec = fieldAt(template, 'spec')
  const said = findOrder([template, fieldAt(root, 'spec', 'template'), root])
  for (const [key, fix] of WITHOUT_PLACE) {
    const entry = findEntry(spec, key)
    if (entry !== undefined) context.remarks.note(placeOf(entry, context), undefined, `${key} is Cloud Run’s own`, fix)
  }
  const trees = readItems(fieldAt(spec, 'containers')).filter(isMap)
  if (trees.length === 0) {
    context.remarks.refuse(placeOf(root, context), undefined, 'there are no containers in it', 'give it containers')
  }
  const names = trees.map((tree, index) => toLabel(wordOf(fieldAt(tree, 'name')) ?? `container-${index + 1}`))
  const containers = trees.map((tree, index) => readContainer(tree, names[index] ?? '', kind))
  const ports = trees.flatMap((tree) => readItems(fieldAt(tree, 'ports')))
  return {
    name: toLabel(name ?? wordOf(fieldAt(root, 'metadata', 'name')) ?? 'service'),
    containers,
    volumes: readVolumes(spec, context),
    edges: said === undefined ? [] : readEdges(said, trees, names, context),
    options: new Map(),
    main: [],
    annotations: {},
    restartPolicy: kind === 'Job' ? 'Never' : 'Always',
    spec: {},
    objects: [],
    ports:
      kind === 'Service'
        ? ports.slice(0, 1).map((port) => ({ port: 80, targetPort: portOf(port), protocol: 'TCP' }))
        : [],
  }
}

const portOf = (port: Tree): number => Number(wordOf(fieldAt(port, 'containerPort')) ?? PORT)

/** Finds the order on the revision's template; people also write it on the service. */
function findOrder(places: readonly (Tree | undefined)[]): Entry | undefined {
  for (const place of places) {
    const found = findEntry(fieldAt(place, 'metadata', 'annotations'), CLOUD_RUN_ORDER)
    if (found !== undefined) return found
  }
  return undefined
}

/** `ports` say which container takes requests; it gets PORT, as it is used to. Names of ports are Cloud Run's protocols. */
function readContainer(tree: Tree, name: string, kind: string): PlainMap & { readonly name: string } {
  const { ports, env, ...rest } = toTyped(tree) as PlainMap & { readonly ports?: unknown; readonly env?: unknown }
  const own = Array.isArray(ports) ? ports : []
  const variables = Array.isArray(env) ? env : []
  const takesRequests = kind === 'Service' && own.length > 0
  const port = readItems(fieldAt(tree, 'ports'))[0]
  const isSaid = variables.some((variable) => isObject(variable) && variable['name'] === 'PORT')
  const added = takesRequests && !isSaid && port !== undefined ? [{ name: 'PORT', value: String(portOf(port)) }] : []
  const unnamed = own.map((one) => (isObject(one) ? { containerPort: Number(one['containerPort'] ?? PORT) } : one))
  return { ...compact({ ...rest, ports: unnamed, env: [...variables, ...added] }), name }
}

/** Kubernetes' own fields: numbers and booleans are read again, since this file's scalars are all text. */
function toTyped(tree: Tree): unknown {
  const type = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => type(item, key))
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, type(one, name)]))
    if (typeof value !== 'string' || TEXT_FIELDS.has(key)) return value
    if (/^-?\d+$/.test(value)) return Number(value)
    return value === 'true' ? true : value === 'false' ? false : value
  }
  return type(toPlain(tree), '')
}

/** Fields of a container that are text, whatever they look like. */
const TEXT_FIELDS = new Set([
  'value',
  'command',
  'args',
  'name',
  'image',
  'cpu',
  'memory',
  'key',
  'path',
  'mountPath',
  'host',
])

function readVolumes(spec: Tree | undefined, context: ComposeContext): readonly PlainMap[] {
  return readItems(fieldAt(spec, 'volumes')).map((item) => {
    const plain = toTyped(item) as PlainMap
    const driver = wordOf(fieldAt(item, 'csi', 'driver'))
    if (driver === undefined) return plain
    const fix = 'install its driver in the cluster, or use a PersistentVolumeClaim'
    context.remarks.note(placeOf(item, context), undefined, `the volume needs the driver ${driver}`, fix)
    return plain
  })
}

/** `{"app": ["db", "proxy"]}`: app starts once they have passed their startup probes, or have started without one. */
function readEdges(
  { value, ...entry }: Entry,
  trees: readonly Tree[],
  names: readonly string[],
  context: ComposeContext,
): readonly DraftEdge[] {
  const { remarks, origins } = context
  const place = { file: origins.of(value).file, at: entry.keyAt }
  const said = readObject(wordOf(value) ?? '')
  if (said === undefined) {
    remarks.refuse(place, undefined, `${CLOUD_RUN_ORDER} is no JSON map`, 'write {"app": ["db"]}')
    return []
  }
  const check = (name: string): boolean => {
    if (names.includes(name)) return true
    const fix = proposeWord(name, names, `there are ${names.join(', ')}`)
    remarks.refuse(place, undefined, `${CLOUD_RUN_ORDER} names "${name}", which is not a container`, fix)
    return false
  }
  return Object.entries(said).flatMap(([container, targets]) => {
    if (!check(container) || !Array.isArray(targets)) return []
    return targets.map(String).flatMap((target): readonly DraftEdge[] => {
      if (!check(target)) return []
      const probe = fieldAt(trees[names.indexOf(target)], 'startupProbe')
      return [{ container, target, condition: probe === undefined ? 'started' : 'ready' }]
    })
  })
}
