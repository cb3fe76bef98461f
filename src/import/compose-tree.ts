/** Trees of compose files: where they come from, their variables, and how values are read from them. */
import { type Entry, findEntry, type MapTree, type Scalar, type Tree } from '../manifest/tree.ts'
import { interpolate, type Lookup } from './interpolate.ts'
import type { FilePlace, Remarks } from './remark.ts'

/** A file, and what relative paths in it are relative to. */
export interface Origin {
  readonly file: string
  readonly directory: string
}

/** Which file each part of a merged tree stands in. */
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

/** What reading a project has at hand. */
export interface ComposeContext {
  readonly origins: Origins
  readonly remarks: Remarks
}

export function placeOf(part: Tree | Entry, { origins }: ComposeContext): FilePlace {
  return { file: origins.of(part).file, at: 'keyAt' in part ? part.keyAt : part.at }
}

/**
 * The tree with its variables replaced, and with its origin known. Keys stay as they are, as in docker compose.
 * @param lookup undefined: the file knows no variables
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

/** Whether a value takes away what the files below say, and says nothing itself. */
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

/** Nothing, `null` or `~`, without quotes: what is written is as long as what is read. */
function isPlainNull({ value, source }: Scalar): boolean {
  return /^(?:null|Null|NULL|~|)$/.test(String(value)) && source.end - source.start === String(value).length
}

/** The text of a scalar; undefined for what is missing, empty, or no scalar. */
export function wordOf(tree: Tree | undefined): string | undefined {
  if (tree?.kind !== 'scalar' || tree.value === null || tree.value === '') return undefined
  return String(tree.value)
}

/** A word alone is a list of one. */
export function readItems(tree: Tree | undefined): readonly Tree[] {
  if (tree === undefined || (tree.kind === 'scalar' && wordOf(tree) === undefined)) return []
  return tree.kind === 'list' ? tree.items : [tree]
}

export function wordsOf(tree: Tree | undefined): readonly string[] {
  return readItems(tree).flatMap((item) => wordOf(item) ?? [])
}

/** Compose's booleans, as YAML 1.1 has them; a variable makes text of them. */
export function booleanOf(tree: Tree | undefined): boolean | undefined {
  const word = wordOf(tree)?.toLowerCase()
  if (word === undefined) return undefined
  if (['true', 'yes', 'on', 'y', '1'].includes(word)) return true
  return ['false', 'no', 'off', 'n', '0'].includes(word) ? false : undefined
}

/** A `NAME` of `environment` and its like; no value: it is taken from where compose runs. */
export interface NamedValue {
  readonly name: string
  readonly value: string | undefined
  readonly at: Tree | Entry
}

/** `{A: b}` or `["A=b"]`. @param separator between name and value in a list */
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
