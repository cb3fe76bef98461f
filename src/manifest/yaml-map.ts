/** A map as Kubernetes reads it: text for keys, each only once, YAML 1.1's merge keys merged. */
import { describeKind, type Entry, type Fault, type Position, type Source, type Tree } from './tree.ts'

export interface Pair {
  readonly key: Tree
  readonly value: Tree
  /** The key is a plain `<<`: what kubectl and the API server still honour. */
  readonly merge: boolean
}

/** What the map says itself goes before what it merges, and of what it merges the first. */
export function assembleMap(
  pairs: readonly Pair[],
  at: Position,
  source: Source,
): { readonly tree: Tree; readonly faults: readonly Fault[] } {
  const entries = new Map<string, Entry>()
  const faults: Fault[] = []
  for (const { key: keyTree, value, merge } of pairs) {
    if (merge) continue
    const key = readKey(keyTree, faults)
    const earlier = key === undefined ? undefined : entries.get(key)
    if (earlier !== undefined) faults.push(wordDuplicate(earlier, keyTree.at))
    else if (key !== undefined) {
      entries.set(key, { key, keyAt: keyTree.at, keySource: keyTree.source, value, merged: false })
    }
  }
  for (const { value, merge } of pairs) {
    if (merge) mergeInto(entries, value, faults)
  }
  return { tree: { kind: 'map', at, source, entries: [...entries.values()] }, faults }
}

/** JSON, and so the API server, knows text only; numbers and booleans become text, as kubectl makes them. */
function readKey(tree: Tree, faults: Fault[]): string | undefined {
  if (tree.kind === 'scalar' && tree.value !== null) return String(tree.value)
  const what = tree.kind === 'scalar' ? 'a key is missing' : `a key is text, this one is ${describeKind(tree)}`
  faults.push({ at: tree.at, what, fix: 'put the key in quotes; a Helm template must be rendered first' })
  return undefined
}

function wordDuplicate({ key, keyAt }: Entry, at: Position): Fault {
  const what = `the key "${key}" is there twice (first at ${keyAt.line}:${keyAt.column})`
  return { at, what, fix: 'remove one of the two' }
}

function mergeInto(entries: Map<string, Entry>, value: Tree, faults: Fault[]): void {
  for (const source of value.kind === 'list' ? value.items : [value]) {
    if (source.kind !== 'map') {
      faults.push({
        at: source.at,
        what: `<< merges maps, this is ${describeKind(source)}`,
        fix: 'name an anchor of a map',
      })
      continue
    }
    for (const entry of source.entries) {
      if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, merged: true })
    }
  }
}
