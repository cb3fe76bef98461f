/** `configs` and `secrets` of a compose service: files from ConfigMaps and Secrets. */
import { findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { fieldAt, isMap, booleanOf, readItems, wordOf } from './compose-tree.ts'
import { type PlainMap, toLabel } from './draft.ts'
import type { SmallFile } from './ports.ts'
import { describeNoFile, putObject, takeName, toKey, type VolumeShelf } from './compose-shelf.ts'
import { parseMode } from './units.ts'

interface GrantKind {
  readonly key: 'configs' | 'secrets'
  readonly kind: 'ConfigMap' | 'Secret'
  /** The directory of a file without a `target`. */
  readonly directory: string
}

const KINDS: readonly GrantKind[] = [
  { key: 'configs', kind: 'ConfigMap', directory: '/' },
  { key: 'secrets', kind: 'Secret', directory: '/run/secrets/' },
]

/** @param declared the top-level sections `configs` and `secrets` */
export async function readGrants(
  named: Named,
  declared: Readonly<Record<GrantKind['key'], Tree | undefined>>,
  shelf: VolumeShelf,
  context: ContainerContext,
): Promise<readonly PlainMap[]> {
  const mounts: PlainMap[] = []
  for (const { key, kind, directory } of KINDS) {
    for (const item of readItems(fieldAt(named.tree, key))) {
      const source = wordOf(item) ?? wordOf(fieldAt(item, 'source'))
      if (source === undefined) continue
      const entry = findEntry(declared[key], source)
      if (entry === undefined) {
        context.refuse(item, `"${source}" is not among the ${key}`, `declare it below ${key}: at the top`)
        continue
      }
      const target = wordOf(fieldAt(item, 'target')) ?? source
      const path = target.startsWith('/') ? target : `${directory}${target}`
      const mode = parseMode(wordOf(fieldAt(item, 'mode')) ?? '')
      for (const field of ['uid', 'gid']) {
        const owner = findEntry(item, field)
        if (owner !== undefined && wordOf(owner.value) !== '0')
          context.note(owner, `${field} of a file is not converted: root owns it`, 'set fsGroup of the pod')
      }
      const external = fieldAt(entry.value, 'external')
      const isExternal = booleanOf(external) === true || isMap(external)
      const own = wordOf(fieldAt(entry.value, 'name')) ?? wordOf(fieldAt(external, 'name'))
      if (isExternal) {
        const fix = `make it: kubectl create ${kind === 'Secret' ? 'secret generic' : 'configmap'} ${toLabel(own ?? source)} --from-file=${source}=PATH`
        context.note(item, `"${source}" is external`, fix)
      }
      const name = own ?? (isExternal ? source : `${shelf.project}-${source}`)
      const label = isExternal ? toLabel(name) : takeName(kind, source, name, shelf)
      const file = toKey(source)
      const object = `the ${kind} "${label}" with the key "${file}"`
      const content = isExternal ? undefined : await readContent(entry.value, object, item, context)
      const files = content === undefined ? undefined : new Map([[file, content]])
      const volume = putObject({ ...{ kind, key: file, files, mode }, name: label }, shelf)
      mounts.push({ name: volume, mountPath: path, subPath: file, readOnly: true })
    }
  }
  return mounts
}

/** @param object the object and key that the user must make when there is no content */
async function readContent(
  tree: Tree,
  object: string,
  item: Tree,
  context: ContainerContext,
): Promise<SmallFile | undefined> {
  const { origins, disk, lookup, note } = context
  const content = fieldAt(tree, 'content')
  if (content?.kind === 'scalar' && content.value !== null) return { text: String(content.value) }
  const fix = `make ${object} before the pod`
  const variable = wordOf(fieldAt(tree, 'environment'))
  if (variable !== undefined) {
    const value = lookup(variable)
    if (value !== undefined) return { text: value }
    note(item, `the variable ${variable} is not set here`, `set it, or ${fix}`)
    return undefined
  }
  const file = wordOf(fieldAt(tree, 'file'))
  if (file === undefined) return undefined
  const look = await disk.lookAtPath(disk.resolvePath(origins.of(tree).directory, file))
  if (look.kind === 'file') return look.file
  note(item, describeNoFile(look, file), fix)
  return undefined
}
