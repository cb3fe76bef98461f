/**
 * Adapts text of YAML 1.1 for a reader of YAML 1.2. Within brackets and quotes, Kubernetes (libyaml) accepts lines at any column, and
 * a comment directly behind them. YAML 1.2 wants such lines further right than their parent, so they are moved there, and the
 * distance is recorded. The escape `\'` of libyaml, which YAML 1.2 does not have, loses its backslash. Pure.
 */

export interface MovedLines {
  readonly text: string
  /** Maps an offset in the moved text to the original text. */
  readonly back: (offset: number) => number
}

interface Insertion {
  readonly at: number
  /** -1: the character at this place is left out. */
  readonly spaces: number
}

const BLOCK_SCALAR = /[|>][-+\d]*[ \t]*(?:#.*)?\r?$/my
/** An anchor or a tag before a value. */
const PROPERTY = /[&!]\S*[ \t]*/y
const INDICATOR = /[-?:](?=[ \t\r\n]|$)[ \t]*/y
const COLON = /[ \t]*:(?=[ \t\r\n]|$)[ \t]*/y
/** @returns undefined when there is nothing to move, or a bracket or quote is not closed */
export function moveLines(text: string): MovedLines | undefined {
  const insertions: Insertion[] = []
  let offset = 0
  while (offset < text.length) {
    const end = scanLine(text, offset, insertions)
    if (end === undefined) return undefined
    offset = end
  }
  return insertions.length === 0 ? undefined : insert(text, insertions)
}

/** Reads from the beginning of a line in block context. @returns the offset of the next such line */
function scanLine(text: string, line: number, insertions: Insertion[]): number | undefined {
  let offset = skipBlanks(text, line)
  if (/^(?:---|\.\.\.)\s/.test(text.slice(line, line + 4))) offset = skipBlanks(text, line + 3)
  let parent = -1
  for (let words = 0; ; words++) {
    while (match(INDICATOR, text, offset) !== undefined) {
      parent = offset - line
      offset += match(INDICATOR, text, offset)?.length ?? 0
    }
    const start = offset
    for (let found = match(PROPERTY, text, offset); found !== undefined; found = match(PROPERTY, text, offset))
      offset += found.length
    const [first = ''] = text.slice(offset, offset + 1)
    const scalar = match(BLOCK_SCALAR, text, offset)
    if (scalar !== undefined) return skipDeeper(text, nextLine(text, offset), parent, true)
    const isOpen = first === '"' || first === "'" || first === '[' || first === '{'
    const key = isOpen ? undefined : findKeyEnd(text, offset)
    if (isOpen) {
      const end = scanOpen(text, offset, offset - line + 1, insertions)
      if (end === undefined) return undefined
      if (text[end] === '#') insertions.push({ at: end, spaces: 1 })
      offset = end
    } else if (key !== undefined) offset = key
    else {
      // When a word is on the line below its key, its parent is on an earlier line and further left.
      const outer = parent === -1 ? start - line - 1 : parent
      return skipDeeper(text, nextLine(text, offset), outer, first !== '' && !'#\r\n'.includes(first))
    }
    const colon = match(COLON, text, offset)
    if (colon === undefined || words > 0) return nextLine(text, offset)
    if (parent < start - line) parent = start - line
    offset += colon.length
  }
}

/** Finds the colon of a plain key that begins at `start`. */
function findKeyEnd(text: string, start: number): number | undefined {
  for (let offset = start; offset < text.length; offset++) {
    const letter = text[offset]
    if (letter === '\n' || (letter === '#' && /\s/.test(text[offset - 1] ?? ' '))) return undefined
    if (letter === ':' && /\s/.test(text[offset + 1] ?? ' ')) return offset === start ? undefined : offset
  }
  return undefined
}

/** Skips the further lines of a scalar. */
function skipDeeper(text: string, from: number, parent: number, goesOn: boolean): number {
  if (!goesOn) return from
  let line = from
  while (line < text.length) {
    const first = skipBlanks(text, line)
    const isBlank = text[first] === '\n' || text[first] === '\r' || first === text.length
    if (!isBlank && (first - line <= parent || /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(line, line + 4)))) break
    line = nextLine(text, line)
  }
  return line
}

