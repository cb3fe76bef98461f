/**
 * Stopping in reverse within the pod's grace period, by deadlines. Each command gets its stop signal once the containers that need
 * it have stopped. The first ones may use the whole grace period except a small reserve for each container that stops after them.
 * The next ones may use the rest. The wrapper never kills the last container: the kubelet does that.
 */
import { type Link, sortContainers } from './graph.ts'
import { isOfLife } from './conditions.ts'
import type { Order } from './order.ts'

/**
 * The least time between the stop signal and SIGKILL that the kubelet gives, even with a shorter grace period
 * (minimumGracePeriodInSeconds in pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
export const LEAST_GRACE_MS = 2000

/** The reserve for a container that stops after others and has no `stopGracePeriod`. */
export const RESERVE_MS = 1000

/** The least useful reserve. */
const LEAST_RESERVE_MS = 100

/** The part of the grace period for the wrappers, to be scheduled and to see each other's flags; at most a second. */
const MARGIN = 0.05
const MOST_MARGIN_MS = 1000

/** How long a wrapper waits for a follower's end after the follower's deadline, since the follower may have begun a little later. */
const MOST_SLACK_MS = 500

export interface Stop {
  /** The command gets its stop signal once these containers have stopped; each is named once. */
  readonly after: readonly string[]
  /** The containers that wait for this one in the same way. */
  readonly before: readonly string[]
  /** The latest time of the stop signal, since the beginning of the stop. */
  readonly waitMs: number
  /** The time of SIGKILL, since the beginning of the stop, if one of `before` still waits; undefined: never, since none waits. */
  readonly killMs: number | undefined
  /** The time that is reserved for this container, even if the others are slow. */
  readonly reserveMs: number
}

/** A container's `stopGracePeriod` in ms; undefined: not set. */
export type StopPeriodOf = (container: string) => number | undefined

/**
 * Plans the stops. A container that waits for another one as `started` or `ready` needs it until its own end. A container that waits
 * for an end does not need the target any more, but it needs what the target needed: an application also needs the database of its
 * migration.
 * @param graceMs the pod's terminationGracePeriodSeconds
 * @returns a stop for each container that stops in turn; none when they stop together
 */
export function planStops(whole: Order, graceMs: number): ReadonlyMap<string, Stop> {
  const periodOf: StopPeriodOf = (name) => whole.options.get(name)?.stopGracePeriod
  if (whole.stopOrder === 'together') return new Map()
  const order = withoutSidecars(whole)
  const links = findNeeds(order)
  const dependents = Map.groupBy(links, ({ target }) => target)
  const targets = Map.groupBy(links, ({ container }) => container)
  const usableMs = measureUsable(graceMs)
  const chain = { sorted: sortContainers(order.containers, links) ?? [], targets }
  const reserveOf = chooseReserves(chain, usableMs, periodOf)
  const below = measureBelow(chain, reserveOf)
  const stops = new Map<string, Stop>()
  for (const name of order.containers) {
    const after = (dependents.get(name) ?? []).map(({ container }) => container)
    const before = (targets.get(name) ?? []).map(({ target }) => target)
    if (after.length === 0 && before.length === 0) continue
    const reserveMs = reserveOf(name)
    const endMs = usableMs - (below.get(name) ?? 0)
    const slackMs = Math.min(MOST_SLACK_MS, reserveMs / 2)
    stops.set(name, {
      ...{ after, before },
      waitMs: after.length === 0 ? 0 : Math.max(0, Math.floor(endMs - reserveMs + slackMs)),
      killMs: before.length === 0 ? undefined : Math.max(0, Math.floor(endMs)),
      reserveMs: Math.floor(after.length === 0 ? endMs : reserveMs),
    })
  }
  return stops
}

/** The part of the grace period that all containers together may use. */
export function measureUsable(graceMs: number): number {
  const wholeMs = Math.max(graceMs, LEAST_GRACE_MS)
  return wholeMs - Math.min(MOST_MARGIN_MS, MARGIN * wholeMs)
}

