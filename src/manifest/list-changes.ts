/** How one list became another: which items went, and whether the others stayed in their places. Pure. */
import { isEqual } from './equality.ts'

/** The same items, or those of the same names, each once: containers of which something has changed. */
export function isAligned(before: readonly unknown[], after: readonly unknown[]): boolean {
  if (isEqual(before, after)) return true
  const [own, other] = [namesOf(before), namesOf(after)]
  return own !== undefined && isEqual(own, other)
}

/** @returns undefined where not each item has a name of its own */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.flatMap((item) =>
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' ? [item.name] : [],
  )
  return names.length === list.length && new Set(names).size === names.length ? names : undefined
}

export interface Run {
  readonly from: number
  readonly count: number
}

/** The runs of items that are no longer there; the others are the same, in the same order. */
export function findGone(before: readonly unknown[], after: readonly unknown[]): readonly Run[] {
  // What was put before a list's own words may well be equal to one of them.
  const ahead = before.length - after.length
  if (isEqual(before.slice(ahead), after)) return [{ from: 0, count: ahead }]
  const names = namesOf(before)
  const wanted = namesOf(after)
  const runs: Run[] = []
  let next = 0
  before.forEach((item, index) => {
    const isNext =
      names !== undefined && wanted !== undefined ? names[index] === wanted[next] : isEqual(item, after[next])
    if (next < after.length && isNext) next++
    else if (runs.at(-1)?.from === index - (runs.at(-1)?.count ?? 0)) runs[runs.length - 1] = grow(runs.at(-1))
    else runs.push({ from: index, count: 1 })
  })
  return runs
}

function grow(run: Run | undefined): Run {
  return { from: run?.from ?? 0, count: (run?.count ?? 0) + 1 }
}

/** How many items are no longer there. */
export function countGone(before: readonly unknown[], after: readonly unknown[]): number {
  return findGone(before, after).reduce((sum, { count }) => sum + count, 0)
}
