/**
 * Changes to a YAML or JSON text that keep every other byte. Each insertion has a counterpart that restores the text exactly:
 * `insertPair` and `removePairs`, `insertItems` and `removeItems`.
 */
import { insertion, type Splice } from './apply-splices.ts'
import { columnOf, type Page, startOfLine } from './text-page.ts'
import type { Entry, ListTree, MapTree, Tree } from './tree.ts'
import { type Spelling, type Style, writeItem, writeValue } from './yaml-text.ts'

interface Span {
  readonly start: number
  readonly end: number
}

/** The style of a collection's entries or items. */
export function styleWithin(collection: MapTree | ListTree, { text, layout }: Page): Style {
  const { source } = collection
  const [first] = spansOf(collection, text)
  if (!source.flow) {
    const style = { ...layout, flow: false, indent: columnOf(first?.start ?? source.start, text) }
    const dash = collection.kind === 'list' ? /^- +(?=[^\s#])/.exec(text.slice(first?.start, first?.end)) : null
    return dash === null ? style : { ...style, dash: dash[0] }
  }
  if (first === undefined || !text.slice(source.start, first.start).includes('\n')) {
    return { ...layout, flow: true, indent: 0 }
  }
  const line = text.slice(startOfLine(source.start, text))
  const indent = columnOf(first.start, text)
  const step = Math.max(1, indent - (/^[ \t]*/.exec(line)?.[0].length ?? 0))
  return { ...layout, flow: true, indent, step }
}

/** The style of a new value of a key. A list or map gets the style of the old one, if that was not empty. */
export function styleOfValue(value: unknown, like: Tree | undefined, outer: Style, page: Page): Style {
  const old = like === undefined || like.source.alias || isEmpty(like) ? undefined : like
  if (outer.flow || old?.source.flow === true) {
    const { step, ...others } = outer
    const spread = old === undefined || page.text.slice(old.source.start, old.source.end).includes('\n')
    return { ...others, flow: true, ...(spread && step !== undefined ? { step } : {}) }
  }
  if (!Array.isArray(value)) return { ...outer, indent: outer.indent + outer.nest }
  return old?.kind === 'list' ? styleWithin(old, page) : { ...outer, indent: outer.indent + outer.dashes }
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' || (tree.kind === 'list' ? tree.items : tree.entries).length === 0
}

/** The part of an entry behind its colon. When a block value begins below, a comment on the key's line is not included. */
export function findRegion(entry: Entry, { text }: Page): Span {
  const { keySource, value } = entry
  const colon = text.indexOf(':', keySource.end) + 1
  const line = endOfLine(colon, text)
  const below = value.kind !== 'scalar' && !value.source.flow && !value.source.alias && line < value.source.start
  return { start: below ? line : colon, end: trimLineEnd(endOfEntry(entry, text), text) }
}

/**
 * Replaces the region's text. White space and a comment on the key's line stay there, even if the old or the new text begins below
 * it. In brackets, a comma and other entries may follow on that line.
 */
export function replaceRegion(map: MapTree, entry: Entry, put: string, page: Page): readonly Splice[] {
  const { text, layout } = page
  const { start, end } = findRegion(entry, page)
  if (map.source.flow) return [{ start, end, text: put }]
  const [wasBelow, goesBelow] = [text.slice(start, end), put].map((value) => value.startsWith(layout.eol))
  const colon = text.indexOf(':', entry.keySource.end) + 1
  if (wasBelow && !goesBelow) return [insertion(colon, put), { start, end, text: '' }]
  const line = endOfLine(end, text)
  if (!wasBelow && goesBelow) return [{ start, end, text: '' }, insertion(line, put)]
  return [{ start, end, text: put }]
}

/** The end of an entry; without a value, the end of its colon. */
function endOfEntry({ keySource, value: { source } }: Entry, text: string): number {
  const colon = text.indexOf(':', keySource.end) + 1
  return source.start === source.end ? colon : source.end
}

/** Writes the text of a region. */
export function writeRegion(value: unknown, style: Style, spell?: Spelling): string {
  const text = writeValue(value, style, spell)
  return text.startsWith(style.eol) && !style.flow ? text : ` ${text}`
}

/** Inserts an entry behind another one of the map itself, or first. */
export function insertPair(map: MapTree, after: Entry | undefined, written: string, page: Page): Splice {
  return insertAt(map, indexOfEntry(map, after), written, page)
}

/** Inserts the exact text that `removePairs` removed from this place. */
export function reinsertPair(map: MapTree, after: Entry | undefined, removed: string, page: Page): Splice {
  const { start } = insertAt(map, indexOfEntry(map, after), '', page)
  const { eol } = page.layout
  // Behind a block scalar, whole lines were removed. The previous entry may now be another value, which ends before its line end.
  const areLines = removed.endsWith(eol) && !removed.startsWith(eol) && page.text.startsWith(eol, start)
  return insertion(areLines ? start + eol.length : start, removed)
}

function indexOfEntry(map: MapTree, entry: Entry | undefined): number {
  return entry === undefined ? -1 : ownEntries(map).indexOf(entry)
}

/** Removes entries that follow each other. */
export function removePairs(map: MapTree, first: Entry, last: Entry, page: Page): Splice {
  return removeBetween(map, indexOfEntry(map, first), indexOfEntry(map, last), page)
}

/** Inserts items before or behind all others. */
export function insertItems(
  list: ListTree,
  where: 'first' | 'last',
  items: readonly unknown[],
  page: Page,
  spell?: Spelling,
): Splice {
  const style = styleWithin(list, page)
  const written = items.map((item) => (style.flow ? writeValue(item, style, spell) : writeItem(item, style, spell)))
  return insertAt(list, where === 'first' ? -1 : list.items.length - 1, written.join(separate(style)), page)
}

/** Removes items, but not all items of a block list. */
export function removeItems(list: ListTree, from: number, count: number, page: Page): Splice {
  return removeBetween(list, from, from + count - 1, page)
}

/** Replaces an item. */
export function replaceItem(item: Tree, value: unknown, list: ListTree, page: Page, spell?: Spelling): Splice {
  const style = styleWithin(list, page)
  const text = style.flow ? writeValue(value, style, spell) : writeItem(value, style, spell).slice(style.dash.length)
  return { start: item.source.start, end: trimLineEnd(item.source.end, page.text), text }
}

function separate({ flow, step, eol, indent, blank }: Style): string {
  if (flow && step === undefined) return ', '
  return (flow ? ',' : '') + eol + blank.repeat(indent)
}

/** @param index of the part before the insertion; -1 = insert first */
function insertAt(parent: MapTree | ListTree, index: number, written: string, page: Page): Splice {
  const { text } = page
  const style = styleWithin(parent, page)
  const spans = spansOf(parent, text)
  const between = separate(style)
  if (index === -1 && style.flow) {
    const put =
      spans.length === 0 ? written : style.step === undefined ? written + between : between.slice(1) + written + ','
    return insertion(parent.source.start + 1, put)
  }
  const previous = spans[index]
  if (previous === undefined) return insertion(spans[0]?.start ?? parent.source.start, written + between)
  if (style.flow) return insertion(previous.end, between + written)
  // A block scalar includes its line end.
  if (text[previous.end - 1] === '\n') return insertion(previous.end, ' '.repeat(style.indent) + written + style.eol)
  return insertion(endOfLine(previous.end, text), between + written)
}

/** The inverse of `insertAt`. */
function removeBetween(parent: MapTree | ListTree, from: number, to: number, page: Page): Splice {
  const { text } = page
  const style = styleWithin(parent, page)
  const spans = spansOf(parent, text)
  const [first, last] = [spans[from], spans[to]]
  if (first === undefined || last === undefined) throw new RangeError(`no parts ${from} to ${to} of ${spans.length}`)
  const previous = spans[from - 1]
  const next = spans[to + 1]
  const cut = (start: number, end: number): Splice => ({ start, end, text: '' })
  if (style.flow) {
    if (previous !== undefined) return cut(previous.end, last.end)
    if (next === undefined) return cut(parent.source.start + 1, last.end)
    const comma = text.indexOf(',', last.end) + 1
    return cut(parent.source.start + 1, style.step === undefined && text[comma] === ' ' ? comma + 1 : comma)
  }
  if (previous === undefined) return cut(first.start, next?.start ?? last.end)
  const end = text[last.end - 1] === '\n' ? trimLineEnd(last.end, text) : endOfLine(last.end, text)
  if (text[previous.end - 1] !== '\n') return cut(endOfLine(previous.end, text), end)
  return cut(previous.end, text.indexOf('\n', end) + 1 || text.length)
}

/** Lists the entries of the map itself, including merge keys. */
function ownEntries({ entries, merges }: MapTree): readonly Entry[] {
  if (merges === undefined) return entries
  const own = [...entries.filter(({ merged }) => !merged), ...merges]
  return own.toSorted((a, b) => a.keySource.start - b.keySource.start)
}

/** The span of each part, including a list's dashes. */
function spansOf(collection: MapTree | ListTree, text: string): readonly Span[] {
  if (collection.kind === 'map') {
    return ownEntries(collection).map((entry) => ({ start: entry.keySource.start, end: endOfEntry(entry, text) }))
  }
  const { source, items } = collection
  if (source.flow) return items.map((item) => item.source)
  const column = columnOf(source.start, text)
  return items.map(({ source: { start, end } }) => ({ start: findDash(start, column, text), end }))
}

/** Finds the dash of an item in the list's column. Anchors, tags and comments may be between the dash and the item. */
function findDash(start: number, column: number, text: string): number {
  for (let line = startOfLine(start, text); ; line = startOfLine(line - 1, text)) {
    const dash = line + column
    if (dash < start + 1 && /^-(?:\s|$)/.test(text.slice(dash, dash + 2)) && /^[\s-]*$/.test(text.slice(line, dash)))
      return dash
    if (line === 0) return start
  }
}

/** The offset of the line end behind `offset`. */
function endOfLine(offset: number, text: string): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : trimLineEnd(end + 1, text)
}

function trimLineEnd(end: number, text: string): number {
  if (text[end - 1] !== '\n') return end
  return text[end - 2] === '\r' ? end - 2 : end - 1
}
