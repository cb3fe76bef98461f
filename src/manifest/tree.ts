/**
 * A parsed document with the place of each value, so that a fault can name `file:line:column`. `yaml.io.ts` makes it. All code uses
 * it instead of the nodes of a YAML library.
 */

import { cite } from '../base/escape.ts'

/** A limit for the line of a fault: a quotation could be as long as the manifest. */
const LONGEST_LINE = 4096

/** A place in a file; both numbers count from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The text of a value: offsets in UTF-16 code units, without its anchor, tag and comments. */
export interface Source {
  readonly start: number
  readonly end: number
  /** A list or map in brackets. */
  readonly flow: boolean
  /** The value is at its anchor; here is only `*name`. */
  readonly alias: boolean
}

/**
 * A value with its place. Aliases are resolved and share the parts of the anchor's tree, merge keys are merged, tags of YAML are
 * dropped, and words without quotes have their type of YAML 1.1, as in Kubernetes.
 */
export type Tree = (MapTree | ListTree | Scalar) & {
  /** A custom tag such as docker compose's `!reset`; only in files whose scalars are all read as text. */
  readonly tag?: string
}

export interface MapTree {
  readonly kind: 'map'
  readonly at: Position
  readonly source: Source
  /** The map's own entries in order, then the merged ones. */
  readonly entries: readonly Entry[]
  /** Its merge keys (`<<`) with their values; undefined when there are none. */
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
   * The place of the text's first character, if the text is in the file unchanged and all its lines begin at this column: literal
   * blocks (`|`), and quoted or plain text on one line without escapes. Then places within the text are exact.
   */
  readonly textAt?: Position
  /** Its lines were joined: a block with `>`. */
  readonly folded?: true
}

export interface Entry {
  readonly key: string
  readonly keyAt: Position
  readonly keySource: Source
  readonly value: Tree
  /** Whether the entry comes from another map by `<<`. */
  readonly merged: boolean
}

/** The place of `*name`, and the value at its anchor. */
export interface Alias {
  readonly source: Source
  readonly target: Tree
}

/** A fault in the user's input: its place, what is wrong, and how to fix it. */
export interface Fault {
  readonly at: Position
  /** The container that has the fault, if there is one. */
  readonly container?: string
  readonly what: string
  readonly fix: string
}

/**
 * Words a fault as one line, `file:line:column: container "x": what; fix`, a form that editors and CI understand.
 * @param linesBefore the number of lines before the text in its file
 */
export function describeFault(file: string, fault: Fault, linesBefore = 0): string {
  const whose = fault.container === undefined ? '' : `container "${fault.container}": `
  const place = `${file}:${fault.at.line + linesBefore}:${fault.at.column}`
  return cite(`${place}: ${whose}${fault.what}; ${fault.fix}`, LONGEST_LINE)
}

/** The same for a text that was made from the file, in which nobody can look up a place: `file: container "x": what; fix`. */
export function describeUnplaced(file: string, { container, what, fix }: Fault): string {
  const whose = container === undefined ? '' : `container "${container}": `
  return cite(`${file}: ${whose}${what}; ${fix}`, LONGEST_LINE)
}

/** Sorts by the order of the file; faults at one place keep their order. */
export function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

/** The entry of a map; undefined when there is none, or the tree is not a map. */
export function findEntry(tree: Tree | undefined, key: string): Entry | undefined {
  if (tree?.kind !== 'map') return undefined
  for (const entry of tree.entries) if (entry.key === key) return entry
  return undefined
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

/** What an alias shares with its anchor: the entries of a map, the items of a list. */
export function partsOf(tree: Tree | undefined): readonly unknown[] | undefined {
  return tree?.kind === 'map' ? tree.entries : tree?.kind === 'list' ? tree.items : undefined
}

/**
 * Visits a tree and everything in it, in the order of the text. Maps and lists that an alias shares are visited once.
 * @param visit returns whether to visit what is in the part. `path` leads to the part, and changes after the call.
 */
export function walkTree(tree: Tree, visit: (part: Tree, path: readonly (string | number)[]) => boolean): void {
  const path: (string | number)[] = []
  const seen = new Set<unknown>()
  const walk = (part: Tree): void => {
    const parts = partsOf(part)
    if ((parts !== undefined && seen.has(parts)) || !visit(part, path) || part.kind === 'scalar') return
    seen.add(parts)
    const depth = path.length
    if (part.kind === 'list') {
      for (const [index, item] of part.items.entries()) {
        path[depth] = index
        walk(item)
      }
    } else {
      for (const { key, value } of part.entries) {
        path[depth] = key
        walk(value)
      }
    }
    path.length = depth
  }
  walk(tree)
}

/** The items of the list at a path; none when there is no list. */
export function listItems(tree: Tree, ...path: readonly (string | number)[]): readonly Tree[] {
  const list = findTree(tree, path)
  return list?.kind === 'list' ? list.items : []
}

/** The type of a value in the words of a fault: `a map`, `a list`, `text`, `a number`, `true or false`, `empty`. */
export function describeKind(tree: Tree): string {
  if (tree.kind !== 'scalar') return `a ${tree.kind}`
  if (tree.value === null || tree.value === '') return 'empty'
  if (typeof tree.value === 'string') return 'text'
  return typeof tree.value === 'number' ? 'a number' : 'true or false'
}

/** Converts a place within a scalar's text (line and column from 1) to one in the file; the scalar's own place when unknown. */
export function placeWithin(scalar: Scalar, inner: Position): Position {
  if (scalar.textAt === undefined) return scalar.at
  return { line: scalar.textAt.line + inner.line - 1, column: scalar.textAt.column + inner.column - 1 }
}

/** The value of a key by the map's merge keys. The last merge key counts; of a list, the first map (goyaml.v2, decode.go). */
export function findMerged({ merges = [] }: MapTree, key: string): Tree | undefined {
  const maps = merges.flatMap(({ value }) => (value.kind === 'list' ? value.items.toReversed() : [value]))
  return maps.map((map) => findEntry(map, key)).findLast((entry) => entry !== undefined)?.value
}

/** Converts a tree to plain JavaScript values. Aliases share their values. Every key is an own property, `__proto__` too. */
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
