/**
 * Volumes, tmpfs, configs and secrets of a compose service as mounts and volumes of a pod.
 *
 * Source: compose-spec 05-services.md (volumes, tmpfs, configs, secrets), 07-volumes.md, 08-configs.md, 09-secrets.md.
 */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { booleanOf, fieldAt, isMap, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap, toLabel } from './draft.ts'
import type { SmallFile } from './ports.ts'
import { parseComposeSize, writeBytes } from './units.ts'

/** How named volumes and directories of the workstation are kept. `local`: for a run on this machine. */
export type VolumeKeeping = 'claims' | 'empty' | 'local'

/** What the volumes of all services share. */
export interface VolumeShelf {
  readonly project: string
  readonly plan: VolumeKeeping
  /** The top-level section `volumes`. */
  readonly declared: Tree | undefined
  /** By name in the pod. */
  readonly volumes: Map<string, PlainMap>
  /** By kind and name. */
  readonly objects: Map<string, PlainMap>
}

interface VolumeWish {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'npipe' | 'cluster'
  readonly source: string | undefined
  readonly target: string
  readonly readOnly: boolean
  readonly subPath: string | undefined
  readonly size: string | undefined
}

/** Paths of a machine that mean something else, or nothing, on a node. */
const MACHINE = /^\/(?:dev|etc|proc|run|sys|usr|var\/run|var\/lib\/docker)(?:\/|$)/

/** The project's own directory, or one above it: sources, which an image has to bring. */
const SOURCE = /^\.{1,2}(?:\/\.{0,2})*$/

export async function readMounts(
  named: Named,
  shelf: VolumeShelf,
  context: ContainerContext,
): Promise<readonly PlainMap[]> {
  const { tree } = named
  const mounts: PlainMap[] = []
  for (const item of readItems(fieldAt(tree, 'volumes'))) {
    const wish = readWish(item, context)
    if (wish !== undefined) mounts.push(...(await placeVolume(wish, item, named, shelf, context)))
  }
  for (const item of readItems(fieldAt(tree, 'tmpfs'))) {
    const [target = '', options = ''] = (wordOf(item) ?? '').split(/:(.*)/s)
    const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1]
    mounts.push(mountMemory(target, size, item, named, shelf, context))
  }
  const shm = findEntry(tree, 'shm_size')
  if (shm !== undefined) mounts.push(mountMemory('/dev/shm', wordOf(shm.value), shm, named, shelf, context))
  return mounts
}

/** `./data:/var/lib/data:ro`, `data:/var/lib/data`, `/var/lib/data`, or the long form. */
function readWish(item: Tree, { refuse }: ContainerContext): VolumeWish | undefined {
  if (isMap(item)) return readLongWish(item, { refuse })
  const word = wordOf(item)
  if (word === undefined) return undefined
  // A drive letter of Windows is no separator.
  const [source = '', target, mode = ''] = word.split(/(?<!^[A-Za-z]):/)
  const base = { subPath: undefined, size: undefined }
  if (target === undefined) return { ...base, type: 'volume', source: undefined, target: source, readOnly: false }
  const type = /^(?:\.|\/|~|[A-Za-z]:)/.test(source) ? 'bind' : 'volume'
  return { ...base, type, source, target, readOnly: mode.split(',').includes('ro') }
}

const TYPES = ['bind', 'volume', 'tmpfs', 'image', 'npipe', 'cluster'] as const

function readLongWish(item: Tree, { refuse }: Pick<ContainerContext, 'refuse'>): VolumeWish | undefined {
  const type = TYPES.find((known) => known === (wordOf(fieldAt(item, 'type')) ?? 'volume'))
  const target = wordOf(fieldAt(item, 'target'))
  if (type === undefined || target === undefined) {
    refuse(item, 'a volume needs a type and a target', `write {type: volume, source: data, target: /data}`)
    return undefined
  }
  return {
    ...{ type, target, source: wordOf(fieldAt(item, 'source')) },
    readOnly: booleanOf(fieldAt(item, 'read_only')) === true,
    subPath: wordOf(fieldAt(item, type, 'subpath')),
    size: wordOf(fieldAt(item, 'tmpfs', 'size')),
  }
}

async function placeVolume(
  wish: VolumeWish,
  item: Tree,
  named: Named,
  shelf: VolumeShelf,
  context: ContainerContext,
): Promise<readonly PlainMap[]> {
  const { type, source, target, readOnly, subPath } = wish
  if (!target.startsWith('/')) {
    context.refuse(item, `"${target}" is no absolute path`, 'mount it at a path that begins with /')
    return []
  }
  switch (type) {
    case 'tmpfs':
      return [mountMemory(target, wish.size, item, named, shelf, context)]
    case 'npipe':
    case 'cluster':
      context.note(item, `a volume of type ${type} has no place in a pod`, 'it is left out')
      return []
    case 'image': {
      const name = put(shelf, `${named.container}-image`, { image: { reference: source ?? '' } })
      context.note(
        item,
        'a volume of type image needs Kubernetes 1.35',
        'on older clusters, copy its files in an init container',
      )
      return [compact({ name, mountPath: target, subPath, readOnly: true })]
    }
    case 'bind':
      return placeBind(wish, item, named, shelf, context)
    case 'volume': {
      const name = source === undefined ? putEmpty(named, shelf) : putNamed(source, shelf)
      return [compact({ name, mountPath: target, subPath, readOnly: readOnly ? true : undefined })]
    }
  }
}

