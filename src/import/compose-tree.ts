/** Trees of compose files: where they come from, their variables, and how values are read from them. */
import { type Entry, findEntry, type MapTree, type Scalar, type Tree } from '../manifest/tree.ts'
import { interpolate, type Lookup } from './interpolate.ts'
import type { FilePlace, Remarks } from './remark.ts'

/** A file, and the base of relative paths in it. */
export interface Origin {
  readonly file: string
  readonly directory: string
}

/** The file from which each part of a merged tree comes. */
export interface Origins {
  set(part: Tree | Entry, origin: Origin): void
  of(part: Tree | Entry): Origin
}

export function createOrigins(): Origins {
  const known = new WeakMap<Tree | Entry, Origin>()
  return {
    set: (part, origin) => void known.set(part, origin),
    of: (part) => known.get(part) ?? { file: 'compose file', directory: '.' },
  }
}

/** State that all readers of a project share. */
export interface ComposeContext {
  readonly origins: Origins
  readonly remarks: Remarks
}

export function placeOf(part: Tree | Entry, { origins }: ComposeContext): FilePlace {
  return { file: origins.of(part).file, at: 'keyAt' in part ? part.keyAt : part.at }
}

/**
 * Replaces the variables in a tree and records its origin. Keys are not changed, as in docker compose.
 * @param lookup undefined: the file has no variables
 */
export function adoptTree(tree: Tree, origin: Origin, lookup: Lookup | undefined, context: ComposeContext): Tree {
  const known = new Map<Tree, Tree>()
  const adopt = (part: Tree): Tree => {
    const made = known.get(part) ?? make(part)
    known.set(part, made)
    context.origins.set(made, origin)
    return made
  }
  const make = (part: Tree): Tree => {
    if (part.kind === 'scalar') return lookup === undefined ? { ...part } : adoptScalar(part, origin, lookup, context)
    if (part.kind === 'list') return { ...part, items: part.items.map(adopt) }
    const entries = part.entries.map((entry) => {
      const adopted = { ...entry, value: adopt(isReset(entry.value) ? emptyOf(entry.value) : entry.value) }
      context.origins.set(adopted, origin)
      return adopted
    })
    return { ...part, entries }
  }
  return adopt(tree)
}

/** Whether a value removes the value of earlier files. */
export const isReset = ({ tag }: Tree): boolean => tag === '!reset'

function emptyOf({ at, source }: Tree): Tree {
  return { kind: 'scalar', at, source, value: null, tag: '!reset' }
}

function adoptScalar(scalar: Scalar, { file }: Origin, lookup: Lookup, { remarks }: ComposeContext): Scalar {
  if (typeof scalar.value !== 'string') return { ...scalar }
  if (isPlainNull(scalar)) return { ...scalar, value: null }
  const made = interpolate(scalar.value, lookup)
  const place = { file, at: scalar.at }
  if ('problem' in made) {
    remarks.refuseOnce(place, undefined, made.problem, made.fix)
    return { ...scalar }
  }
  for (const name of made.unset) {
    const fix = `set it in the environment or in .env, or give it a default: \${${name}:-default}`
    remarks.noteOnce(place, undefined, `the variable ${name} is not set: it is empty here`, fix)
  }
  return { ...scalar, value: made.text }
}

/** Whether the scalar is empty, `null` or `~` without quotes: then its source is as long as its value. */
function isPlainNull({ value, source }: Scalar): boolean {
  return /^(?:null|Null|NULL|~|)$/.test(String(value)) && source.end - source.start === String(value).length
}

/** The text of a scalar; undefined when it is missing, empty, or not a scalar. */
export function wordOf(tree: Tree | undefined): string | undefined {
  if (tree?.kind !== 'scalar' || tree.value === null || tree.value === '') return undefined
  return String(tree.value)
}

/** Reads a list; a single word is a list with one item. */
export function readItems(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined || (tree.kind === 'scalar' && wordOf(tree) === undefined)) return []
  return tree.kind === 'list' ? tree.items : [tree]
}

export function wordsOf(tree: Tree | undefined): readonly string[] {
  return readItems(tree).flatMap((item) => wordOf(item) ?? [])
}

/** Reads a boolean of YAML 1.1, as compose does. A boolean from a variable is text. */
export function booleanOf(tree: Tree | undefined): boolean | undefined {
  const word = wordOf(tree)?.toLowerCase()
  if (word === undefined) return undefined
  if (['true', 'yes', 'on', 'y', '1'].includes(word)) return true
  return ['false', 'no', 'off', 'n', '0'].includes(word) ? false : undefined
}

/** A variable of `environment` and similar keys; without a value, the value comes from the environment of compose. */
export interface NamedValue {
  readonly name: string
  readonly value: string | undefined
  readonly at: Tree | Entry
}

/** Reads `{A: b}` or `["A=b"]`. @param separator between name and value in a list */
export function pairsOf(tree: Tree | undefined, separator = '='): readonly NamedValue[] {
  if (tree?.kind === 'map') {
    return tree.entries.map((entry) => {
      const { value } = entry
      const text = value.kind === 'scalar' && value.value !== null ? String(value.value) : undefined
      return { name: entry.key, value: text, at: entry }
    })
  }
  return readItems(tree).flatMap((item) => {
    const word = wordOf(item)
    if (word === undefined) return []
    const at = word.indexOf(separator)
    return [{ name: at === -1 ? word : word.slice(0, at), value: at === -1 ? undefined : word.slice(at + 1), at: item }]
  })
}

export function fieldAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  return path.reduce<Tree | undefined>((found, key) => findEntry(found, key)?.value, tree)
}

export function isMap(tree: Tree | undefined): tree is MapTree {
  return tree?.kind === 'map'
}
