/**
 * Stopping in reverse within the pod's grace period, by deadlines. Each command is told to stop once those that need it have
 * stopped. The first ones may use the whole grace period but for a small reserve for each container that stops after them;
 * what they leave unused is there for the next ones. The last is never killed by its wrapper: the kubelet does that.
 */
import { type Link, sortContainers } from './graph.ts'
import { isOfLife } from './conditions.ts'
import type { Order } from './order.ts'

/**
 * However short the grace period, the kubelet waits so long between the stop signal and SIGKILL
 * (minimumGracePeriodInSeconds in pkg/kubelet/kuberuntime/kuberuntime_container.go).
 */
export const LEAST_GRACE_MS = 2000

/** For a container that stops after others, where it says no `stopGracePeriod`. */
export const RESERVE_MS = 1000

/** Less is of no use to anybody. */
const LEAST_RESERVE_MS = 100

/** The wrappers' own time, to be scheduled and to see each other's flags: this part of the grace period, and no more than a second. */
const MARGIN = 0.05
const MOST_MARGIN_MS = 1000

/** A follower's wrapper may have begun a little later than this one's; so long its end is waited for past its deadline. */
const MOST_SLACK_MS = 500

export interface Stop {
  /** The command is told to stop once these have stopped; each is named once. */
  readonly after: readonly string[]
  /** These wait for it in the same way. */
  readonly before: readonly string[]
  /** Told at the latest so long after its stop began. */
  readonly waitMs: number
  /** Killed so long after its stop began, if one of `before` still waits for it; undefined: never, nobody does. */
  readonly killMs: number | undefined
  /** What is kept for it of the time, however long the others take. */
  readonly reserveMs: number
}

/** What a container says of its own time, in ms; undefined: nothing. */
export type StopPeriodOf = (container: string) => number | undefined

/**
 * A container is needed until they end by those that wait for it as `started` or `ready`. Who waits for an end has no need of
 * the container any more, but of what that one needed: the database of a migration is the application's too.
 * @param graceMs the pod's terminationGracePeriodSeconds
 * @returns for the containers that stop one after another; none when they stop together
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

/** What of the grace period containers may use, all of them together. */
export function measureUsable(graceMs: number): number {
  const wholeMs = Math.max(graceMs, LEAST_GRACE_MS)
  return wholeMs - Math.min(MOST_MARGIN_MS, MARGIN * wholeMs)
}

export interface StopChain {
  /** What stops later first. */
  readonly sorted: readonly string[]
  /** By container: what it needs until its end. */
  readonly targets: ReadonlyMap<string, readonly Link[]>
}

/** The longest that those take which stop after a container, one after another; 0 for the last. */
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
 * What a container has said of its time is reserved in full. The others share: a second each, and never more than half of what
 * is left, so that the first to stop has at least as much as all of them.
 */
function chooseReserves(chain: StopChain, usableMs: number, periodOf: StopPeriodOf): (container: string) => number {
  const longest = (reserveMs: number): number =>
    [...measureBelow(chain, (name) => periodOf(name) ?? reserveMs).values()].reduce((a, b) => Math.max(a, b), 0)
  // What cannot fit is refused elsewhere; here it is only kept from taking everything.
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

/** The kubelet stops native sidecars itself, in reverse, when all others have ended (terminationOrdering). */
function withoutSidecars(order: Order): Order {
  const { sidecars, containers, edges } = order
  if (sidecars.size === 0) return order
  return {
    ...order,
    containers: containers.filter((name) => !sidecars.has(name)),
    edges: edges.filter(({ container, target }) => !sidecars.has(container) && !sidecars.has(target)),
  }
}

/** The pairs of containers of which one needs the other at the end, each once, in the sequence of the order. */
export function findNeeds({ containers, edges }: Pick<Order, 'containers' | 'edges'>): readonly Link[] {
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

/**
 * Whether `findNeeds` comes to more pairs than this. They may be as many as the square of the containers, where many wait for the end of
 * one that needed many. Takes no more time than this many pairs do.
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
        // A pair may be looked at several times, along different ways.
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
