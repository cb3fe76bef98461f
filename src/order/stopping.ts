/**
 * Stopping in reverse within the pod's grace period. Every container gets its SIGTERM at once; each wrapper holds it back
 * until the containers that need this one have stopped. The longest chain of them is cut into levels with an equal share of
 * the time each, so that the whole pod ends before the kubelet's SIGKILL even when every command ignores SIGTERM.
 */
import { type Link, measureHeights, sortContainers } from './graph.ts'
import { isOfLife } from './conditions.ts'
import type { Order } from './order.ts'

/** What is left of the grace period is for the wrappers: to be scheduled, to write their flags, to exit. */
const USED = 0.9

export interface Stop {
  /** SIGTERM is held back until these have stopped; each is named once. */
  readonly after: readonly string[]
  /** At most so long. */
  readonly waitMs: number
  /** From SIGTERM to SIGKILL, for its own command. */
  readonly graceMs: number
}

/**
 * A container is needed until they end by those that wait for it as `started` or `ready`. Who waits for an end has no need of
 * the container any more, but of what that one needed: the database of a migration is the application's too.
 * @param graceMs the pod's terminationGracePeriodSeconds
 * @returns for the containers that stop one after another; none when they stop together
 */
export function planStops(order: Order, graceMs: number): ReadonlyMap<string, Stop> {
  if (order.stopOrder === 'together') return new Map()
  const links = findNeeds(order)
  const heights = measureHeights(order.containers, links)
  const levels = [...heights.values()].reduce((highest, height) => Math.max(highest, height), 0) + 1
  const shareMs = Math.floor((USED * graceMs) / levels)
  const dependents = Map.groupBy(links, ({ target }) => target)
  const dependent = new Set(links.map(({ container }) => container))
  const stops = new Map<string, Stop>()
  for (const name of order.containers) {
    const needing = dependents.get(name)
    if (needing === undefined && !dependent.has(name)) continue
    const after = needing?.map(({ container }) => container) ?? []
    stops.set(name, { after, waitMs: (heights.get(name) ?? 0) * shareMs, graceMs: shareMs })
  }
  return stops
}

/** Who needs whom at the end, each pair once, in the sequence of the order. */
function findNeeds({ containers, edges }: Order): readonly Link[] {
  const own = Map.groupBy(edges, ({ container }) => container)
  const needs = new Map<string, ReadonlySet<string>>()
  for (const name of sortContainers(containers, edges) ?? []) {
    const given = (own.get(name) ?? []).map(({ target, condition }): ReadonlySet<string> => {
      return isOfLife(condition) ? new Set([target]) : (needs.get(target) ?? NOTHING)
    })
    // In a chain of steps one set serves all of them.
    const [first = NOTHING, ...others] = given.filter((set) => set.size > 0)
    needs.set(name, others.length === 0 ? first : new Set([first, ...others].flatMap((set) => [...set])))
  }
  return containers.flatMap((container) => [...(needs.get(container) ?? [])].map((target) => ({ container, target })))
}

const NOTHING: ReadonlySet<string> = new Set()
