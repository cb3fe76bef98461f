/**
 * The state while a YAML document is read: its anchors, and how much its aliases expand. The limits protect memory and stack
 * against a few malicious lines. Pure.
 */
import type { Alias, Fault, Position, Scalar, Source, Tree } from './tree.ts'

/** A limit, so that readers of a tree may recurse. Manifests stay far below it. The YAML library fails at about 800. */
const MAX_DEPTH = 500

/** How much aliases may add to one document, in characters. The API server refuses requests above 3 MiB. */
const MAX_EXPANSION = 10 * 1024 * 1024

/** The place of a stand-in for an unreadable value. It is never used, since there is a fault. */
const NOWHERE: Source = { start: 0, end: 0, flow: false, alias: false }

/** The state of reading one document. */
export interface YamlReading {
  readonly text: string
  /** `kubernetes`: words have their type in Kubernetes. `text`: all scalars are text as spelled, and merging is that of YAML 1.2. */
  readonly schema: 'kubernetes' | 'text'
  /** The scalar of another file that contains the text. */
  readonly within: Scalar | undefined
  readonly placeOf: (offset: number) => Position
  /** Maps an offset of the library to the text, since lines may have been moved (free-lines.ts). */
  readonly back: (offset: number) => number
  readonly faults: Fault[]
  readonly duplicates: Fault[]
  readonly aliases: Alias[]
  /** The current value of each anchor; undefined while it is being read. */
  readonly anchors: Map<string, Part | undefined>
  /** The number of characters that aliases have added. */
  expansion: number
  /** A limit was exceeded and reported; it is not reported again. */
  exhausted: boolean
}

/** A tree, with its number of characters and levels of nesting after expanding its aliases. */
export interface Part {
  readonly tree: Tree
  readonly size: number
  readonly depth: number
}

/** The initial state. */
export function fresh(): Pick<
  YamlReading,
  'faults' | 'duplicates' | 'aliases' | 'anchors' | 'expansion' | 'exhausted'
> {
  return { faults: [], duplicates: [], aliases: [], anchors: new Map(), expansion: 0, exhausted: false }
}

/** Reads an alias. Refuses an alias within its own anchor, which is endless, and aliases of aliases that would fill the memory. */
export function readAlias(name: string, source: Source, at: Position, reading: YamlReading, level: number): Part {
  const part = reading.anchors.get(name)
  if (part === undefined) {
    const known = reading.anchors.has(name)
    const what = known ? `*${name} stands within &${name} itself` : `*${name} stands for nothing`
    const fix = known ? 'write out what is meant' : `put the anchor &${name} before it, in the same document`
    reading.faults.push({ at, what, fix })
    return makeStandIn(at)
  }
  reading.expansion += part.size
  if (reading.expansion > MAX_EXPANSION) {
    return exhaust(at, 'aliases of aliases grow beyond 10 MiB', 'write out what is meant', reading)
  }
  const tree = { ...part.tree, source: { ...source, alias: true } }
  reading.aliases.push({ source: tree.source, target: part.tree })
  return checkDepth(at, reading, level + part.depth) ?? { ...part, tree }
}

/** @returns undefined when the depth is within the limit. */
export function checkDepth(at: Position, reading: YamlReading, level: number): Part | undefined {
  if (level <= MAX_DEPTH) return undefined
  return exhaust(at, 'nested too deeply', 'nest maps and lists less deeply', reading)
}

function exhaust(at: Position, what: string, fix: string, reading: YamlReading): Part {
  if (!reading.exhausted) reading.faults.push({ at, what, fix })
  reading.exhausted = true
  return makeStandIn(at)
}

/** Makes a stand-in for an unreadable value: an empty map, which gives no further fault anywhere, even in a merge. */
function makeStandIn(at: Position): Part {
  return { tree: { kind: 'map', at, source: NOWHERE, entries: [] }, size: 1, depth: 0 }
}

export function makeEmpty(at: Position, { end }: Source): Part {
  const source = { start: end, end, flow: false, alias: false }
  return { tree: { kind: 'scalar', at, source, value: null }, size: 1, depth: 0 }
}

export function weigh(tree: Tree, parts: readonly Part[]): Part {
  let size = 1
  let depth = 0
  for (const part of parts) {
    size += part.size
    depth = Math.max(depth, part.depth + 1)
  }
  return { tree, size, depth }
}
