/**
 * A parsed document that still knows where each value stood, so that a fault can name `file:line:column`.
 * It is read everywhere instead of a YAML library's own nodes; `yaml.io.ts` makes it.
 */

import { cite } from '../base/escape.ts'

/** What a fault quotes of a manifest may be as long as the manifest. */
const LONGEST_LINE = 4096

/** A place in a file; both numbers count from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The piece of the text that a value is written in: offsets in UTF-16 code units, without its anchor, tag and comments. */
export interface Source {
  readonly start: number
  readonly end: number
  /** A list or map in brackets. */
  readonly flow: boolean
  /** Whether it is written elsewhere, at its anchor; here stands `*name`. */
  readonly alias: boolean
}

/**
 * A value with its place. Aliases are resolved (what is in the anchor's own tree is shared), merge keys are merged, tags of YAML
 * are dropped, words without quotes are what they are in YAML 1.1, as Kubernetes reads it.
 */
export type Tree = (MapTree | ListTree | Scalar) & {
  /** A tag of the file's own, such as docker compose's `!reset`, where the words of the file are read as texts. */
  readonly tag?: string
}

export interface MapTree {
  readonly kind: 'map'
  readonly at: Position
  readonly source: Source
  /** Its own first, in their order; what it merges after them. */
  readonly entries: readonly Entry[]
  /** Its merge keys (`<<`), where it has any, each with what it merges. */
  readonly merges?: readonly Entry[]
}

export interface ListTree {
  readonly kind: 'list'
  readonly at: Position
  readonly source: Source
  readonly items: readonly Tree[]
}

export interface Scalar {
  readonly kind: 'scalar'
  readonly at: Position
  readonly source: Source
  readonly value: string | number | boolean | null
  /**
   * The place of the text's first character, if the text stands in the file as it is, all its lines beginning at this
   * column: literal blocks (`|`), and quoted or plain text on one line without escapes. Then places within it are exact.
   */
  readonly textAt?: Position
  /** Its lines were joined: it stands behind `>`. */
  readonly folded?: true
}

export interface Entry {
  readonly key: string
  readonly keyAt: Position
  readonly keySource: Source
  readonly value: Tree
  /** Whether it comes from another map, by `<<`. */
  readonly merged: boolean
}

/** The place of `*name`, and the value at its anchor. */
export interface Alias {
  readonly source: Source
  readonly target: Tree
}

/** A thing wrong with what the user wrote: where, what, and how to put it right. */
export interface Fault {
  readonly at: Position
  /** The container it is about, where it is about one. */
  readonly container?: string
  readonly what: string
  readonly fix: string
}

/**
 * A fault as one line, `file:line:column: container "x": what; fix`, the form editors and CI can jump to.
 * @param linesBefore of the file, where its text was read from a later line on
 */
export function describeFault(file: string, fault: Fault, linesBefore = 0): string {
  const whose = fault.container === undefined ? '' : `container "${fault.container}": `
  const place = `${file}:${fault.at.line + linesBefore}:${fault.at.column}`
  return cite(`${place}: ${whose}${fault.what}; ${fault.fix}`, LONGEST_LINE)
}

/** Sorts by the order of the file; faults at one place keep their order. */
export function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** The entry of a map; undefined when there is none, or when the tree is no map. */
export function findEntry(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined
}

/** The tree at a path of keys and indices; undefined when the path leads nowhere. */
export function findTree(tree: Tree, path: readonly (string | number)[]): Tree | undefined {
  let found: Tree | undefined = tree
  for (const step of path) {
    if (typeof step === 'string') found = findEntry(found, step)?.value
    else found = found?.kind === 'list' ? found.items[step] : undefined
  }
  return found
}

/** The items of the list at a path; none when there is no list. */
export function listItems(tree: Tree, ...path: readonly (string | number)[]): readonly Tree[] {
  const list = findTree(tree, path)
  return list?.kind === 'list' ? list.items : []
}

/** What kind of thing was written, for a fault's text: `a map`, `a list`, `text`, `a number`, `true or false`, `empty`. */
export function describeKind(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`
  if (tree.value === null || tree.value === '') return 'empty'
  if (typeof tree.value === 'string') return 'text'
  return typeof tree.value === 'number' ? 'a number' : 'true or false'
}

/** A place within a scalar's text (line and column from 1) as a place in the file; the scalar's own when it is not known. */
export function placeWithin(scalar: Scalar, inner: Position): Position {
  if (scalar.textAt === undefined) return scalar.at
  return { line: scalar.textAt.line + inner.line - 1, column: scalar.textAt.column + inner.column - 1 }
}

/** What a map's merge keys say of a key; of several the last one counts, of a list its first map (goyaml.v2, decode.go). */
export function findMerged({ merges = [] }: MapTree, key: string): Tree | undefined {
  const maps = merges.flatMap(({ value }) => (value.kind === 'list' ? value.items.toReversed() : [value]))
  return maps.map((map) => findEntry(map, key)).findLast((entry) => entry !== undefined)?.value
}

/** The tree as plain JavaScript values; what an alias shares is shared. Every key is an own property, `__proto__` too. */
export function toPlain(tree: Tree): unknown {
  const known = new Map<unknown, unknown>()
  const convert = (part: Tree): unknown => {
    if (part.kind === 'scalar') return part.value
    const parts = part.kind === 'list' ? part.items : part.entries
    const made = known.get(parts)
    if (made !== undefined) return made
    const plain =
      part.kind === 'list'
        ? part.items.map(convert)
        : Object.fromEntries(part.entries.map(({ key, value }) => [key, convert(value)]))
    known.set(parts, plain)
    return plain
  }
  return convert(tree)
}