/** Files of this machine go along as a ConfigMap, if they are few and small; a directory that is not there begins empty. */
async function placeBind(
  { source = '', target, readOnly }: VolumeWish,
  item: Tree,
  named: Named,
  shelf: VolumeShelf,
  context: ContainerContext,
): Promise<readonly PlainMap[]> {
  const { origins, disk, note } = context
  const path = disk.resolvePath(origins.of(item).directory, source)
  if (shelf.plan === 'local') {
    const name = put(shelf, `${named.container}-${source}`, { hostPath: { path } })
    return [compact({ name, mountPath: target, readOnly: readOnly ? true : undefined })]
  }
  const what = `"${source}" is a path of this machine`
  if (MACHINE.test(source) || /^[A-Za-z]:/.test(source)) {
    note(item, what, 'no node has it: the mount is left out')
    return []
  }
  const isOwn = !/^[/~]/.test(source) && !SOURCE.test(source)
  const files = isOwn ? await disk.readSmall(path) : undefined
  const single = files?.get('')
  if (single !== undefined) {
    const key = path.split('/').at(-1) ?? 'file'
    note(item, what, 'the file goes along as a ConfigMap, read-only')
    return [mountObject('ConfigMap', `${shelf.project}-${source}`, key, single, target, undefined, shelf)]
  }
  if (files !== undefined && files.size > 0 && readOnly) {
    const name = toLabel(`${shelf.project}-${source}`)
    shelf.objects.set(`ConfigMap/${name}`, makeObject('ConfigMap', name, files))
    note(item, what, 'its files go along as a ConfigMap, without directories in it')
    return [{ name: put(shelf, name, { configMap: { name } }), mountPath: target, readOnly: true }]
  }
  if (/\.[A-Za-z0-9]+$/.test(target)) {
    note(item, what, 'it is not there, or too large for a ConfigMap: the mount is left out')
    return []
  }
  note(item, what, 'the container gets an empty directory instead')
  return [compact({ name: putEmpty(named, shelf), mountPath: target, readOnly: readOnly ? true : undefined })]
}

function mountMemory(
  target: string,
  size: string | undefined,
  at: Tree | Entry,
  named: Named,
  shelf: VolumeShelf,
  { refuse }: ContainerContext,
): PlainMap {
  const bytes = size === undefined ? undefined : parseComposeSize(size)
  if (size !== undefined && bytes === undefined) refuse(at, `"${size}" is no size`, 'write it like 64m')
  const emptyDir = compact({ medium: 'Memory', sizeLimit: bytes === undefined ? undefined : writeBytes(bytes) })
  return { name: put(shelf, `${named.container}-${target}`, { emptyDir }), mountPath: target }
}

/** A volume without a name lives as long as its container. */
function putEmpty(named: Named, shelf: VolumeShelf): string {
  let number = 1
  while (shelf.volumes.has(toLabel(`${named.container}-data-${number}`))) number++
  return put(shelf, `${named.container}-data-${number}`, { emptyDir: {} })
}

function putNamed(source: string, shelf: VolumeShelf): string {
  const declared = fieldAt(shelf.declared, source)
  const external = fieldAt(declared, 'external')
  const isExternal = booleanOf(external) === true || isMap(external)
  const claim = toLabel(wordOf(fieldAt(declared, 'name')) ?? (isExternal ? source : `${shelf.project}-${source}`))
  if (shelf.plan !== 'claims') return put(shelf, source, { emptyDir: {} })
  if (!isExternal) {
    shelf.objects.set(`PersistentVolumeClaim/${claim}`, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
  }
  return put(shelf, source, { persistentVolumeClaim: { claimName: claim } })
}

function put(shelf: VolumeShelf, text: string, source: PlainMap): string {
  const name = toLabel(text)
  shelf.volumes.set(name, { name, ...source })
  return name
}

/** Mounts a file of a ConfigMap or Secret by itself. */
export function mountObject(
  kind: 'ConfigMap' | 'Secret',
  text: string,
  key: string,
  content: SmallFile | undefined,
  target: string,
  mode: number | undefined,
  shelf: VolumeShelf,
): PlainMap {
  const name = toLabel(text)
  if (content !== undefined) shelf.objects.set(`${kind}/${name}`, makeObject(kind, name, new Map([[key, content]])))
  const items = mode === undefined ? undefined : [{ key, path: key, mode }]
  const source =
    kind === 'ConfigMap' ? { configMap: compact({ name, items }) } : { secret: compact({ secretName: name, items }) }
  return { name: put(shelf, name, source), mountPath: target, subPath: key, readOnly: true }
}

function makeObject(kind: 'ConfigMap' | 'Secret', name: string, files: ReadonlyMap<string, SmallFile>): PlainMap {
  const texts: Record<string, string> = {}
  const binary: Record<string, string> = {}
  for (const [key, content] of files) {
    if ('text' in content) texts[key] = content.text
    else binary[key] = content.base64
  }
  const data = kind === 'ConfigMap' ? { data: texts, binaryData: binary } : { stringData: texts, data: binary }
  return { apiVersion: 'v1', kind, metadata: { name }, ...compact(data) }
}
