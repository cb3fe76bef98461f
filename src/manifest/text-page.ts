/** The layout of a document, for text that is added to it. Pure. */
import type { Source } from './tree.ts'
import type { YamlLayout } from './yaml-text.ts'

/** The end of a key that is the last word of its line, and the empty lines below it. */
const BELOW = String.raw`["']?:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*`
const listBelow = (keys: string): RegExp =>
  new RegExp(String.raw`^([ -]*)["']?(?:${keys})${BELOW}( *)(-(?: +(?=[^\s#]))?)`, 'm')
/** The lists that show the layout. `containers` is first: the rewrite inserts nothing there, so it shows the same before and after. */
const LISTS = ['containers', 'volumeMounts|env'].map(listBelow)
const MAP = new RegExp(String.raw`^( *)["']?(?:metadata|spec)${BELOW}( +)[^\s-]`, 'm')

/** The text of trees, and the layout of the document that changes. */
export interface Page {
  readonly text: string
  readonly layout: YamlLayout
}

/** @param source the document's place in the text */
export function openPage(text: string, { start, end }: Pick<Source, 'start' | 'end'>): Page {
  const document = text.slice(startOfLine(start, text), end)
  const list = LISTS.reduce<RegExpExecArray | null>((found, pattern) => found ?? pattern.exec(document), null)
  const [, key = '', column = '', dash = ''] = list ?? []
  const [, outer = '', inner = '  '] = MAP.exec(document) ?? []
  const json = isJson(text.slice(start, end))
  const layout = {
    // Files with other line ends may stand in the same stream.
    eol: findLineEnd(document) ?? findLineEnd(text) ?? '\n',
    json,
    blank: json && /^\t/m.test(document) ? ('\t' as const) : (' ' as const),
    nest: inner.length - outer.length,
    dashes: Math.max(0, column.length - key.length),
    dash: dash.length > 2 ? dash : '- ',
  }
  return { text, layout }
}

function findLineEnd(text: string): string | undefined {
  return /\r\n|\n/.exec(text)?.[0]
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

/** The column of the first word of the line, behind the dashes of list items. */
export function marginOf(offset: number, text: string): number {
  return /^[ \t]*(?:- +)*/.exec(text.slice(startOfLine(offset, text), offset))?.[0].length ?? 0
}
