/**
 * Volumes, tmpfs, configs and secrets of a compose service as mounts and volumes of a pod.
 *
 * Source: compose-spec 05-services.md (volumes, tmpfs, configs, secrets), 07-volumes.md, 08-configs.md, 09-secrets.md.
 */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { BindUse } from './compose-binds.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { mountMemory, noteTmpfs, readTmpfs } from './compose-tmpfs.ts'
import { putVolume, takeName, type VolumeShelf } from './compose-shelf.ts'
import { booleanOf, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type PlainMap, toLabel } from './draft.ts'

interface VolumeWish {
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'npipe' | 'cluster'
  readonly source: string | undefined
  readonly target: string
  readonly readOnly: boolean
  readonly subPath: string | undefined
  readonly size: string | undefined
}

/** Lists all mounts of paths of this machine. */
export function listBinds(
  services: readonly Named[],
  contextOf: (named: Named) => ContainerContext,
): readonly BindUse[] {
  return services.flatMap((named) => {
    const { origins, disk } = contextOf(named)
    return listItems(named).flatMap((item) => {
      const wish = readWish(item)
      if (wish?.type !== 'bind' || !wish.target.startsWith('/')) return []
      const { source = '', target, readOnly } = wish
      return [{ named, item, source, path: disk.resolvePath(origins.of(item).directory, source), target, readOnly }]
    })
  })
}

/** Lists the items of `volumes`; the last one for a target counts, as in docker compose. */
function listItems({ tree }: Named): readonly Tree[] {
  const items = new Map<unknown, Tree>()
  for (const item of readItems(fieldAt(tree, 'volumes'))) items.set(readWish(item)?.target ?? item, item)
  return [...items.values()]
}

export function readMounts(named: Named, shelf: VolumeShelf, context: ContainerContext): readonly PlainMap[] {
  const mounts: PlainMap[] = []
  for (const item of listItems(named)) {
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
  return readTmpfs(named, mounts, shelf, context)
}

/** Reads `./data:/var/lib/data:ro`, `data:/var/lib/data`, `/var/lib/data`, or the long form. */
function readWish(item: Tree): VolumeWish | undefined {
  if (isMap(item)) return readLongWish(item)
  const word = wordOf(item)
  if (word === undefined) return undefined
  // The colon of a Windows drive letter is not a separator.
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
  const isSaid = findEntry(item, 'source') !== undefined
  if (type === undefined || target === undefined || (type === 'bind' && !isSaid)) return undefined
  return {
    ...{ type: source === undefined && isSaid && type === 'bind' ? 'volume' : type, target },
    source: source ?? (isSaid ? '' : undefined),
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
  if (target === '') {
    const fix = 'write it, or set its variable in the environment or in .env; the mount is left out'
    context.note(item, `nothing says where "${source ?? ''}" is mounted`, fix)
    return []
  }
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
      context.note(item, `a volume of type ${type} is not converted`, 'it is left out')
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
      if (source === '') {
        const fix =
          'name it, or set its variable in the environment or in .env; it is an empty directory of its own here'
        context.note(item, `what is mounted at ${target} has no name`, fix)
      }
      const name = source === undefined || source === '' ? putEmpty(named, shelf) : putNamed(source, shelf, context)
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

/** Makes an empty volume for a mount without a name, which lasts as long as its container. */
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

/** Remarks on an external volume. The remark names no service, since the volume belongs to none. */
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
    context.remarks.note(placeOf(driver, context), undefined, `the driver ${word} is not converted`, fix)
  }
  const options = findEntry(declared, 'driver_opts')
  if (options === undefined) return
  const instead = plan === 'claims' ? 'bind its claim to a volume of that kind, such as nfs or hostPath' : fix
  context.remarks.note(placeOf(options, context), undefined, 'driver_opts of a volume are not converted', instead)
}
