/** Makes a map as Kubernetes reads it: keys are text, merge keys of YAML 1.1 are merged, the last of duplicate keys counts. */
import { keyText } from './plain-scalar.ts'
import { describeKind, type Entry, type Fault, type MapTree, type Position, type Source, type Tree } from './tree.ts'

export interface Pair {
  readonly key: Tree
  readonly value: Tree
  /** The key is a plain `<<`, which kubectl and the API server still support. */
  readonly merge: boolean
}

export interface AssembledMap {
  readonly tree: MapTree
  readonly faults: readonly Fault[]
  /** Faults of duplicate keys. kubectl uses the last one; a change to the text could not know which one is meant. */
  readonly duplicates: readonly Fault[]
}

/**
 * Assembles a map. A later entry overrides an earlier one, own or merged, as in goyaml.v2 (decode.go, mapping and merge). When one
 * `<<` merges several maps, the first of them counts.
 * @param schema `text`: the map's own entries always override merged ones
 */
export function assembleMap(
  pairs: readonly Pair[],
  at: Position,
  source: Source,
  schema: 'kubernetes' | 'text' = 'kubernetes',
): AssembledMap {
  const entries = new Map<string, Entry>()
  const merges: Entry[] = []
  const faults: Fault[] = []
  const duplicates: Fault[] = []
  for (const { key: keyTree, value, merge } of schema === 'text' ? mergesFirst(pairs) : pairs) {
    const place = { keyAt: keyTree.at, keySource: keyTree.source, value }
    if (merge) {
      merges.push({ key: '<<', ...place, merged: false })
      mergeInto(entries, { value, at: keyTree.at }, { faults, duplicates })
      continue
    }
    const key = readKey(keyTree, faults)
    if (key === undefined) continue
    const earlier = entries.get(key)
    if (earlier?.merged === false) duplicates.push(wordDuplicate(earlier, keyTree.at))
    entries.set(key, { key, ...place, merged: false })
  }
  const list = merges.length === 0 ? [...entries.values()] : sortOwnFirst(entries)
  const tree = { kind: 'map' as const, at, source, entries: list, ...(merges.length === 0 ? {} : { merges }) }
  return { tree, faults, duplicates }
}

function mergesFirst(pairs: readonly Pair[]): readonly Pair[] {
  return [...pairs.filter(({ merge }) => merge).toReversed(), ...pairs.filter(({ merge }) => !merge)]
}

function sortOwnFirst(entries: ReadonlyMap<string, Entry>): readonly Entry[] {
  const all = [...entries.values()]
  return [...all.filter(({ merged }) => !merged), ...all.filter(({ merged }) => merged)]
}

/** Reads a key as text, since JSON has no other keys. Numbers and booleans become text as in kubectl. */
function readKey(tree: Tree, faults: Fault[]): string | undefined {
  if (tree.kind === 'scalar' && tree.value !== null) return keyText(tree.value)
  const what = tree.kind === 'scalar' ? 'a key is missing' : `a key is text, this one is ${describeKind(tree)}`
  faults.push({ at: tree.at, what, fix: 'put the key in quotes; a Helm template must be rendered first' })
  return undefined
}

function wordDuplicate({ key, keyAt }: Entry, at: Position): Fault {
  const what = `the key "${key}" is there twice (first at ${keyAt.line}:${keyAt.column})`
  return { at, what, fix: 'remove one of the two' }
}

/** Words the fault of a merged key that overrides an own one: other readers, such as kustomize, use the own one (YAML 1.1, merge type). */
function wordOverridden({ key, keyAt }: Entry, at: Position): Fault {
  const what = `<< merges the key "${key}" over the one at ${keyAt.line}:${keyAt.column}: Kubernetes takes the merged one, others the map's own`
  return { at, what, fix: 'put << before it, or remove one of the two' }
}

function mergeInto(
  entries: Map<string, Entry>,
  { value, at }: { readonly value: Tree; readonly at: Position },
  { faults, duplicates }: { readonly faults: Fault[]; readonly duplicates: Fault[] },
): void {
  // The first map of a list has priority, so it is merged last.
  for (const source of value.kind === 'list' ? value.items.toReversed() : [value]) {
    if (source.kind !== 'map') {
      faults.push({
        at: source.at,
        what: `<< merges maps, this is ${describeKind(source)}`,
        fix: 'name an anchor of a map',
      })
      continue
    }
    for (const entry of source.entries) {
      const own = entries.get(entry.key)
      if (own?.merged === false) duplicates.push(wordOverridden(own, at))
      entries.set(entry.key, { ...entry, merged: true })
    }
  }
}
