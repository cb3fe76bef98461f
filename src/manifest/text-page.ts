/** How a document of a manifest is laid out, as far as what is added to it is to look like it. Pure. */
import type { Source } from './tree.ts'
import type { YamlLayout } from './yaml-text.ts'

/** Behind a key that is a line's last word, the lines that say nothing. */
const BELOW = String.raw`["']?:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*`
const listBelow = (keys: string): RegExp =>
  new RegExp(String.raw`^([ -]*)["']?(?:${keys})${BELOW}( *)(-(?: +(?=[^\s#]))?)`, 'm')
/** First of all the list of containers: nothing is ever put into it, so it tells the same before a rewrite and after. */
const LISTS = ['containers', 'volumeMounts|env'].map(listBelow)
const MAP = new RegExp(String.raw`^( *)["']?(?:metadata|spec)${BELOW}( +)[^\s-]`, 'm')

/** The text that trees stand in, and the layout of the document that is about to change. */
export interface Page {
  readonly text: string
  readonly layout: YamlLayout
}

/** @param source the document's, in the text. */
export function openPage(text: string, { start, end }: Pick<Source, 'start' | 'end'>): Page {
  const document = text.slice(startOfLine(start, text), end)
  const list = LISTS.reduce<RegExpExecArray | null>((found, pattern) => found ?? pattern.exec(document), null)
  const [, key = '', column = '', dash = ''] = list ?? []
  const [, outer = '', inner = '  '] = MAP.exec(document) ?? []
  const json = isJson(text.slice(start, end))
  const layout = {
    eol: /\r\n|\n/.exec(text)?.[0] ?? '\n',
    json,
    blank: json && /^\t/m.test(document) ? ('\t' as const) : (' ' as const),
    nest: inner.length - outer.length,
    dashes: Math.max(0, column.length - key.length),
    dash: dash.length > 2 ? dash : '- ',
  }
  return { text, layout }
}

function isJson(document: string): boolean {
  if (!/^[{[]/.test(document)) return false
  try {
    JSON.parse(document)
    return true
  } catch {
    return false
  }
}

export function columnOf(offset: number, text: string): number {
  return offset - startOfLine(offset, text)
}

export function startOfLine(offset: number, text: string): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** How far the first word of that line stands from its beginning, behind the dashes of list items too. */
export function marginOf(offset: number, text: string): number {
  return /^[ \t]*(?:- +)*/.exec(text.slice(startOfLine(offset, text), offset))?.[0].length ?? 0
}
