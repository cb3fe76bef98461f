/** Reads the parts of plain YAML within one line: keys, words, brackets. See plain-yaml.ts. Pure. */
import { isEndless, resolvePlain } from './plain-scalar.ts'
import { findLineText } from './text-place.ts'
import type { Position, Scalar, Source, Tree } from './tree.ts'
import { assembleMap, type Pair } from './yaml-map.ts'

/** Thrown for text that is not plain; readPlain catches it. */
export const ODD = Symbol('odd')
export const MAX_DEPTH = 100

export const KEY = /(?:([A-Za-z_/][\w./-]*)|("[^"\\\n]*"|'[^'\n]*')) *:(?= |\n|$)/y
const FLOW_KEY = /(?:([A-Za-z_/][\w./-]*) *:(?= )|("[^"\\\n]*") *:) */y
const DOUBLE = /"(?:[^"\\\n]|\\["\\/nt])*"/y
const SINGLE = /'(?:[^'\n]|'')*'/y
export const PLAIN =
  /[^\s\-?:,[\]{}#&*!|>'"%@`](?:[^\s:#]|:(?=[^\s])|(?<=\S)#| +(?=[^\s#]))*|-(?=[^\s])(?:[^\s:#]|:(?=[^\s])|(?<=\S)#| +(?=[^\s#]))*/y
const FLOW_PLAIN = /(?:[\w./$(=+]|-(?=[\w-]))(?:[\w./$()@=+%~*-]|:(?=[\w/])| +(?=[\w./$(@=+-]))*/y

/** The current line, to compute places in it. */
export interface Line {
  readonly text: string
  /** The offset of the line's beginning. */
  readonly line: number
  /** The line number, from 1. */
  readonly number: number
}

interface Read {
  readonly tree: Tree
  readonly end: number
}

export function odd(): never {
  // Not an Error, which would collect a stack trace each time.
  throw ODD
}

export function readKey(cursor: Line, offset: number, pattern: RegExp): Scalar {
  pattern.lastIndex = offset
  const [, bare, written = bare ?? ''] = pattern.exec(cursor.text) ?? odd()
  const quoted = written.startsWith('"') || written.startsWith("'")
  if (!quoted && typeof resolvePlain(written) !== 'string') odd()
  const value = quoted ? written.slice(1, -1) : written
  return { kind: 'scalar', at: place(cursor, offset), source: span(offset, offset + written.length), value }
}

export function readWord(cursor: Line, start: number, plain: RegExp): Read {
  const { text } = cursor
  const pattern = text[start] === '"' ? DOUBLE : text[start] === "'" ? SINGLE : plain
  pattern.lastIndex = start
  const [written] = pattern.exec(text) ?? odd()
  const end = start + written.length
  const value = pattern === plain ? resolve(written) : unquote(written)
  const scalar = { kind: 'scalar' as const, at: place(cursor, start), source: span(start, end), value }
  if (typeof value !== 'string') return { tree: scalar, end }
  const found = findLineText(text, start, value)
  return { tree: found === undefined ? scalar : { ...scalar, textAt: place(cursor, found.offset) }, end }
}

function unquote(written: string): string {
  if (written.startsWith('"')) return JSON.parse(written) as string
  return written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'") : written
}

function resolve(written: string): Scalar['value'] {
  return isEndless(written) ? odd() : resolvePlain(written)
}

export function readFlow(cursor: Line, start: number, depth: number): Read {
  const { text } = cursor
  if (depth > MAX_DEPTH) odd()
  if (text[start] !== '[' && text[start] !== '{') return readWord(cursor, start, FLOW_PLAIN)
  const [isMap, close] = text[start] === '{' ? [true, '}'] : [false, ']']
  const pairs: Pair[] = []
  const items: Tree[] = []
  let offset = skipBlanks(text, start + 1)
  while (text[offset] !== close) {
    const key = isMap ? readKey(cursor, offset, FLOW_KEY) : undefined
    const { tree, end } = readFlow(cursor, key === undefined ? offset : FLOW_KEY.lastIndex, depth + 1)
    if (key === undefined) items.push(tree)
    else pairs.push({ key, value: tree, merge: false })
    offset = skipBlanks(text, end)
    if (text[offset] === ',') offset = skipBlanks(text, offset + 1)
    else if (text[offset] !== close) odd()
  }
  const end = offset + 1
  const source = { start, end, flow: true, alias: false }
  const at = place(cursor, start)
  return { tree: isMap ? closeMap(pairs, at, source) : { kind: 'list', at, source, items }, end }
}

export function closeMap(pairs: readonly Pair[], at: Position, source: Source): Tree {
  const { tree, faults, duplicates } = assembleMap(pairs, at, source)
  return faults.length + duplicates.length > 0 ? odd() : tree
}

export function skipBlanks(text: string, from: number): number {
  let offset = from
  while (text[offset] === ' ') offset++
  return offset
}

export function span(start: number, end: number): Source {
  return { start, end, flow: false, alias: false }
}
export function place({ number, line }: Line, offset: number): Position {
  return { line: number, column: offset - line + 1 }
}
