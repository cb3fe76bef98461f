/** Edits a manifest's text so that it has new values, with the smallest changes. Pure. */
import type { Texts } from '../pod/original.ts'
import type { Splice } from './apply-splices.ts'
import { isEqual } from './equality.ts'
import { countGone, findGone, isAligned } from './list-changes.ts'
import { marginOf, type Page } from './text-page.ts'
import {
  insertItems,
  insertPair,
  removeItems,
  reinsertPair,
  removePairs,
  replaceItem,
  replaceRegion,
  styleOfValue,
  styleWithin,
  writeRegion,
} from './splice.ts'
import {
  type Alias,
  type Entry,
  findMerged,
  type ListTree,
  type MapTree,
  partsOf,
  type Source,
  toPlain,
  type Tree,
} from './tree.ts'
import { findComments, putComments } from './comments.ts'
import { writeTree } from './spelling.ts'
import { type Spelling, type Style, writePair } from './yaml-text.ts'

/** Fields of a container that are replaced whole. Outside containers, fields with these names may hold whole pods. */
const REPLACED = new Set(['startupProbe', 'livenessProbe', 'readinessProbe', 'resources'])
/** The same for a field in a container's lifecycle. */
const REPLACED_HOOK = 'preStop'

/** How the fields of a map are to be written. */
export interface Hint {
  /** The exact text of fields: from the colon on, or the whole field when it is missing. */
  readonly texts?: Texts
  /** The spelling of the words in `command` and `args`. */
  readonly spell?: Spelling
}

export interface Document {
  readonly tree: Tree
  readonly value: unknown
  readonly aliases: readonly Alias[]
}

interface Editing {
  readonly page: Page
  readonly hints: ReadonlyMap<Tree, Hint>
  readonly splices: Splice[]
  /** The collections that change, each as its `entries` or `items`, which an alias shares with its anchor. */
  readonly touched: Set<unknown>
}

/** @param after the wanted value. Parts that do not change should be the same objects as in the old value, which is faster. */
export function editDocument(
  { tree, value, aliases }: Document,
  after: unknown,
  page: Page,
  hints: ReadonlyMap<Tree, Hint>,
): readonly Splice[] {
  const editing: Editing = { page, hints, splices: [], touched: new Set() }
  editTree(tree, value, after, editing, undefined)
  return [...editing.splices, ...writeOut(aliases, editing)]
}

/** Replaces aliases by the old value when the value at their anchor changes or is removed. */
function writeOut(aliases: readonly Alias[], { page, splices, touched }: Editing): readonly Splice[] {
  const removed = splices.filter(({ start, end }) => end > start)
  // The beginning decides: a block scalar includes its last line end, and a removal may not.
  const isRemoved = ({ start, end }: Source) =>
    removed.some((splice) => splice.start <= start && Math.min(start + 1, end) <= splice.end)
  return aliases.flatMap(({ source, target }) => {
    if (isRemoved(source) || !(touched.has(partsOf(target)) || isRemoved(target.source))) return []
    return [{ start: source.start, end: source.end, text: writeTree(target, page) }]
  })
}

function editTree(tree: Tree, before: unknown, after: unknown, editing: Editing, spell: Spelling | undefined): void {
  if (tree.kind === 'map') editMap(tree, before as Fields, after as Fields, editing)
  else if (tree.kind === 'list')
    editList(tree, before as readonly unknown[], after as readonly unknown[], editing, spell)
}

type Fields = Readonly<Record<string, unknown>>

function editMap(map: MapTree, before: Fields, after: Fields, editing: Editing): void {
  const { page, splices, touched } = editing
  const { texts = {}, spell: spellWord } = editing.hints.get(map) ?? {}
  const own = new Map(map.entries.flatMap((entry) => (entry.merged ? [] : [[entry.key, entry] as const])))
  const isGone = ({ key }: Entry): boolean =>
    !Object.hasOwn(after, key) ||
    (!Object.hasOwn(texts, key) && !isEqual(before[key], after[key]) && isMerged(map, key, after[key]))
  let previous: Entry | undefined
  for (const [key, value] of Object.entries(after)) {
    const entry = own.get(key)
    if (entry !== undefined && isGone(entry)) continue
    if (!Object.hasOwn(before, key) || !isEqual(before[key], value)) {
      touched.add(map.entries)
      const text = Object.hasOwn(texts, key) ? texts[key] : undefined
      const spell = key === 'command' || key === 'args' ? spellWord : undefined
      if (entry === undefined) {
        splices.push(
          text === undefined
            ? insertPair(map, behindMerges(map, previous), writeNew(map, key, value, page, spell), page)
            : reinsertPair(map, behindMerges(map, previous), text, page),
        )
      } else if (text === undefined && !isReplaced(key, spellWord) && canEdit(entry.value, before[key], value)) {
        editTree(entry.value, before[key], value, editing, spell)
      } else {
        splices.push(...replaceRegion(map, entry, text ?? writeAnew(map, entry, value, page, spell), page))
      }
    }
    previous = entry ?? previous
  }
  for (const { first, last } of findRuns([...own.values()], isGone)) {
    touched.add(map.entries)
    splices.push(removePairs(map, first, last, page))
  }
}

