/**
 * The place of a YAML scalar's text in the file, to report faults within the text. Only text that is in the file unchanged has such
 * a place: escapes, folding and line continuations move characters.
 */

/** The text begins `indent` columns behind the offset. The first line of a block may be blank and shorter than that. */
export interface TextPlace {
  readonly offset: number
  readonly indent: number
}

/**
 * Finds the text of a quoted or plain scalar that begins at `start`, including its quote.
 * @returns undefined when it has escapes or several lines.
 */
export function findLineText(file: string, start: number, text: string): TextPlace | undefined {
  if (text.includes('\n')) return undefined
  const quoted = file[start] === '"' || file[start] === "'"
  const offset = quoted ? start + 1 : start
  const asItIs = file.startsWith(text, offset) && (!quoted || file[offset + text.length] === file[start])
  return asItIs ? { offset, indent: 0 } : undefined
}

/**
 * Finds the text of a literal block whose header (`|`, `|-`, `|2`) begins at `header`. All lines lose the same indentation; the
 * first line that is not blank shows it.
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
