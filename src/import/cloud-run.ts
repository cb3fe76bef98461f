/**
 * A Cloud Run service, job or worker pool as the draft of one pod. Its containers have the fields of Kubernetes; the order is an annotation.
 *
 * Source: Cloud Run YAML reference (serving.knative.dev/v1 Service, run.googleapis.com/v1 Job and
 * WorkerPool); "Container start order".
 */
import { type Entry, findEntry, type Tree, toPlain } from '../manifest/tree.ts'
import { proposeWord } from '../base/suggest.ts'
import { noteOwn, noteSecret, noteSecrets, secretName } from './cloud-run-notes.ts'
import { PORT, portOf, readCloudContainer, toTyped } from './cloud-run-container.ts'
import { CLOUD_RUN_SHAPES } from './cloud-run-shapes.ts'
import { checkTypes } from './compose-types.ts'
import { type Ordered, refuseCycles, refuseTwins } from './members.ts'
import { isObject, readObject } from '../base/json-object.ts'
import { readTexts } from '../manifest/yaml.io.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { type Draft, type DraftEdge, type PlainMap, toLabel } from './draft.ts'

export const CLOUD_RUN_ORDER = 'run.googleapis.com/container-dependencies'

const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Service', ['spec', 'template']],
  ['Job', ['spec', 'template', 'spec', 'template']],
  ['WorkerPool', ['spec', 'template']],
])

const GROUPS = /^(?:serving\.knative\.dev|run\.googleapis\.com)\//

export function isCloudRun(root: Tree): boolean {
  return GROUPS.test(wordOf(fieldAt(root, 'apiVersion')) ?? '') && KINDS.has(wordOf(fieldAt(root, 'kind')) ?? '')
}

/** @param others further documents of the file; they are not read */
export function draftCloudRun(
  root: Tree,
  others: readonly Tree[],
  name: string | undefined,
  context: ComposeContext,
): Draft {
  const kind = wordOf(fieldAt(root, 'kind')) ?? ''
  const template = fieldAt(root, ...(KINDS.get(kind) ?? []))
  const spec = fieldAt(template, 'spec')
  const said = findOrder([template, fieldAt(root, 'spec', 'template'), root])
  noteOwn(root, spec, template, kind, context)
  for (const other of others) {
    const what = `the file has a further ${wordOf(fieldAt(other, 'kind')) ?? 'document'}, and a pod is one of them`
    context.remarks.note(placeOf(other, context), undefined, what, 'import it from a file of its own')
  }
  if (spec !== undefined) checkTypes(spec, CLOUD_RUN_SHAPES, undefined, context)
  const { refused } = context.remarks
  const trees = readItems(fieldAt(spec, 'containers')).filter(isMap)
  if (trees.length === 0 && refused.length === 0) {
    context.remarks.refuse(placeOf(root, context), undefined, 'there are no containers in it', 'give it containers')
  }
  const names = trees.map((tree, index) => toLabel(wordOf(fieldAt(tree, 'name')) ?? `container-${index + 1}`))
  const edges = said === undefined || refused.length > 0 ? [] : readEdges(said, trees, names, context)
  refuseFaults(trees, names, edges, said, context)
  const isAlone = kind === 'Service' && trees.length === 1
  const containers = trees.map((tree, index) => {
    noteSecrets(tree, context)
    const takesRequests = kind === 'Service' && (isAlone || readItems(fieldAt(tree, 'ports')).length > 0)
    return readCloudContainer(tree, names[index] ?? '', takesRequests)
  })
  const ports = trees.flatMap((tree) => readItems(fieldAt(tree, 'ports'))).map(portOf)
  const taken = ports[0] ?? (isAlone ? PORT : undefined)
  return {
    name: toLabel(name ?? wordOf(fieldAt(root, 'metadata', 'name')) ?? 'service'),
    containers,
    volumes: readVolumes(spec, context),
    edges,
    options: new Map(),
    main: [],
    annotations: {},
    restartPolicy: kind === 'Job' ? 'Never' : 'Always',
    spec: {},
    objects: [],
    ports: kind === 'Service' && taken !== undefined ? [{ port: 80, targetPort: taken, protocol: 'TCP' }] : [],
  }
}

/** Refuses containers with one name, and those that wait for each other. */
function refuseFaults(
  trees: readonly Tree[],
  names: readonly string[],
  edges: readonly DraftEdge[],
  said: Entry | undefined,
  context: ComposeContext,
): void {
  const members = trees.map((tree, index): Ordered => {
    const container = names[index] ?? ''
    const written = wordOf(fieldAt(tree, 'name')) ?? container
    return { container, written, about: `container "${written}"`, at: tree }
  })
  refuseTwins(members, context)
  const ordered = members.map((member) => ({ ...member, at: said ?? member.at }))
  refuseCycles(ordered, edges, `remove one of these from ${CLOUD_RUN_ORDER}`, context)
}

/** Finds the order on the revision's template, else on the service, where some users write it. */
function findOrder(places: readonly (Tree | undefined)[]): Entry | undefined {
  for (const place of places) {
    const found = findEntry(fieldAt(place, 'metadata', 'annotations'), CLOUD_RUN_ORDER)
    if (found !== undefined) return found
  }
  return undefined
}

function readVolumes(spec: Tree | undefined, context: ComposeContext): readonly PlainMap[] {
  return readItems(fieldAt(spec, 'volumes')).map((item) => {
    const plain = toTyped(item) as PlainMap
    const secret = fieldAt(item, 'secret')
    if (secret !== undefined) {
      const name = wordOf(fieldAt(secret, 'secretName')) ?? ''
      const keys = readItems(fieldAt(secret, 'items')).map((one) => wordOf(fieldAt(one, 'key')) ?? 'latest')
      const words = (keys.length === 0 ? ['latest'] : keys).map((key) => `--from-file=${key}=PATH`).join(' ')
      noteSecret(secret, name, words, context)
      return { ...plain, secret: { ...(plain['secret'] as PlainMap), secretName: secretName(name) } }
    }
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
  // gcloud reads the annotation as YAML: {app: [db]}.
  const text = wordOf(value) ?? ''
  const read = readObject(text) ?? toPlain(readTexts(text.replaceAll(/:(?=\[)/g, ': ')).trees[0] ?? value)
  const said = isObject(read) && Object.values(read).every(Array.isArray) ? read : undefined
  if (said === undefined) {
    remarks.refuse(place, undefined, `${CLOUD_RUN_ORDER} is not a map of lists`, 'write {"app": ["db"]}')
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