/** Reads from a quote or bracket to its counterpart. @returns the offset behind it */
function scanOpen(text: string, start: number, spaces: number, insertions: Insertion[]): number | undefined {
  let depth = 0
  // A quote opens a scalar only behind an indicator, not within a plain word.
  let last: 'indicator' | 'closed' | 'word' = 'indicator'
  for (let offset = start; offset < text.length; offset++) {
    const letter = text[offset] ?? ''
    if (letter === '\n') addLine(text, offset + 1, spaces, insertions)
    if ((letter === '"' || letter === "'") && last === 'indicator') {
      const end = scanQuoted(text, offset, spaces, insertions)
      if (end === undefined || depth === 0) return end
      offset = end - 1
      last = 'closed'
    } else if (letter === '#' && /[\s"'[\]{},]/.test(text[offset - 1] ?? '')) {
      if (!/\s/.test(text[offset - 1] ?? '')) insertions.push({ at: offset, spaces: 1 })
      offset = endOfLine(text, offset) - 1
    } else if (letter === '[' || letter === '{') {
      depth++
      last = 'indicator'
    } else if (letter === ']' || letter === '}') {
      depth--
      last = 'closed'
      if (depth === 0) return offset + 1
    } else if (letter === ',') last = 'indicator'
    else if (letter === ':' || letter === '?' || letter === '-') {
      // As in JSON, the colon of a key in quotes needs no space behind it.
      if (/\s/.test(text[offset + 1] ?? '') || (letter === ':' && last === 'closed')) last = 'indicator'
    } else if (!/\s/.test(letter) && letter !== '&' && letter !== '!') last = 'word'
    if ((letter === '&' || letter === '!') && last === 'indicator') {
      while (/[^\s,[\]{}]/.test(text[offset + 1] ?? ' ')) offset++
    }
  }
  return undefined
}

function scanQuoted(text: string, start: number, spaces: number, insertions: Insertion[]): number | undefined {
  const quote = text[start]
  for (let offset = start + 1; offset < text.length; offset++) {
    if (text[offset] === '\n') addLine(text, offset + 1, spaces, insertions)
    else if (quote === '"' && text[offset] === '\\') {
      if (text[offset + 1] === "'") insertions.push({ at: offset, spaces: -1 })
      offset += text[offset + 1] === '\n' ? 0 : 1
    } else if (text[offset] === quote) {
      if (quote === "'" && text[offset + 1] === "'") offset++
      else return offset + 1
    }
  }
  return undefined
}

/** Moves a line, but not a document separator, which is valid anywhere. */
function addLine(text: string, at: number, spaces: number, insertions: Insertion[]): void {
  const isMarker = /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4))
  if (!isMarker && !/[\r\n]/.test(text[at] ?? '\n')) insertions.push({ at, spaces })
}

function insert(text: string, insertions: readonly Insertion[]): MovedLines {
  const pieces: string[] = []
  const moves: { readonly from: number; readonly by: number }[] = [{ from: 0, by: 0 }]
  let [done, by] = [0, 0]
  for (const { at, spaces } of insertions) {
    const dropped = Math.max(0, -spaces)
    pieces.push(text.slice(done, at), ' '.repeat(Math.max(0, spaces)))
    by += spaces
    done = at + dropped
    moves.push({ from: done + by, by })
  }
  pieces.push(text.slice(done))
  const back = (offset: number): number => {
    let [low, high] = [0, moves.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((moves[middle]?.from ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    // An offset within inserted spaces means the beginning of the line.
    const next = moves[low + 1]
    const begins = next === undefined ? Infinity : next.from - next.by
    return Math.min(offset - (moves[low]?.by ?? 0), begins)
  }
  return { text: pieces.join(''), back }
}

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text)?.[0]
}

function skipBlanks(text: string, from: number): number {
  let offset = from
  while (text[offset] === ' ' || text[offset] === '\t') offset++
  return offset
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function nextLine(text: string, from: number): number {
  return Math.min(endOfLine(text, from) + 1, text.length)
}