/** @param spellWord the spelling of words, which only containers have */
function isReplaced(key: string, spellWord: Spelling | undefined): boolean {
  return key === REPLACED_HOOK || (spellWord !== undefined && REPLACED.has(key))
}

/** Puts an entry behind the merge keys: a merge key behind the entry would override it. */
function behindMerges({ merges = [] }: MapTree, previous: Entry | undefined): Entry | undefined {
  const last = merges.at(-1)
  return last !== undefined && (previous?.keySource.start ?? -1) < last.keySource.start ? last : previous
}

/** Writes a new value, with the comments of the old one before it. */
function writeAnew(map: MapTree, entry: Entry, value: unknown, page: Page, spell: Spelling | undefined): string {
  const style = styleOfValue(value, entry.value, styleWithin(map, page), page)
  const indent = Math.max(style.indent, marginOf(entry.keySource.start, page.text))
  return putComments(findComments(entry, page), writeRegion(value, style, spell), { ...style, indent })
}

/** Whether `<<` gives this value when the map itself has no such key. */
function isMerged(map: MapTree, key: string, value: unknown): boolean {
  const merged = findMerged(map, key)
  return merged !== undefined && isEqual(toPlain(merged), value)
}

/** Groups the removed entries that follow each other. */
function findRuns(
  entries: readonly Entry[],
  isGone: (entry: Entry) => boolean,
): readonly { readonly first: Entry; readonly last: Entry }[] {
  const runs: { first: Entry; last: Entry }[] = []
  entries.forEach((entry, index) => {
    if (!isGone(entry)) return
    const run = runs.at(-1)
    if (run !== undefined && run.last === entries[index - 1]) run.last = entry
    else runs.push({ first: entry, last: entry })
  })
  return runs
}

/** Edits a list: inserts items before or behind the old ones, removes items, or changes items in place. */
function editList(
  list: ListTree,
  before: readonly unknown[],
  after: readonly unknown[],
  editing: Editing,
  spell: Spelling | undefined,
): void {
  const { page, splices, touched } = editing
  touched.add(list.items)
  const more = after.length - before.length
  const editItem = (index: number, value: unknown): void => {
    const item = list.items[index]
    if (item === undefined || isEqual(before[index], value)) return
    if (canEdit(item, before[index], value)) editTree(item, before[index], value, editing, spell)
    else splices.push(replaceItem(item, value, list, page, spell))
  }
  if (more > 0) {
    const rest = after.slice(more)
    const where = isAligned(before, rest) ? 'first' : 'last'
    const items = where === 'first' ? after.slice(0, more) : after.slice(-more)
    splices.push(insertItems(list, where, items, page, spell))
    if (where === 'first') rest.forEach((value, index) => editItem(index, value))
  } else if (more < 0) {
    const gone = findGone(before, after)
    for (const { from, count } of gone) splices.push(removeItems(list, from, count, page))
    const left = before.flatMap((_, index) =>
      gone.some(({ from, count }) => index >= from && index < from + count) ? [] : [index],
    )
    left.forEach((index, place) => editItem(index, after[place]))
  } else {
    after.forEach((value, index) => editItem(index, value))
  }
}

/** Whether a part of the text can stay. */
function canEdit(tree: Tree, before: unknown, after: unknown): boolean {
  if (tree.kind === 'scalar' || tree.source.alias || typeof after !== 'object' || after === null) return false
  if (tree.kind === 'map') return !Array.isArray(after)
  if (!Array.isArray(after) || !Array.isArray(before)) return false
  const more = after.length - before.length
  if (before.length === 0 || after.length === 0) return false
  if (more > 0) return isAligned(before, after.slice(more)) || isEqual(before, after.slice(0, before.length))
  if (more === 0) return before.every((item) => typeof item === 'object')
  return countGone(before, after) === -more
}

function writeNew(map: MapTree, key: string, value: unknown, page: Page, spell: Spelling | undefined): string {
  const style = styleWithin(map, page)
  const dashes = key === 'args' && !style.flow ? styleOfArgs(map, page).indent - style.indent : style.dashes
  return writePair(key, value, { ...style, dashes }, spell)
}

/** The style of a container's args; without args, the style of its command. */
export function styleOfArgs(container: MapTree, page: Page): Style {
  const find = (field: string) => container.entries.find(({ key, merged }) => key === field && !merged)?.value
  const [args, command] = [find('args'), find('command')]
  if (args?.kind === 'list' && !args.source.alias) return styleWithin(args, page)
  const outer = styleWithin(container, page)
  const like = command?.kind === 'list' && !command.source.flow && !command.source.alias ? command : undefined
  return styleOfValue([], like, outer, page)
}
