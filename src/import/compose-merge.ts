/**
 * Merging of a compose service over another, by `extends` or a second file. Maps are merged, lists are appended, and scalars are
 * replaced. Pure.
 *
 * Source: compose-spec 13-merge.md.
 */
import type { Entry, MapTree, Tree } from '../manifest/tree.ts'
import { isReset, type Origins, readItems, wordOf } from './compose-tree.ts'

/** Lists that are replaced as one value. */
const REPLACED = new Set(['command', 'entrypoint', 'test'])

/** Keys with pairs, and the separator: `KEY=value` in a list is an entry of a map. */
const PAIRS: ReadonlyMap<string, string> = new Map([
  ...['environment', 'labels', 'annotations', 'args', 'sysctls'].map((key) => [key, '='] as const),
  ['extra_hosts', ':'],
])

/** Keys with names: a name in a list is an entry of a map without a value. */
const NAMED = new Set(['depends_on', 'networks'])

/** Merges a whole file over another. Names that users give, such as those of services, are not read as keys of compose. */
export function mergeFiles(base: Tree, over: Tree, origins: Origins): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over
  return mergeMaps(base, over, origins, (lower, upper) => {
    if (lower.kind !== 'map' || upper.kind !== 'map') return mergeTrees(lower, upper, '', origins)
    return mergeMaps(lower, upper, origins, (one, other) => mergeTrees(one, other, '', origins))
  })
}

/** @param key the key of both trees; empty for a service or another named item */
export function mergeTrees(base: Tree, over: Tree, key: string, origins: Origins): Tree {
  if (isReset(over) || over.tag === '!override') return over
  if (over.kind === 'scalar' && over.value === null) return base
  const separator = PAIRS.get(key)
  const lower = separator === undefined && !NAMED.has(key) ? base : toMap(base, separator, origins)
  const upper = separator === undefined && !NAMED.has(key) ? over : toMap(over, separator, origins)
  if (lower.kind === 'map' && upper.kind === 'map') {
    return mergeMaps(lower, upper, origins, (one, other, name) => mergeTrees(one, other, name, origins))
  }
  if (REPLACED.has(key)) return over
  if (lower.kind !== 'list' && upper.kind !== 'list') return over
  const items = [...readItems(lower), ...readItems(upper)]
  return keep({ ...(upper.kind === 'list' ? upper : emptyList(upper)), items: uniqueItems(items, key) }, over, origins)
}

function mergeMaps(
  lower: MapTree,
  upper: MapTree,
  origins: Origins,
  merge: (lower: Tree, upper: Tree, key: string) => Tree,
): MapTree {
  const entries = new Map(lower.entries.map((entry) => [entry.key, entry]))
  for (const entry of upper.entries) {
    const under = entries.get(entry.key)
    if (under === undefined) entries.set(entry.key, entry)
    else {
      const merged: Entry = { ...entry, value: merge(under.value, entry.value, entry.key) }
      origins.set(merged, origins.of(entry))
      entries.set(entry.key, merged)
    }
  }
  return keep({ ...upper, entries: [...entries.values()] }, upper, origins)
}

function toMap(tree: Tree, separator: string | undefined, origins: Origins): Tree {
  if (tree.kind !== 'list') return tree
  const entries = tree.items.flatMap((item): readonly Entry[] => {
    const word = wordOf(item)
    if (word === undefined) return []
    const at = separator === undefined ? -1 : word.indexOf(separator)
    const { source } = item
    const value: Tree = { kind: 'scalar', at: item.at, source, value: at === -1 ? null : word.slice(at + 1) }
    origins.set(value, origins.of(item))
    const key = at === -1 ? word : word.slice(0, at)
    const entry: Entry = { key, keyAt: item.at, keySource: item.source, value, merged: false }
    origins.set(entry, origins.of(item))
    return [entry]
  })
  return keep({ kind: 'map', at: tree.at, source: tree.source, entries }, tree, origins)
}

/** Removes duplicates. Volumes are compared by their mount path, all other items by their value. */
function uniqueItems(items: readonly Tree[], key: string): readonly Tree[] {
  const byKey = new Map(items.map((item) => [keyOf(item, key), item]))
  return [...byKey.values()]
}

function keyOf(item: Tree, key: string): unknown {
  const word = wordOf(item)
  if (word === undefined) return item
  if (key !== 'volumes') return word
  const [first = '', second = first] = word.split(':')
  return second
}

function emptyList(tree: Tree): { kind: 'list'; at: Tree['at']; source: Tree['source'] } {
  return { kind: 'list', at: tree.at, source: tree.source }
}

function keep<Made extends Tree>(made: Made, from: Tree, origins: Origins): Made {
  origins.set(made, origins.of(from))
  return made
}
