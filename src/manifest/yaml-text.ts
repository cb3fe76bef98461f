/**
 * Values as YAML text, for what podorder adds to a manifest. Only what every YAML reader takes alike is left unquoted: what
 * YAML 1.1 reads as a number, a date or `yes` gets quotes.
 */

/** How a document is laid out. */
export interface YamlLayout {
  /** What ends its lines. */
  readonly eol: string
  /** Only what JSON knows. */
  readonly json: boolean
  /** What its lines are indented with; tabs only in JSON. */
  readonly blank: ' ' | '\t'
  /** How much further right than its key a map is. */
  readonly nest: number
  /** How much further right than its key a list has its dashes. */
  readonly dashes: number
  /** With the spaces that follow it. */
  readonly dash: string
}

/** How the text around it is written. */
export interface Style extends YamlLayout {
  /** Within brackets; JSON always is. */
  readonly flow: boolean
  /** Columns from the left of a value's own lines. */
  readonly indent: number
  /** Within brackets: each item on a line of its own, this much further right than what holds it; undefined = all on one. */
  readonly step?: number
}

/** A word that stands in the text already, with its spelling there: it keeps it where that means the same. */
export type Spelling = (word: string, style: Style) => string | undefined

const PLAIN = /^(?:--?)?[A-Za-z/][\w./@=+:,-]*$/
/** A quantity, such as `64Mi`. */
const QUANTITY = /^[1-9]\d*(?:m|[KMGT]i?)$/
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null)$/i
/** What YAML allows in no text as it is (1.2, production 1), and what others read as a line break. */
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u

/** @returns the value without what leads to it; a block map or list begins with a line end. */
export function writeValue(value: unknown, style: Style, spell: Spelling = () => undefined): string {
  if (typeof value === 'string') return spell(value, style) ?? writeWord(value, style)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const parts = Array.isArray(value) ? value : Object.entries(value)
  if (parts.length === 0) return Array.isArray(value) ? '[]' : '{}'
  if (style.flow) return writeFlow(value, style, spell)
  return style.eol + writeBlock(value, style, spell).join(style.eol)
}

/** `key: value`, the value's own lines further right than the key's. */
export function writePair(key: string, value: unknown, style: Style, spell?: Spelling): string {
  const further = style.flow ? 0 : Array.isArray(value) ? style.dashes : style.nest
  const within = { ...style, indent: style.indent + further }
  const text = writeValue(value, within, spell)
  return `${writeWord(key, { ...style, flow: true })}:${text.startsWith(style.eol) && !style.flow ? '' : ' '}${text}`
}

/** The lines of a block list or map, the first one's indentation included. */
function writeBlock(value: object, style: Style, spell: Spelling): readonly string[] {
  const spaces = ' '.repeat(style.indent)
  if (!Array.isArray(value)) {
    return Object.entries(value).map(([key, part]) => spaces + writePair(key, part, style, spell))
  }
  return value.map((item: unknown) => spaces + writeItem(item, style, spell))
}

/** `- item`; a map begins behind the dash. */
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

/** Text of several lines that a literal block keeps as it is. */
function isBlockText(text: string): boolean {
  return /^[^\s].*\n/.test(text) && !UNPRINTABLE.test(text) && !/[ \t]\n|[ \t]$/.test(text)
}

function writeLiteral(text: string, indent: number, eol: string): string {
  const chomping = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-'
  const lines = text.replace(/\n$/, '').split('\n')
  return [`|${chomping}`, ...lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line))].join(eol)
}
