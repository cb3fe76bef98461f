/**
 * Volumes, tmpfs, configs and secrets of a compose service as mounts and volumes of a pod.
 *
 * Source: compose-spec 05-services.md (volumes, tmpfs, configs, secrets), 07-volumes.md, 08-configs.md, 09-secrets.md.
 */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { BindUse } from './compose-binds.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { putVolume, takeName, type VolumeShelf } from './compose-shelf.ts'
import { booleanOf, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap, toLabel } from './draft.ts'
import { parseComposeSize, writeBytes } from './units.ts'

interface VolumeWish {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'npipe' | 'cluster'
  readonly source: string | undefined
  readonly target: string
  readonly readOnly: boolean
  readonly subPath: string | undefined
  readonly size: string | undefined
}

/** Every mount of a path of this machine, of all services. */
export function listBinds(
  services: readonly Named[],
  contextOf: (named: Named) => ContainerContext,
): readonly BindUse[] {
  return services.flatMap((named) => {
    const { origins, disk } = contextOf(named)
    return readItems(fieldAt(named.tree, 'volumes')).flatMap((item) => {
      const wish = readWish(item)
      if (wish?.type !== 'bind' || !wish.target.startsWith('/')) return []
      const { source = '', target, readOnly } = wish
      return [{ named, item, source, path: disk.resolvePath(origins.of(item).directory, source), target, readOnly }]
    })
  })
}

export function readMounts(named: Named, shelf: VolumeShelf, context: ContainerContext): readonly PlainMap[] {
  const { tree } = named
  const mounts: PlainMap[] = []
  for (const item of readItems(fieldAt(tree, 'volumes'))) {
    const wish = readWish(item)
    if (wish !== undefined) mounts.push(...placeVolume(wish, item, named, shelf, context))
    else if (isMap(item)) {
      context.refuse(
        item,
        'a volume needs a type and a target, a bind also a source',
        'write {type: volume, source: data, target: /data}',
      )
    }
  }
  for (const item of readItems(fieldAt(tree, 'tmpfs'))) {
    const [target = '', said = ''] = (wordOf(item) ?? '').split(/:(.*)/s)
    const options = said.split(',').filter((option) => option !== '' && option !== 'rw')
    const size = options.find((option) => option.startsWith('size='))?.slice('size='.length)
    noteTmpfs(
      options.filter((option) => !option.startsWith('size=')),
      item,
      context,
    )
    mounts.push(mountMemory(target, size, item, named, shelf, context))
  }
  const shm = findEntry(tree, 'shm_size')
  if (shm !== undefined) mounts.push(mountMemory('/dev/shm', wordOf(shm.value), shm, named, shelf, context))
  return mounts
}

