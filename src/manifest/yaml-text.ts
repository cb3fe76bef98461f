/**
 * Writes values as YAML text, for additions to a manifest. Words that YAML readers interpret differently get quotes: numbers, dates
 * and words such as `yes` of YAML 1.1.
 */

/** How a document is laid out. */
export interface YamlLayout {
  /** The line end. */
  readonly eol: string
  /** Write JSON only. */
  readonly json: boolean
  /** The character of the indentation; tabs only in JSON. */
  readonly blank: ' ' | '\t'
  /** The indentation of a map relative to its key. */
  readonly nest: number
  /** The indentation of a list's dashes relative to its key. */
  readonly dashes: number
  /** The dash with the spaces behind it. */
  readonly dash: string
}

/** The style of the surrounding text. */
export interface Style extends YamlLayout {
  /** Brackets instead of a block; always true in JSON. */
  readonly flow: boolean
  /** The column of the value's lines. */
  readonly indent: number
  /** The indentation of items in brackets, each on its own line; undefined = all items on one line. */
  readonly step?: number
}

/** Finds the spelling of a word that is already in the text, which it keeps if the meaning is the same. */
export type Spelling = (word: string, style: Style) => string | undefined

const PLAIN = /^(?:--?)?[A-Za-z/][\w./@=+:,-]*$/
/** A quantity, such as `64Mi`. */
const QUANTITY = /^[1-9]\d*(?:m|[KMGT]i?)$/
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i
/** Characters that YAML does not allow unescaped (1.2, production 1), or that other readers take for a line break. */
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u

/** @returns the value without its key or dash; a block map or list begins with a line end. */
export function writeValue(value: unknown, style: Style, spell: Spelling = () => undefined): string {
  if (typeof value === 'string') return spell(value, style) ?? writeWord(value, style)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const parts = Array.isArray(value) ? value : Object.entries(value)
  if (parts.length === 0) return Array.isArray(value) ? '[]' : '{}'
  if (style.flow) return writeFlow(value, style, spell)
  return style.eol + writeBlock(value, style, spell).join(style.eol)
}

/** Writes `key: value`, with further lines of the value indented. */
export function writePair(key: string, value: unknown, style: Style, spell?: Spelling): string {
  const further = style.flow ? 0 : Array.isArray(value) ? style.dashes : style.nest
  const within = { ...style, indent: style.indent + further }
  const text = writeValue(value, within, spell)
  return `${writeWord(key, { ...style, flow: true })}:${text.startsWith(style.eol) && !style.flow ? '' : ' '}${text}`
}

/** Writes the lines of a block list or map, each with its indentation. */
function writeBlock(value: object, style: Style, spell: Spelling): readonly string[] {
  const spaces = ' '.repeat(style.indent)
  if (!Array.isArray(value)) {
    return Object.entries(value).map(([key, part]) => spaces + writePair(key, part, style, spell))
  }
  return value.map((item: unknown) => spaces + writeItem(item, style, spell))
}

/** Writes `- item`; a map begins behind the dash. */
export function writeItem(item: unknown, style: Style, spell?: Spelling): string {
  const text = writeValue(item, { ...style, indent: style.indent + style.dash.length }, spell)
  return style.dash + (text.startsWith(style.eol) ? text.trimStart() : text)
}

function writeFlow(value: object, style: Style, spell: Spelling): string {
  const inner = style.step === undefined ? style : { ...style, indent: style.indent + style.step }
  const parts = Array.isArray(value)
    ? value.map((item: unknown) => writeValue(item, inner, spell))
    : Object.entries(value).map(([key, part]) => writePair(key, part, inner, spell))
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (style.step === undefined) return `${open}${parts.join(', ')}${close}`
  const lead = style.eol + style.blank.repeat(inner.indent)
  return `${open}${lead}${parts.join(`,${lead}`)}${style.eol}${style.blank.repeat(style.indent)}${close}`
}

function writeWord(word: string, { flow, indent, eol, json }: Style): string {
  if (json) return JSON.stringify(word)
  if (!flow && isBlockText(word)) return writeLiteral(word, indent, eol)
  if (isPlain(word) && !(flow && word.includes(','))) return word
  if (word.includes('"') && !word.includes('\n') && !UNPRINTABLE.test(word)) return `'${word.replaceAll("'", "''")}'`
  return JSON.stringify(word).replaceAll(
    /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isPlain(word: string): boolean {
  return word === '--' || QUANTITY.test(word) || (PLAIN.test(word) && !RESERVED.test(word) && !word.endsWith(':'))
}

/** Whether a literal block can hold the text of several lines unchanged. */
function isBlockText(text: string): boolean {
  return /^[^\s].*\n/.test(text) && !UNPRINTABLE.test(text) && !/[ \t]\n|[ \t]$/.test(text)
}

function writeLiteral(text: string, indent: number, eol: string): string {
  const chomping = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-'
  const lines = text.replace(/\n$/, '').split('\n')
  return [`|${chomping}`, ...lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line))].join(eol)
}
