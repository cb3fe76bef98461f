/**
 * The place of a YAML scalar's text in the file, so that what is wrong within it can be pointed at. Only text that
 * stands there as it is has such a place: escapes, folding and line continuations move letters about.
 */

/** The text begins `indent` columns behind the offset; the first line of a block may be blank, and not reach that far. */
export interface TextPlace {
  readonly offset: number
  readonly indent: number
}

/**
 * A quoted or plain scalar that begins at `start` (with its quote, if it has one).
 * @returns undefined when it was escaped or folded, or goes over several lines.
 */
export function findLineText(file: string, start: number, text: string): TextPlace | undefined {
  if (text.includes('\n')) return undefined
  const quoted = file[start] === '"' || file[start] === "'"
  const offset = quoted ? start + 1 : start
  const asItIs = file.startsWith(text, offset) && (!quoted || file[offset + text.length] === file[start])
  return asItIs ? { offset, indent: 0 } : undefined
}

/**
 * A literal block whose header (`|`, `|-`, `|2`) begins at `header`. Its lines all lose the same indentation, which shows
 * at the first that is not blank.
 * @returns undefined for a block of blank lines.
 */
export function findBlockText(file: string, header: number, text: string): TextPlace | undefined {
  const blankLines = /^\n*/.exec(text)?.[0].length ?? 0
  const line = lineAt(text, blankLines)
  if (line === '') return undefined
  const offset = file.indexOf('\n', header) + 1
  let start = offset
  for (let skipped = 0; skipped < blankLines; skipped++) start = file.indexOf('\n', start) + 1
  return { offset, indent: lineAt(file, start).replace(/\r$/, '').length - line.length }
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return text.slice(start, end === -1 ? undefined : end)
}
