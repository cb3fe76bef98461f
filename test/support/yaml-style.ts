/** Prints plain values as YAML in all styles of people and programs, by the choices of the caller. */
import * as yaml from 'yaml'
import { resolvePlain } from '../../src/manifest/plain-scalar.ts'

/** Returns a number from 0 to `ways - 1`. 0 is the plainest choice. */
export type Choose = (ways: number) => number

/** The state of printing. */
interface Printing {
  readonly choose: Choose
  /** Values that occur several times, as JSON, with their anchors when they have one. */
  readonly repeated: Map<string, string | undefined>
  /** All anchors, including those of values that are still being printed. */
  readonly anchors: string[]
}

type Fields = Readonly<Record<string, unknown>>

/** Prints a map in block style without `---`. Parsing the text gives the same value. */
export function printYaml(value: Fields, choose: Choose): string {
  const printing = { choose, repeated: findRepeated(value), anchors: [] }
  return `${printEntries(value, 0, printing)}${printComment(0, printing)}`
}

/** Finds maps, lists and longer texts that occur at least twice. Keys are never aliases. */
function findRepeated(value: unknown): Map<string, undefined> {
  const counts = new Map<string, number>()
  const count = (part: unknown): void => {
    const known = JSON.stringify(part)
    if (known.length > 6) counts.set(known, (counts.get(known) ?? 0) + 1)
    if (typeof part === 'object' && part !== null) for (const inner of Object.values(part)) count(inner)
  }
  count(value)
  return new Map([...counts].filter(([, times]) => times > 1).map(([known]) => [known, undefined]))
}

function pad(columns: number): string {
  return ' '.repeat(columns)
}

const COMMENTS = ['#', '# a comment', '# - name: "app"', "# it's {not} [yaml]: |", '#苹果 🍎']

/** Prints comments and blank lines before a key, a dash, or the end. */
function printComment(indent: number, { choose }: Printing): string {
  if (choose(12) !== 1) return ''
  // A blank line comes only after a comment. After a block of text it would belong to the text.
  return `${pad(indent)}${COMMENTS[choose(COMMENTS.length)]}\n${choose(4) === 1 ? '\n' : ''}`
}

/** Prints the rest of the line after a value. */
function printLineEnd({ choose }: Printing): string {
  const end = choose(16)
  if (end === 1) return ` ${COMMENTS[choose(COMMENTS.length)]}\n`
  return end === 2 ? '  \n' : '\n'
}

function printEntries(fields: Fields, indent: number, printing: Printing): string {
  return Object.entries(fields)
    .map(([key, value]) => {
      const written = `${printComment(indent, printing)}${pad(indent)}${printKey(key, printing)}`
      return `${written}:${printValue(value, indent, printing, true)}`
    })
    .join('')
}

function printKey(key: string, { choose }: Printing): string {
  const way = choose(8)
  if (way === 1) return quote(key)
  if (way === 2 && !key.includes("'")) return `'${key}'`
  return isPlain(key) ? key : quote(key)
}

/**
 * Prints a value after `key:` or `-`, to the end of its last line.
 * @param indent the column of the key or the dash
 */
function printValue(value: unknown, indent: number, printing: Printing, ofKey: boolean): string {
  const { choose, repeated, anchors } = printing
  const known = JSON.stringify(value)
  let anchor = ''
  if (repeated.has(known)) {
    const said = repeated.get(known)
    if (said !== undefined && choose(3) === 1) return ` *${said}${printLineEnd(printing)}`
    if (said === undefined && choose(3) === 1) anchor = `a${anchors.push(known)}`
  }
  const printed = printAnchored(value, indent, printing, ofKey, anchor === '' ? '' : ` &${anchor}`)
  // The anchor is set only now, since a value must not contain an alias of itself.
  if (anchor !== '') repeated.set(known, anchor)
  return printed
}

