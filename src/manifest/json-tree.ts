/**
 * Reads JSON as trees with places. It also reads streams of JSON objects without separators, as the API server's watch and `jq` write
 * them and kubectl accepts them (apimachinery, YAMLOrJSONDecoder). Pure; linear.
 */
import type { Position, Source, Tree } from './tree.ts'
import { assembleMap, type Pair } from './yaml-map.ts'

/** Thrown for text that is not JSON or has a fault. The YAML reader then finds the fault. */
const ODD = Symbol('odd')
const MAX_DEPTH = 100

const BLANK = /[ \t\r\n]*/y
/** A string; JSON.parse refuses the other faults in it. */
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"/y
const OTHER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|true\b|false\b|null\b/y

interface Cursor {
  readonly text: string
  offset: number
  /** The number of the current line, and the offset of its beginning. */
  number: number
  line: number
}

/** @returns undefined when the text has anything else than objects and white space */
export function readJson(text: string): readonly Tree[] | undefined {
  const cursor: Cursor = { text, offset: 0, number: 1, line: 0 }
  const trees: Tree[] = []
  try {
    skipBlanks(cursor)
    while (cursor.offset < text.length) {
      if (text[cursor.offset] !== '{') return undefined
      trees.push(readValue(cursor, 0))
      skipBlanks(cursor)
    }
  } catch (error) {
    if (error === ODD) return undefined
    throw error
  }
  return trees
}

function odd(): never {
  // Not an Error, which would collect a stack trace each time.
  throw ODD
}

function readValue(cursor: Cursor, depth: number): Tree {
  if (depth > MAX_DEPTH) odd()
  const { text, offset: start } = cursor
  const at = placeOf(cursor)
  switch (text[start] ?? '') {
    case '{':
      return readMap(cursor, at, depth)
    case '[': {
      const items: Tree[] = []
      readParts(cursor, ']', () => items.push(readValue(cursor, depth + 1)))
      return { kind: 'list', at, source: sourceOf(cursor, start, true), items }
    }
    case '"':
      return readText(cursor, at)
    default: {
      const value = JSON.parse(take(cursor, OTHER)) as number | boolean | null
      return { kind: 'scalar', at, source: sourceOf(cursor, start), value: value === 0 ? 0 : value }
    }
  }
}

function readMap(cursor: Cursor, at: Position, depth: number): Tree {
  const start = cursor.offset
  const pairs: Pair[] = []
  readParts(cursor, '}', () => {
    const key = readText(cursor, placeOf(cursor))
    skipBlanks(cursor)
    if (cursor.text[cursor.offset++] !== ':') odd()
    skipBlanks(cursor)
    pairs.push({ key, value: readValue(cursor, depth + 1), merge: false })
  })
  const { tree, faults, duplicates } = assembleMap(pairs, at, sourceOf(cursor, start, true))
  return faults.length + duplicates.length > 0 ? odd() : tree
}

/** Reads the parts between brackets, which commas separate. */
function readParts(cursor: Cursor, close: string, read: () => void): void {
  cursor.offset++
  skipBlanks(cursor)
  if (cursor.text[cursor.offset] === close) {
    cursor.offset++
    return
  }
  for (;;) {
    read()
    skipBlanks(cursor)
    const next = cursor.text[cursor.offset++]
    if (next === close) return
    if (next !== ',') odd()
    skipBlanks(cursor)
  }
}

function readText(cursor: Cursor, at: Position): Tree {
  const start = cursor.offset
  const written = take(cursor, STRING)
  const value = unquote(written)
  const source = sourceOf(cursor, start)
  const isAsItIs = value !== '' && !written.includes('\\')
  return {
    ...{ kind: 'scalar', at, source, value },
    ...(isAsItIs ? { textAt: { line: at.line, column: at.column + 1 } } : {}),
  }
}

function unquote(written: string): string {
  try {
    return JSON.parse(written) as string
  } catch {
    return odd()
  }
}

function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.offset
  const [found] = pattern.exec(cursor.text) ?? odd()
  cursor.offset += found.length
  return found
}

/** Skips white space and counts lines: a line can end only between values. */
function skipBlanks(cursor: Cursor): void {
  const { text, offset } = cursor
  BLANK.lastIndex = offset
  const end = offset + (BLANK.exec(text)?.[0].length ?? 0)
  // `indexOf('\n')` would search the whole rest each time when the text has only one line.
  for (let at = offset; at < end; at++) {
    if (text[at] !== '\n') continue
    cursor.number++
    cursor.line = at + 1
  }
  cursor.offset = end
}

function placeOf({ number, line, offset }: Cursor): Position {
  return { line: number, column: offset - line + 1 }
}

function sourceOf({ offset }: Cursor, start: number, flow = false): Source {
  return { start, end: offset, flow, alias: false }
}