/** `./data:/var/lib/data:ro`, `data:/var/lib/data`, `/var/lib/data`, or the long form. */
function readWish(item: Tree): VolumeWish | undefined {
  if (isMap(item)) return readLongWish(item)
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

function readLongWish(item: Tree): VolumeWish | undefined {
  const type = TYPES.find((known) => known === (wordOf(fieldAt(item, 'type')) ?? 'volume'))
  const target = wordOf(fieldAt(item, 'target'))
  const source = wordOf(fieldAt(item, 'source'))
  if (type === undefined || target === undefined || (type === 'bind' && source === undefined)) return undefined
  return {
    ...{ type, target, source },
    readOnly: booleanOf(fieldAt(item, 'read_only')) === true,
    subPath: wordOf(fieldAt(item, type, 'subpath')),
    size: wordOf(fieldAt(item, 'tmpfs', 'size')),
  }
}

function placeVolume(
  wish: VolumeWish,
  item: Tree,
  named: Named,
  shelf: VolumeShelf,
  context: ContainerContext,
): readonly PlainMap[] {
  const { type, source, target, readOnly, subPath } = wish
  if (!target.startsWith('/')) {
    context.refuse(item, `"${target}" is not an absolute path`, 'mount it at a path that begins with /')
    return []
  }
  switch (type) {
    case 'tmpfs': {
      const mode = findEntry(fieldAt(item, 'tmpfs'), 'mode')
      if (mode !== undefined) noteTmpfs([`mode=${wordOf(mode.value) ?? ''}`], mode, context)
      return [mountMemory(target, wish.size, item, named, shelf, context)]
    }
    case 'npipe':
    case 'cluster':
      context.note(item, `a volume of type ${type} is not supported in a pod`, 'it is left out')
      return []
    case 'image': {
      const name = putVolume(
        `image ${source}`,
        `${named.container}-image`,
        { image: { reference: source ?? '' } },
        shelf,
      )
      context.note(
        item,
        'a volume of type image needs Kubernetes 1.35',
        'on older clusters, copy its files in an init container',
      )
      return [compact({ name, mountPath: target, subPath, readOnly: true })]
    }
    case 'bind':
      return placeBind(wish, item, shelf, context)
    case 'volume': {
      const name = source === undefined ? putEmpty(named, shelf) : putNamed(source, shelf, context)
      return [compact({ name, mountPath: target, subPath, readOnly: readOnly ? true : undefined })]
    }
  }
}

function placeBind(
  { source = '', target, readOnly }: VolumeWish,
  item: Tree,
  shelf: VolumeShelf,
  { origins, disk }: ContainerContext,
): readonly PlainMap[] {
  const plan = shelf.binds.get(disk.resolvePath(origins.of(item).directory, source))
  if (plan === undefined) return []
  const { name, subPath } = plan
  return [compact({ name, mountPath: target, subPath, readOnly: readOnly || plan.readOnly ? true : undefined })]
}

/** An emptyDir cannot be told who may write to it, nor whether files in it may be executed. */
function noteTmpfs(options: readonly string[], at: Tree | Entry, { note }: ContainerContext): void {
  if (options.length === 0) return
  const what = `${options.join(',')} of a tmpfs is not supported in a pod`
  note(at, what, 'an empty directory in memory takes a size only, and is open to all users')
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
  if (size !== undefined && bytes === undefined) refuse(at, `"${size}" is not a size`, 'write it as 64m')
  const emptyDir = compact({ medium: 'Memory', sizeLimit: bytes === undefined ? undefined : writeBytes(bytes) })
  const name = putVolume(`memory ${named.container} ${target}`, `${named.container}-${target}`, { emptyDir }, shelf)
  return { name, mountPath: target }
}

/** A volume without a name lives as long as its container. */
function putEmpty(named: Named, shelf: VolumeShelf): string {
  let number = 1
  while (shelf.volumes.has(toLabel(`${named.container}-data-${number}`))) number++
  return putVolume(`empty ${named.container} ${number}`, `${named.container}-data-${number}`, { emptyDir: {} }, shelf)
}

function putNamed(source: string, shelf: VolumeShelf, context: ContainerContext): string {
  const entry = findEntry(shelf.declared, source)
  const declared = entry?.value
  const external = findEntry(declared, 'external')
  const isExternal = booleanOf(external?.value) === true || isMap(external?.value)
  const own = wordOf(fieldAt(declared, 'name')) ?? wordOf(fieldAt(external?.value, 'name'))
  noteDriver(declared, shelf, context)
  if (external !== undefined && isExternal) noteExternal(own ?? source, external, shelf, context)
  if (shelf.plan !== 'claims') return putVolume(`named ${source}`, source, { emptyDir: {} }, shelf)
  const text = own ?? (isExternal ? source : `${shelf.project}-${source}`)
  const claim = isExternal ? toLabel(text) : takeName('claim', source, text, shelf)
  if (!isExternal) {
    shelf.objects.set(`PersistentVolumeClaim/${claim}`, {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
  }
  return putVolume(`named ${source}`, source, { persistentVolumeClaim: { claimName: claim } }, shelf)
}

/** What is external is no service's own, so the remark names none. */
function noteExternal(name: string, at: Entry, { plan }: VolumeShelf, context: ContainerContext): void {
  const claim = toLabel(name)
  const place = placeOf(at, context)
  if (plan !== 'claims') {
    context.remarks.note(place, undefined, `the volume "${name}" is external`, 'it is an empty directory here')
    return
  }
  const claimed =
    claim === name
      ? 'its claim has to be there'
      : `it is the claim "${claim}" here, since Kubernetes takes no such name`
  const fix = `make the claim "${claim}" before the pod, or correct claimName`
  context.remarks.note(place, undefined, `the volume "${name}" is external: ${claimed}`, fix)
}

function noteDriver(declared: Tree | undefined, { plan }: VolumeShelf, context: ContainerContext): void {
  const driver = findEntry(declared, 'driver')
  const word = wordOf(driver?.value)
  const fix = plan === 'claims' ? 'set storageClassName of its claim' : 'it is an empty directory here'
  if (driver !== undefined && word !== undefined && word !== 'local') {
    context.remarks.note(placeOf(driver, context), undefined, `the driver ${word} is not supported in a pod`, fix)
  }
  const options = findEntry(declared, 'driver_opts')
  if (options === undefined) return
  const instead = plan === 'claims' ? 'bind its claim to a volume of that kind, such as nfs or hostPath' : fix
  context.remarks.note(
    placeOf(options, context),
    undefined,
    'driver_opts of a volume are not supported in a pod',
    instead,
  )
}