export interface StopChain {
  /** Containers, the last to stop first. */
  readonly sorted: readonly string[]
  /** The containers that each one needs until its end. */
  readonly targets: ReadonlyMap<string, readonly Link[]>
}

/** Measures the longest chain of reserves of the containers that stop after each one; 0 for the last. */
export function measureBelow(
  { sorted, targets }: StopChain,
  reserveOf: (container: string) => number,
): ReadonlyMap<string, number> {
  const below = new Map<string, number>()
  for (const name of sorted) {
    let most = 0
    for (const { target } of targets.get(name) ?? [])
      most = Math.max(most, (below.get(target) ?? 0) + reserveOf(target))
    below.set(name, most)
  }
  return below
}

/**
 * Chooses reserves: a `stopGracePeriod` in full, else a second each. The latter together get at most half of the rest, so that
 * the first container to stop has at least as much as all of them.
 */
function chooseReserves(chain: StopChain, usableMs: number, periodOf: StopPeriodOf): (container: string) => number {
  const longest = (reserveMs: number): number =>
    [...measureBelow(chain, (name) => periodOf(name) ?? reserveMs).values()].reduce((a, b) => Math.max(a, b), 0)
  // Times that cannot fit are refused elsewhere. Here they are only limited.
  if (longest(LEAST_RESERVE_MS) >= usableMs) {
    const part = usableMs / (2 * longest(RESERVE_MS))
    return (name) => (periodOf(name) ?? RESERVE_MS) * part
  }
  let [fits, exceeds] = [0, RESERVE_MS]
  if (longest(2 * RESERVE_MS) <= usableMs) fits = RESERVE_MS
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) / 2
    if (longest(2 * middle) <= usableMs) fits = middle
    else exceeds = middle
  }
  return (name) => periodOf(name) ?? fits
}

/** Removes native sidecars: the kubelet stops them in reverse when all others have ended (terminationOrdering). */
function withoutSidecars(order: Order): Order {
  const { sidecars, containers, edges } = order
  if (sidecars.size === 0) return order
  return {
    ...order,
    containers: containers.filter((name) => !sidecars.has(name)),
    edges: edges.filter(({ container, target }) => !sidecars.has(container) && !sidecars.has(target)),
  }
}

/** Finds the pairs in which one container needs the other until its end, each once, in the sequence of the order. */
export function findNeeds({ containers, edges }: Pick<Order, 'containers' | 'edges'>): readonly Link[] {
  const own = Map.groupBy(edges, ({ container }) => container)
  const needs = new Map<string, ReadonlySet<string>>()
  for (const name of sortContainers(containers, edges) ?? []) {
    const given = (own.get(name) ?? []).map(({ target, condition }): ReadonlySet<string> => {
      return isOfLife(condition) ? new Set([target]) : (needs.get(target) ?? NOTHING)
    })
    // All steps of a chain share one set.
    const [first = NOTHING, ...others] = given.filter((set) => set.size > 0)
    needs.set(name, others.length === 0 ? first : new Set([first, ...others].flatMap((set) => [...set])))
  }
  return containers.flatMap((container) => [...(needs.get(container) ?? [])].map((target) => ({ container, target })))
}

/**
 * Whether `findNeeds` would find more than `most` pairs, in time linear in `most`. The number of pairs can be quadratic: when many
 * containers wait for the end of one that needed many.
 */
export function hasMoreNeeds({ containers, edges }: Pick<Order, 'containers' | 'edges'>, most: number): boolean {
  const own = Map.groupBy(edges, ({ container }) => container)
  const needs = new Map<string, ReadonlySet<string>>()
  let [pairs, looks] = [0, 0]
  for (const name of sortContainers(containers, edges) ?? []) {
    const found = new Set<string>()
    for (const { target, condition } of own.get(name) ?? []) {
      const given = isOfLife(condition) ? [target] : (needs.get(target) ?? [])
      for (const needed of given) {
        found.add(needed)
        // The same pair may be found several times, along different paths.
        if (++looks > 8 * most) return true
      }
    }
    needs.set(name, found)
    pairs += found.size
    if (pairs > most) return true
  }
  return false
}

const NOTHING: ReadonlySet<string> = new Set()