function printAnchored(value: unknown, indent: number, printing: Printing, ofKey: boolean, anchor: string): string {
  const { choose } = printing
  if (typeof value === 'string') return `${anchor} ${printText(value, indent, printing)}`
  if (typeof value !== 'object' || value === null) return `${anchor} ${String(value)}${printLineEnd(printing)}`
  const empty = Object.keys(value).length === 0
  // Large values are rarely printed in brackets, since that would exclude the other styles.
  const flow = choose(JSON.stringify(value).length < 200 ? 4 : 40) === 1
  if (empty || flow) return `${anchor} ${printFlow(value, indent + 2, printing)}${printLineEnd(printing)}`
  if (Array.isArray(value)) {
    // The dashes of a list within a list need more indentation.
    const column = ofKey && choose(2) === 0 ? indent : indent + 2 + choose(3)
    return `${anchor}${printLineEnd(printing)}${value.map((item) => printItem(item, column, printing)).join('')}`
  }
  const column = indent + 2 + ([0, 2, 1, -1][choose(4)] ?? 0)
  if (ofKey || anchor !== '' || choose(8) === 1)
    return `${anchor}${printLineEnd(printing)}${printEntries(value as Fields, column, printing)}`
  // The first key is on the line of the dash, and the others are below it.
  const blanks = 1 + ([0, 2, 1][choose(3)] ?? 0)
  const entries = printEntries(value as Fields, indent + 1 + blanks, { ...printing, choose: quietAtFirst(choose) })
  return `${pad(blanks)}${entries.slice(indent + 1 + blanks)}`
}

/** Prevents a comment between a dash and its first key. */
function quietAtFirst(choose: Choose): Choose {
  let first = true
  return (ways) => {
    const said = first ? 0 : choose(ways)
    first = false
    return said
  }
}

function printItem(item: unknown, column: number, printing: Printing): string {
  return `${printComment(column, printing)}${pad(column)}-${printValue(item, column, printing, false)}`
}

/** Prints a value in brackets. Further lines begin at `indent`. */
function printFlow(value: unknown, indent: number, printing: Printing): string {
  const { choose } = printing
  if (typeof value === 'string') return isPlain(value) && choose(2) === 0 ? value : quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const way = choose(4)
  if (way === 1) return JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escape)
  const list = Array.isArray(value)
  const parts = Object.entries(value).map(([key, part]) => {
    const said = printFlow(part, indent + 2, printing)
    return list ? said : `${printKey(key, printing)}: ${said}`
  })
  const [open, close] = list ? '[]' : '{}'
  if (way !== 2 || parts.length === 0) return `${open}${parts.join(', ')}${close}`
  const lines = parts.map((part, index) => {
    const last = index === parts.length - 1
    return `${pad(indent)}${part}${last && choose(2) === 0 ? '' : ','}${choose(6) === 1 ? ' # a comment' : ''}\n`
  })
  return `${open}\n${lines.join('')}${pad(indent)}${close}`
}

/** Prints a text as a value in block style, to the end of its last line. */
function printText(text: string, indent: number, printing: Printing): string {
  const { choose } = printing
  const end = (): string => printLineEnd(printing)
  const way = choose(6)
  if ((way === 1 || (way === 0 && text.includes('\n'))) && isBlock(text))
    return printLiteral(text, indent, 1 + choose(4), end())
  if (way === 2 && /^\S+(?: \S+)+$/.test(text) && isBlock(text))
    return `>-${end()}${text
      .split(' ')
      .map((word) => `${pad(indent + 2)}${word}\n`)
      .join('')}`
  if (way === 3 && isBlock(text) && !text.includes('\n')) return `'${text.replaceAll("'", "''")}'${end()}`
  if (way === 4) return `${quote(text).replace(/(?<=\S) (?=\S)/, `\n${pad(indent + 2)}`)}${end()}`
  return `${isPlain(text) && way === 0 ? text : quote(text)}${end()}`
}

/** Tells whether a text can be a literal block. */
function isBlock(text: string): boolean {
  return /^[\n\u0020-\u007e\u00a1-\ud7ff]+$/.test(text) && !/[\u2028\u2029]/.test(text) && /[^\n ]/.test(text)
}

function printLiteral(text: string, indent: number, columns: number, end: string): string {
  const indicator = /^[ \n]/.test(text) ? String(columns) : ''
  const breaks = text.length - text.replace(/\n+$/, '').length
  const chomping = breaks === 0 ? '-' : breaks === 1 ? '' : '+'
  const body = breaks === 0 ? text : text.slice(0, -1)
  const lines = body.split('\n').map((line) => (line === '' ? '\n' : `${pad(indent + columns)}${line}\n`))
  return `|${indicator}${chomping}${end}${lines.join('')}`
}

/** Tells whether a text needs no quotes, not even in brackets. */
function isPlain(text: string): boolean {
  return (
    /^[\w./$(][\w./=+()$-]*(?: [\w./=+()$-]+)*$/.test(text) && resolvePlain(text) === text && yaml.parse(text) === text
  )
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escape)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
