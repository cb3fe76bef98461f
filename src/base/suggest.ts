/** Suggestions for misspelled words. */

/**
 * Finds the known word with the fewest differences from `word`: letters inserted, omitted, replaced, or two neighbours exchanged.
 * Case is ignored. The first of equal words is taken. Each three letters allow one difference; at least one is allowed.
 * @returns undefined when no word is close enough.
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

/** The longest name of a container; all our own words are shorter. The time of the search grows with the square of the length. */
const LONGEST_WORD = 63

/** The most suggestions per input. Further ones are of little use, and the search is the most expensive part of a fault. */
const PROPOSALS = 20

/**
 * Proposes a fix for an unknown word: the closest known word, else `otherwise`.
 * @param told the number of faults found before this one
 */
export function proposeWord(word: string, known: Iterable<string>, otherwise: string, told = 0): string {
  const near = told < PROPOSALS ? suggest(word, known) : undefined
  return near === undefined ? otherwise : `did you mean "${near}"?`
}

/** @returns the number of differences allowed; none for a word of one letter, where a match would be chance */
function allowSlips(candidate: string): number {
  return Math.min(Math.max(1, Math.floor(candidate.length / 3)), candidate.length - 1)
}

/** Optimal string alignment distance. Returns Infinity as soon as the distance is known to exceed the limit. */
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
    // A transposition uses the row before the last, so the limit must be exceeded in two rows in succession.
    if (Math.min(...row) > limit && Math.min(...last) > limit) return Infinity
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
