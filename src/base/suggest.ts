/** Did-you-mean. */

/**
 * The known word that `word` is most likely a slip of: fewest letters inserted, left out, replaced, or two neighbours
 * exchanged, whatever the case; the first of equals. At most one slip for every three letters, and at least one.
 * @returns undefined when nothing is near enough.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined
  const typed = word.toLowerCase()
  let nearest: string | undefined
  let fewest = Infinity
  for (const candidate of known) {
    const limit = Math.min(allowSlips(candidate), fewest - 1)
    const slips = countSlips(typed, candidate.toLowerCase(), limit)
    if (slips > limit) continue
    nearest = candidate
    fewest = slips
  }
  return nearest
}

/** The longest name of a container, and longer than any word of ours: the search takes the square of the length. */
const LONGEST_WORD = 63

/** The most proposals in one reading: with more faults another proposal helps nobody, and the search is what a fault costs most. */
const PROPOSALS = 20

/**
 * The fix for a word that is not known: the nearest one, else what to do otherwise.
 * @param told how many faults were found before this one
 */
export function proposeWord(word: string, known: Iterable<string>, otherwise: string, told = 0): string {
  const near = told < PROPOSALS ? suggest(word, known) : undefined
  return near === undefined ? otherwise : `did you mean "${near}"?`
}

/** No slips for short words: a single letter is no evidence for another. */
function allowSlips(candidate: string): number {
  return Math.min(Math.max(1, Math.floor(candidate.length / 3)), candidate.length - 1)
}

/** Optimal string alignment distance, given up (as Infinity) once it is known to exceed the limit. */
function countSlips(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    // A transposition may reach back over one row: only two hopeless rows in succession are the end.
    if (Math.min(...row) > limit && Math.min(...last) > limit) return Infinity
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
