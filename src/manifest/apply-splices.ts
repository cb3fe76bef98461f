/** Applies several changes to a text. Pure. */

/** A change: the new text between two offsets. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** An insertion at an offset. */
export function insertion(offset: number, text: string): Splice {
  return { start: offset, end: offset, text }
}

/**
 * Applies all splices. Splices at one place keep their order. A splice that begins within the previous one, for example at its line
 * end, is moved behind it if the result is the same: a removal if the text behind it is equal to the part that it passes, an
 * insertion if it begins with that part.
 * @returns undefined when two splices overlap in any other way
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

/** @returns undefined when the moved splice would change the result */
function moveSplice({ start, end, text: put }: Splice, to: number, text: string): Splice | undefined {
  const passed = text.slice(start, to)
  const behind = end + to - start
  if (put === '' && passed === text.slice(end, behind)) return { start: to, end: behind, text: '' }
  if (start === end && put.startsWith(passed)) return { start: to, end: to, text: put.slice(passed.length) + passed }
  return undefined
}

/**
 * Moves a removal so that it begins at an insertion within it. The result is the same if the text that it then keeps is equal to the
 * text behind it.
 * @returns the text that the removal keeps before the insertion; undefined when the result would differ
 */
function keepBefore({ start, end }: Splice, removal: Splice, text: string): string | undefined {
  const kept = text.slice(removal.start, start)
  return start === end && removal.text === '' && text.startsWith(kept, removal.end) ? kept : undefined
}
