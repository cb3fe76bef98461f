/**
 * `extends` of compose services. Relative paths stay relative to the file that contains them.
 *
 * Source: compose-spec 05-services.md (extends).
 */
import { proposeWord } from '../base/suggest.ts'
import { findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import { mergeTrees } from './compose-merge.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, wordOf } from './compose-tree.ts'
import type { ImportDisk } from './ports.ts'
import type { FilePlace } from './remark.ts'

/** @returns each service merged over the service that it extends. @param openFile reads a file that `extends` names */
export async function extendServices(
  root: MapTree,
  openFile: (path: string, directory: string, by: FilePlace) => Promise<Tree | undefined>,
  context: ComposeContext,
  disk: Pick<ImportDisk, 'directoryOf' | 'resolvePath'>,
): Promise<ReadonlyMap<string, MapTree>> {
  const services = fieldAt(root, 'services')
  const files = new Map<string, Tree | undefined>()
  const done = new Map<string, MapTree>()
  const open = async (path: string, by: FilePlace): Promise<Tree | undefined> => {
    if (!files.has(path)) files.set(path, await openFile(path, disk.directoryOf(path), by))
    return files.get(path)
  }
  const extend = async (own: MapTree, home: Tree, key: string, within: readonly string[]): Promise<MapTree> => {
    const said = findEntry(own, 'extends')
    if (said === undefined) return own
    const { origins, remarks } = context
    const about = `service "${key.split('\0').at(-1)}"`
    const base = wordOf(said.value) ?? wordOf(fieldAt(said.value, 'service'))
    const file = wordOf(fieldAt(said.value, 'file'))
    const path = file === undefined ? undefined : disk.resolvePath(origins.of(said).directory, file)
    const source = path === undefined ? home : await open(path, placeOf(said, context))
    const baseKey = `${path ?? key.split('\0')[0]}\0${base}`
    if (within.includes(baseKey)) {
      remarks.refuse(placeOf(said, context), about, `extends itself through "${base}"`, 'remove one of the extends')
      return own
    }
    const found = fieldAt(source, 'services', base ?? '')
    if (!isMap(found)) {
      if (source === undefined) return own
      const known = fieldAt(source, 'services')
      const names = isMap(known) ? known.entries.map((entry) => entry.key) : []
      const fix = proposeWord(base ?? '', names, `there are ${names.join(', ')}`)
      remarks.refuse(placeOf(said, context), about, `extends "${base ?? ''}", which is not there`, fix)
      return own
    }
    const full = await extend(found, source ?? home, baseKey, [...within, baseKey])
    const merged = mergeTrees(full, own, '', origins)
    return isMap(merged) ? { ...merged, entries: merged.entries.filter((entry) => entry.key !== 'extends') } : own
  }
  for (const { key, value } of isMap(services) ? services.entries : []) {
    if (!isMap(value)) continue
    const full = await extend(value, root, `\0${key}`, [`\0${key}`])
    context.origins.set(full, context.origins.of(value))
    done.set(key, full)
  }
  return done
}
