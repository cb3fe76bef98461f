/** Faults of containers together: two with one name, and containers that wait for each other. */
import { findCycles } from '../order/cycle.ts'
import type { Entry, Tree } from '../manifest/tree.ts'
import { type ComposeContext, placeOf } from './compose-tree.ts'
import type { DraftEdge } from './draft.ts'

/** A service or container of the file. */
export interface Ordered {
  /** The name in the pod. */
  readonly container: string
  /** The name in the file. */
  readonly written: string
  /** `service "a"` or `container "a"`. */
  readonly about: string
  /** The place of its order. */
  readonly at: Tree | Entry
}

/** Refuses a name that is taken: names in a pod are labels, so two names of a file may become one. */
export function refuseTwins(members: readonly Ordered[], context: ComposeContext): void {
  const taken = new Map<string, Ordered>()
  for (const member of members) {
    const { container, written, about, at } = member
    const other = taken.get(container)
    if (other !== undefined) {
      const kind = about.split(' ', 1).join('')
      const what =
        other.written === written
          ? `a ${kind} before it has this name`
          : `in a pod it is called "${container}", as ${other.about} is`
      context.remarks.refuse(placeOf(at, context), about, what, 'rename one of them')
    }
    taken.set(container, member)
  }
}

/** Refuses containers that wait for each other: none of them could start. @param fix what to do */
export function refuseCycles(
  members: readonly Ordered[],
  edges: readonly DraftEdge[],
  fix: string,
  context: ComposeContext,
): void {
  // Of two with one name, the first counts.
  const byContainer = new Map<string, Ordered>()
  for (const member of members) if (!byContainer.has(member.container)) byContainer.set(member.container, member)
  for (const cycle of findCycles([...byContainer.keys()], edges)) {
    const [first, ...others] = cycle.flatMap((container) => byContainer.get(container) ?? [])
    if (first === undefined) continue
    const chain = [...others, first].map(({ written }) => `"${written}"`).join(', which waits for ')
    const what = others.length === 0 ? 'it depends on itself' : `it waits for ${chain}: none of them can start`
    context.remarks.refuse(placeOf(first.at, context), first.about, what, others.length === 0 ? 'remove it' : fix)
  }
}
