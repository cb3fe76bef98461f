/**
 * Main's shadow. When all containers named in `podorder.io/main` have ended, every other ordered container is stopped. A
 * container that starts only after that has no time for its work.
 *
 * A container *surely starts after the end of* a main container m if it waits, without `optional`,
 * - for m as completed, failed or ended; or
 * - for a container as started, ready or completed that itself surely starts after the end of m.
 *   (Not as failed or ended: these come at once for a container that is skipped, which may be before m ends.)
 *
 * The shadow is every container that is not main and surely starts after the end of each main container. No container in it
 * can complete, so a wait for `completed` is refused. (`failed` or `ended` are possible: when the container is skipped.)
 *
 * A container that main waits for to complete, such as a migration, is not in the shadow: only its program knows whether it
 * ends by itself. If it looks like a server, this may be a deadlock, and there is a warning: see `findServerWaits`.
 */
import { type Link, sortContainers } from './graph.ts'
import { impliesStart, isOfEnd } from './conditions.ts'
import type { Edge } from './order.ts'

/** Linear in containers and edges (a bit for each main container). @param edges without a cycle */
export function findShadow(
  containers: readonly string[],
  edges: readonly Edge[],
  main: readonly string[],
): ReadonlySet<string> {
  if (main.length === 0) return new Set()
  const bits = new Map(main.map((name, index) => [name, 1n << BigInt(index)]))
  const all = (1n << BigInt(main.length)) - 1n
  const outgoing = Map.groupBy(edges, ({ container }) => container)
  // For each container, the main containers after whose end it surely starts.
  const after = new Map<string, bigint>()
  for (const container of sortContainers(containers, edges) ?? []) {
    let mask = 0n
    for (const { target, condition, optional } of outgoing.get(container) ?? []) {
      if (optional) continue
      if (impliesStart(condition)) mask |= after.get(target) ?? 0n
      if (isOfEnd(condition)) mask |= bits.get(target) ?? 0n
    }
    after.set(container, mask)
  }
  return new Set(containers.filter((name) => !bits.has(name) && after.get(name) === all))
}

/**
 * Finds edges that may be a deadlock: main waits, directly or through others, for the end of a container that is not main, and
 * another container waits for it as ready, as for a server. A server ends only when it is stopped, and it is stopped only when
 * main has ended. Linear.
 */
export function findServerWaits(edges: readonly Edge[], main: readonly string[]): readonly Edge[] {
  const leading = findAncestors(edges, main)
  const used = new Set(edges.filter(({ condition }) => condition === 'ready').map(({ target }) => target))
  const mains = new Set(main)
  return edges.filter(
    ({ container, target, condition, optional }) =>
      isOfEnd(condition) && !optional && leading.has(container) && used.has(target) && !mains.has(target),
  )
}

/** The main containers, and all containers that they wait for, directly or through others. */
function findAncestors(links: readonly Link[], main: readonly string[]): ReadonlySet<string> {
  const outgoing = Map.groupBy(links, ({ container }) => container)
  const found = new Set(main)
  // A set may grow during its loop.
  for (const name of found) for (const { target } of outgoing.get(name) ?? []) found.add(target)
  return found
}
