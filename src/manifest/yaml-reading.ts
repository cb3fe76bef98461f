/**
 * What is kept in mind while a YAML document becomes a tree: its anchors, and how much its aliases would grow. The limits are
 * there so that a few lines cannot fill the memory or the stack. Pure.
 */
import type { Alias, Fault, Position, Scalar, Source, Tree } from './tree.ts'

/** So that whoever reads a tree may recurse. No manifest comes near it; the YAML library gives up at about 800. */
const MAX_DEPTH = 500

/** What aliases may add to one document, in characters. The API server takes no request above 3 MiB. */
const MAX_EXPANSION = 10 * 1024 * 1024

/** The place of what stands in for something unreadable; there is a fault, so nobody asks. */
const NOWHERE: Source = { start: 0, end: 0, flow: false, alias: false }

/** The state of reading one document. */
export interface YamlReading {
  readonly text: string
  /** `kubernetes`: words are what they are to Kubernetes; `text`: everything is text, as it is spelled, and YAML 1.2's order of merging. */
  readonly schema: 'kubernetes' | 'text'
  /** The scalar of another file that the text is in. */
  readonly within: Scalar | undefined
  readonly placeOf: (offset: number) => Position
  /** From what the library reads to the text: lines may have been moved (free-lines.ts). */
  readonly back: (offset: number) => number
  readonly faults: Fault[]
  readonly duplicates: Fault[]
  readonly aliases: Alias[]
  /** What each anchor stands for so far; undefined while its own value is being read. */
  readonly anchors: Map<string, Part | undefined>
  /** Characters that aliases have added. */
  expansion: number
  /** A limit was passed and reported; what follows would only say so again. */
  exhausted: boolean
}

/** A tree, and what it would be with its aliases written out: characters, and levels of nesting. */
export interface Part {
  readonly tree: Tree
  readonly size: number
  readonly depth: number
}

/** Nothing has been read yet. */
export function fresh(): Pick<
  YamlReading,
  'faults' | 'duplicates' | 'aliases' | 'anchors' | 'expansion' | 'exhausted'
> {
  return { faults: [], duplicates: [], aliases: [], anchors: new Map(), expansion: 0, exhausted: false }
}

/** An alias within its own anchor would never end, and a few lines of aliases of aliases would fill the memory. */
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

/** @returns undefined when it may still be read. */
export function checkDepth(at: Position, reading: YamlReading, level: number): Part | undefined {
  if (level <= MAX_DEPTH) return undefined
  return exhaust(at, 'nested too deeply', 'nest maps and lists less deeply', reading)
}

function exhaust(at: Position, what: string, fix: string, reading: YamlReading): Part {
  if (!reading.exhausted) reading.faults.push({ at, what, fix })
  reading.exhausted = true
  return makeStandIn(at)
}

/** For what could not be read: something that may stand anywhere, also where maps are merged, without another fault. */
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
