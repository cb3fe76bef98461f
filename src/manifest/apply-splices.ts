/** Changes to a text, made all at once. Pure. */

/** Between two offsets stands this text from now on. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Text that is put in at an offset. */
export function insertion(offset: number, text: string): Splice {
  return { start: offset, end: offset, text }
}

/**
 * All at once. Of those at one place the first one given stands first. One that begins within the one before it, by a line end
 * say, is put as far behind that if it does the same there: what a removal leaves out then stands behind it again, what an
 * insertion begins with stands at its place.
 * @returns undefined when two overlap otherwise
 */
export function applySplices(text: string, splices: readonly Splice[]): string | undefined {
  let end = 0
  let last: Splice = insertion(0, '')
  const pieces: string[] = []
  for (const splice of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const moved = splice.start < end ? moveSplice(splice, end, text) : splice
    const kept = moved === undefined ? keepBefore(splice, last, text) : text.slice(end, moved.start)
    if (kept === undefined) return undefined
    pieces.push(kept, (moved ?? splice).text)
    last = moved ?? { start: splice.start, end: last.end + kept.length, text: '' }
    end = last.end
  }
  return pieces.join('') + text.slice(end)
}

/** @returns undefined when it is another change there */
function moveSplice({ start, end, text: put }: Splice, to: number, text: string): Splice | undefined {
  const passed = text.slice(start, to)
  const behind = end + to - start
  if (put === '' && passed === text.slice(end, behind)) return { start: to, end: behind, text: '' }
  if (start === end && put.startsWith(passed)) return { start: to, end: to, text: put.slice(passed.length) + passed }
  return undefined
}

/**
 * A removal takes the same away wherever it begins between two equal texts: where it begins at an insertion within it, both can be made.
 * @returns what it leaves before the insertion then
 */
function keepBefore({ start, end }: Splice, removal: Splice, text: string): string | undefined {
  const kept = text.slice(removal.start, start)
  return start === end && removal.text === '' && text.startsWith(kept, removal.end) ? kept : undefined
}
