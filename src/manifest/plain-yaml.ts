/**
 * A reader of plain YAML, which most manifests use. It is some thirty times as fast as the library, which reads all YAML. Plain are
 * maps and lists in blocks, scalars and brackets within one line, literal text, comments. The library reads everything else:
 * anchors, tags, folded text, tabs, other line ends, and text with faults. Tests compare this reader with the library, and
 * readManifest compares each result with another reader. Pure.
 */
import {
  closeMap,
  KEY,
  MAX_DEPTH,
  ODD,
  odd,
  PLAIN,
  place,
  readFlow,
  readKey,
  readWord,
  skipBlanks,
  span,
} from './plain-inline.ts'
import { findBlockText } from './text-place.ts'
import type { Scalar, Tree } from './tree.ts'
import type { Pair } from './yaml-map.ts'

interface Cursor {
  readonly text: string
  /** The current line: its beginning, its number from 1, its indentation, and its end. */
  line: number
  number: number
  indent: number
  end: number
}

const ODD_TEXT = /[^\n -~\u00A1-\u2027\u2030-\uFEFE\uFF00-\uFFFD]|^[%.]/m
const HEADER = /\|([-+]?) *(?: #.*)?(?=\n|$)/y
const REST = / *(?: #.*)?(?=\n|$)/y

/** @returns the trees of the documents that are not empty; undefined when the text is not plain */
export function readPlain(text: string): readonly Tree[] | undefined {
  if (ODD_TEXT.test(text)) return undefined
  const cursor: Cursor = { text, line: 0, number: 1, indent: 0, end: -1 }
  const trees: Tree[] = []
  try {
    next(cursor, 0)
    while (cursor.indent >= 0) {
      if (isMarker(cursor)) next(cursor, cursor.end + 1)
      else {
        trees.push(readBlock(cursor, cursor.indent, 0))
        if (cursor.indent > 0 || (cursor.indent === 0 && !isMarker(cursor))) odd()
      }
    }
  } catch (error) {
    if (error === ODD) return undefined
    throw error
  }
  return trees
}

/** Goes to the next line that is not empty; `indent` is -1 at the end of the text. */
function next(cursor: Cursor, from: number): void {
  const { text } = cursor
  if (cursor.end >= 0) cursor.number++
  for (let line = from; line < text.length; cursor.number++) {
    let start = line
    while (text.charCodeAt(start) === 32) start++
    const end = endOfLine(text, start)
    const first = text.charCodeAt(start)
    if (start < end && first !== 35) {
      Object.assign(cursor, { line, indent: start - line, end })
      return
    }
    line = end + 1
  }
  Object.assign(cursor, { line: text.length, indent: -1, end: text.length })
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function isMarker({ text, line, indent, end }: Cursor): boolean {
  if (indent !== 0 || !text.startsWith('---', line)) return false
  return /^---(?: *| +#.*)$/.test(text.slice(line, end)) || odd()
}

function readBlock(cursor: Cursor, column: number, depth: number): Tree {
  if (depth > MAX_DEPTH) odd()
  const { text, line } = cursor
  if (text[line + column] === '-' && text[line + column + 1] === ' ') return readList(cursor, column, depth)
  return readMap(cursor, column, depth)
}

/** Reads a map from the line of its first key. @param column of the key; a dash may precede it */
function readMap(cursor: Cursor, column: number, depth: number): Tree {
  const start = cursor.line + column
  const at = place(cursor, start)
  const pairs: Pair[] = []
  do {
    const key = readKey(cursor, cursor.line + column, KEY)
    const colon = KEY.lastIndex
    pairs.push({ key, value: readValue(cursor, colon, column, depth), merge: false })
  } while (cursor.indent === column && !isMarker(cursor))
  if (cursor.indent > column) odd()
  return closeMap(pairs, at, { start, end: pairs.at(-1)?.value.source.end ?? start, flow: false, alias: false })
}

function readList(cursor: Cursor, column: number, depth: number): Tree {
  const start = cursor.line + column
  const at = place(cursor, start)
  const items: Tree[] = []
  const { text } = cursor
  do {
    let inner = cursor.line + column + 1
    if (text[cursor.line + column] !== '-' || text[inner] !== ' ') break
    while (text[inner] === ' ') inner++
    if ('-\n#'.includes(text[inner] ?? '\n') && /[\s#]/.test(text[inner + 1] ?? ' ')) odd()
    KEY.lastIndex = inner
    items.push(KEY.test(text) ? readMap(cursor, inner - cursor.line, depth + 1) : readScalar(cursor, inner, column))
  } while (cursor.indent === column)
  if (cursor.indent > column) odd()
  return { kind: 'list', at, source: { ...span(start, items.at(-1)?.source.end ?? start) }, items }
}

/** Reads the value behind a key's colon. @param column of the key */
function readValue(cursor: Cursor, colon: number, column: number, depth: number): Tree {
  REST.lastIndex = colon
  if (!REST.test(cursor.text)) {
    let start = colon
    while (cursor.text[start] === ' ') start++
    return readScalar(cursor, start, column)
  }
  const empty = readEmpty(cursor, colon)
  const alone = colon === cursor.end
  next(cursor, cursor.end + 1)
  const { text, line, indent } = cursor
  const dashed = indent === column && text[line + indent] === '-' && text[line + indent + 1] === ' '
  if (indent > column || dashed) return readBlock(cursor, indent, depth + 1)
  return alone ? empty : odd()
}

function readEmpty(cursor: Cursor, offset: number): Scalar {
  return { kind: 'scalar', at: place(cursor, offset), source: span(offset, offset), value: null }
}

/** Reads a scalar that ends with the line. @param column of its parent: the next line must not be further right */
function readScalar(cursor: Cursor, start: number, column: number): Tree {
  const { text } = cursor
  if (text[start] === '|') return readLiteral(cursor, start, column)
  const flow = text[start] === '[' || text[start] === '{'
  const { tree, end } = flow ? readFlow(cursor, start, 0) : readWord(cursor, start, PLAIN)
  REST.lastIndex = end
  if (!REST.test(text)) odd()
  next(cursor, cursor.end + 1)
  if (cursor.indent > column) odd()
  return tree
}

/** Reads literal text, whose lines all begin at one column; blank lines are empty. @param column of its parent */
function readLiteral(cursor: Cursor, start: number, column: number): Tree {
  const { text, number } = cursor
  const at = place(cursor, start)
  HEADER.lastIndex = start
  const [, chomping = ''] = HEADER.exec(text) ?? odd()
  const lines: string[] = []
  let indent = 0
  let [line, end, filled] = [cursor.end + 1, cursor.end + 1, 0]
  while (line < text.length) {
    const first = skipBlanks(text, line)
    const close = text.indexOf('\n', line)
    if (close === -1) odd()
    if (first === close && first > line) odd()
    if (first < close) {
      const deep = first - line
      if (filled === 0) indent = deep
      if (deep <= column || (deep < indent && text[first] === '#')) break
      if (deep < indent) odd()
    }
    lines.push(text.slice(Math.min(line + indent, close), close))
    if (first < close) {
      filled = lines.length
      end = close + 1
    }
    line = close + 1
  }
  if (filled === 0) odd()
  const breaks = chomping === '-' ? 0 : chomping === '' ? 1 : 1 + lines.length - filled
  const value = lines.slice(0, filled).join('\n') + '\n'.repeat(breaks)
  const source = span(start, chomping === '+' ? line : end)
  const found = findBlockText(text, start, value)
  const textAt = found && { line: number + 1, column: found.indent + 1 }
  cursor.number += lines.length
  next(cursor, line)
  if (cursor.indent > column) odd()
  return { kind: 'scalar', at, source, value, ...(textAt === undefined ? {} : { textAt }) }
}
