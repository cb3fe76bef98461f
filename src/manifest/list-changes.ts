/** Compares an old list with a new one: which items were removed, and whether the others kept their order. Pure. */
import { isEqual } from './equality.ts'

/** Whether both lists have the same items, or items with the same unique names, such as containers with changed fields. */
export function isAligned(before: readonly unknown[], after: readonly unknown[]): boolean {
  if (isEqual(before, after)) return true
  const [own, other] = [namesOf(before), namesOf(after)]
  return own !== undefined && isEqual(own, other)
}

/** @returns undefined when an item has no name, or two have the same */
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

/** Finds the runs of removed items; the others are in the same order. */
export function findGone(before: readonly unknown[], after: readonly unknown[]): readonly Run[] {
  // Words that were put before the original ones may be equal to one of them, so the beginning is tried first.
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

/** The number of removed items. */
export function countGone(before: readonly unknown[], after: readonly unknown[]): number {
  return findGone(before, after).reduce((sum, { count }) => sum + count, 0)
}
