/** The spelling of a container's `command` and `args` in the manifest, which the words keep when they are moved. Pure. */
import { resolvePlain } from './plain-scalar.ts'
import { columnOf, type Page } from './text-page.ts'
import { findEntry, type Tree } from './tree.ts'
import { type Spelling, type Style, writeValue } from './yaml-text.ts'

interface Spelled {
  readonly text: string
  readonly flow: boolean
  /** The column of the list's dashes. */
  readonly column: number
}

export type Spellings = ReadonlyMap<string, Spelled>

/** The first spelling of each word. */
export function collectSpellings(container: Tree, manifest: string): Spellings {
  const spellings = new Map<string, Spelled>()
  for (const field of ['command', 'args']) {
    const list = findEntry(container, field)?.value
    if (list?.kind !== 'list' || list.source.alias) continue
    const column = columnOf(list.source.start, manifest)
    for (const { kind, source, ...word } of list.items) {
      if (kind !== 'scalar' || !('value' in word) || typeof word.value !== 'string' || source.alias) continue
      // A tag or an anchor before a word changes its meaning, so such words are left out.
      const before = manifest.slice(0, source.start).trimEnd().at(-1)
      if (spellings.has(word.value) || !'[,-'.includes(before ?? '')) continue
      const text = manifest.slice(source.start, source.end).replace(/\r?\n$/, '')
      spellings.set(word.value, { text, flow: list.source.flow, column })
    }
  }
  return spellings
}

export function spellFrom(spellings: Spellings): Spelling {
  return (word, style) => {
    const spelled = spellings.get(word)
    return spelled !== undefined && fits(spelled, style) ? spelled.text : undefined
  }
}

/** The spellings of words after they were moved to a list of that style. */
export function carryOver(words: readonly string[], spellings: Spellings, style: Style): Spellings {
  const spell = spellFrom(spellings)
  const within = { ...style, indent: style.indent + style.dash.length }
  return new Map(
    words.map((word) => [
      word,
      { text: spell(word, within) ?? writeValue(word, within), flow: style.flow, column: style.indent },
    ]),
  )
}

/** Writes a tree in brackets on one line. Words without quotes keep their spelling, such as `0400`. */
export function writeTree(tree: Tree, page: Page): string {
  const style = { ...page.layout, flow: true, indent: 0 }
  switch (tree.kind) {
    case 'scalar': {
      const written = page.text.slice(tree.source.start, tree.source.end)
      const isSame = typeof tree.value !== 'string' && resolvePlain(written) === tree.value
      return isSame && written !== '' ? written : writeValue(tree.value, style)
    }
    case 'list':
      return `[${tree.items.map((item) => writeTree(item, page)).join(', ')}]`
    case 'map': {
      const pairs = tree.entries.map(({ key, value }) => `${writeValue(key, style)}: ${writeTree(value, page)}`)
      return `{${pairs.join(', ')}}`
    }
  }
}

function fits({ text, flow, column }: Spelled, style: Style): boolean {
  if (/^[|>]/.test(text)) return !style.flow && column === style.indent - style.dash.length
  if (text.includes('\n')) return false
  // Brackets, commas and (in goyaml.v2) question marks have a meaning within brackets.
  return flow || !style.flow || /^["']/.test(text) || !/[[\]{},?]/.test(text)
}
