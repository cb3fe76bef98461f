/** The rewrite and the restoring as small changes to a manifest's text. Pure. */
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { type Original, readOriginal } from '../pod/original.ts'
import { restorePod } from '../rewrite/restore.ts'
import type { TextOf } from '../rewrite/wrap.ts'
import { type Document, editDocument, type Hint, styleOfArgs } from '../manifest/manifest-edit.ts'
import { applySplices, type Splice } from '../manifest/apply-splices.ts'
import { openPage, type Page } from '../manifest/text-page.ts'
import { carryOver, collectSpellings, spellFrom } from '../manifest/spelling.ts'
import { findRegion, removePairs, styleOfValue, styleWithin, writeRegion } from '../manifest/splice.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { type Entry, findEntry, listItems, type MapTree, type Tree } from '../manifest/tree.ts'

export interface ChangedPod extends FoundPod {
  readonly after: PodTemplate
}

/** @returns the value of each document with its changed pods */
export function changeDocuments(documents: readonly Document[], pods: readonly ChangedPod[]): readonly unknown[] {
  const byDocument = Map.groupBy(pods, ({ document }) => document)
  return documents.map((document) =>
    (byDocument.get(document) ?? []).reduce((value, { path, after }) => putAt(value, path, after), document.value),
  )
}

/** @returns undefined when small changes are not enough */
export function editText(
  text: string,
  documents: readonly Document[],
  values: readonly unknown[],
  hints: ReadonlyMap<Tree, Hint>,
): string | undefined {
  const splices: Splice[] = []
  documents.forEach((document, index) => {
    if (values[index] === document.value) return
    const page = openPage(text, document.tree.source)
    for (const splice of editDocument(document, values[index], page, hints)) splices.push(splice)
  })
  return applySplices(text, splices)
}

/** Hints for the rewrite, so that words keep their spelling. */
export function hintWords(pods: readonly FoundPod[], text: string): ReadonlyMap<Tree, Hint> {
  const hints = new Map<Tree, Hint>()
  for (const { tree } of pods) {
    for (const container of listContainers(tree)) {
      hints.set(container, { spell: spellFrom(collectSpellings(container, text)) })
    }
  }
  return hints
}

/** Hints for restoring: the notes of the rewrite. */
export function hintOriginals(pods: readonly FoundPod[], text: string): ReadonlyMap<Tree, Hint> {
  const hints = new Map(hintWords(pods, text))
  for (const { tree, template } of pods) {
    const original = readOriginal(template)
    if (original === undefined || original === 'unreadable') continue
    for (const part of ['metadata', 'spec']) {
      const map = findEntry(tree, part)?.value
      if (map !== undefined && original.text !== undefined) hints.set(map, { texts: original.text })
    }
    hintContainers(tree, template, original, hints)
  }
  return hints
}

function hintContainers(tree: Tree, template: PodTemplate, original: Original, hints: Map<Tree, Hint>): void {
  const notes = new Map(Object.entries(original.containers))
  listContainers(tree).forEach((container, index) => {
    const texts = notes.get(allContainers(template.spec)[index]?.name ?? '')?.text
    if (texts === undefined) return
    hints.set(container, { ...hints.get(container), texts })
    const lifecycle = findEntry(container, 'lifecycle')?.value
    if (lifecycle !== undefined) hints.set(lifecycle, { texts })
  })
}

/** Finds the original text of a field, which the rewrite notes for restoring. */
export function createTextOf({ tree, template, document }: FoundPod, text: string): TextOf {
  const page = openPage(text, document.tree.source)
  const all = allContainers(template.spec)
  const containers = new Map(listContainers(tree).map((map, index) => [all[index]?.name, map]))
  const values = new Map(all.map((container) => [container.name, container]))
  const metadata = findEntry(tree, 'metadata')?.value
  const spec = findEntry(tree, 'spec')?.value
  return (name, field) => {
    const holder = name === undefined ? (field === 'labels' ? metadata : spec) : containers.get(name)
    const isHook = field === 'postStart' || field === 'preStop'
    const map = isHook ? findEntry(holder, 'lifecycle')?.value : holder
    const entry = findEntry(map, field)
    if (map?.kind !== 'map' || map.source.alias || entry === undefined || entry.merged) return undefined
    if (field === 'postStart') return map.entries.length === 1 ? undefined : noteRemoval(map, entry, page)
    const container = name === undefined ? undefined : values.get(name)
    const fields = isHook ? container?.['lifecycle'] : (container ?? { ...template.spec, ...template.metadata })
    const value = (fields as Readonly<Record<string, unknown>> | undefined)?.[field]
    return noteText(map, entry, value, page)
  }
}

/** @returns undefined when restoring writes the same text without a note */
function noteText(map: MapTree, entry: Entry, value: unknown, page: Page): string | undefined {
  const { key } = entry
  if (Array.isArray(value) && value.length > 0 && key !== 'command' && !entry.value.source.alias) return undefined
  // `lifecycle` is removed together with its only hook.
  if (key === 'lifecycle' && Object.keys(value as object).join() === 'postStart') return noteRemoval(map, entry, page)
  const region = findRegion(entry, page)
  const text = page.text.slice(region.start, region.end)
  // The rest of `lifecycle` stays, unless it is an alias.
  if (key === 'lifecycle') return entry.value.source.alias ? text : undefined
  const style = styleOfValue(value, entry.value, styleWithin(map, page), page)
  const words = key === 'command' ? (value as Container['command']) : undefined
  const spellings = words && carryOver(words, collectSpellings(map, page.text), styleOfArgs(map, page))
  return writeRegion(value, style, spellings && spellFrom(spellings)) === text ? undefined : text
}

function noteRemoval(map: MapTree, entry: Entry, page: Page): string {
  const { start, end } = removePairs(map, entry, entry, page)
  return page.text.slice(start, end)
}

/** Restores the pods that were rewritten; leaves out the others. */
export function restorePods(pods: readonly FoundPod[]): readonly ChangedPod[] {
  return pods.flatMap((pod) => {
    const after = restorePod(pod.template).template
    return after === pod.template ? [] : [{ ...pod, after }]
  })
}

/** Lists init containers too, since native sidecars are rewritten. */
function listContainers(template: Tree): readonly MapTree[] {
  return ['initContainers', 'containers']
    .flatMap((list) => listItems(template, 'spec', list))
    .flatMap((item) => (item.kind === 'map' ? [item] : []))
}

/** Copies only the maps and lists on the path; the rest is shared. */
function putAt(value: unknown, [step, ...path]: readonly (string | number)[], put: unknown): unknown {
  if (step === undefined) return put
  if (Array.isArray(value)) return value.with(Number(step), putAt(value[Number(step)], path, put))
  const record = value as Readonly<Record<string, unknown>>
  return { ...record, [step]: putAt(record[step], path, put) }
}
