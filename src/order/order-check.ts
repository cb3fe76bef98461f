/** Checks whether an order of existing containers can work. */
import { holdsTarget } from './conditions.ts'
import { listFirst } from '../base/wording.ts'
import type { Fault } from '../manifest/tree.ts'
import { followsEnd, type Restarts } from '../pod/restarts.ts'
import { findCycles } from './cycle.ts'
import type { Edge } from './order.ts'
import { findServerWaits, findShadow } from './shadow.ts'

export interface OrderCheck {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

type RestartsOf = (container: string) => Restarts

/** Finds cycles and main's shadow (faults), and probable problems with restarts or main (warnings). @param sidecars native sidecars */
export function checkOrder(
  containers: readonly string[],
  edges: readonly Edge[],
  main: readonly string[],
  restartsOf: RestartsOf,
  sidecars: ReadonlySet<string>,
): OrderCheck {
  const cycles = wordCycles(containers, edges)
  const shadow = cycles.length > 0 ? new Set<string>() : findShadow(containers, edges, main)
  return {
    faults: [...cycles, ...wordShadow(edges, main, shadow)],
    warnings: [
      ...warnOfShadow(edges, shadow),
      ...warnOfServers(edges, main),
      ...warnOfHolding(edges, restartsOf, sidecars),
      ...warnOfFailing(edges, restartsOf),
    ],
  }
}

/** A longer cycle is shown by its beginning and its end. */
const SHOWN = 20

function wordCycles(containers: readonly string[], edges: readonly Edge[]): readonly Fault[] {
  const cycles = findCycles(containers, edges)
  if (cycles.length === 0) return []
  const places = new Map(edges.map(({ container, target, at }) => [`${container} ${target}`, at]))
  return cycles.map((cycle) => {
    const [first = '', second = first] = cycle
    const shown =
      cycle.length <= SHOWN
        ? cycle
        : [...cycle.slice(0, SHOWN - 1), `(${cycle.length - SHOWN} more)`, ...cycle.slice(-1)]
    return {
      at: places.get(`${first} ${second}`) ?? { line: 1, column: 1 },
      container: first,
      what: `cycle ${[...shown, first].join(' -> ')}, where -> means "waits for"`,
      fix: 'remove one of these dependencies',
    }
  })
}

function wordShadow(edges: readonly Edge[], main: readonly string[], shadow: ReadonlySet<string>): readonly Fault[] {
  const mains = listFirst(main, 8)
  return edges
    .filter(({ target, condition }) => condition === 'completed' && shadow.has(target))
    .map(({ container, target, at }) => ({
      at,
      container,
      what:
        `waits for "${target}" to be completed, but that cannot happen: ` +
        `"${target}" starts only after main (${mains}) has ended, and all other containers are stopped then`,
      fix: `add "${target}" to podorder.io/main`,
    }))
}

function warnOfShadow(edges: readonly Edge[], shadow: ReadonlySet<string>): readonly Fault[] {
  return uniqueBy(
    edges.filter(({ container }) => shadow.has(container)),
    ({ container }) => container,
  ).map(({ container, at }) => ({
    at,
    container,
    what: 'starts only after main has ended, and all containers that are not main are stopped then',
    fix: `add "${container}" to podorder.io/main, if its work is wanted`,
  }))
}

function warnOfServers(edges: readonly Edge[], main: readonly string[]): readonly Fault[] {
  return findServerWaits(edges, main).map(({ container, target, condition, at }) => ({
    at,
    container,
    what:
      `waits for "${target}" to be ${condition}, but other containers wait for "${target}" to be ready: ` +
      `a server does not end until main has ended, so if "${target}" is a server, the pod never ends`,
    fix: `wait for "${target}" to be ready, or add it to podorder.io/main`,
  }))
}

/** Warns of targets that the kubelet would run again after their end: their wrappers hold them (`--hold`). */
function warnOfHolding(
  edges: readonly Edge[],
  restartsOf: RestartsOf,
  sidecars: ReadonlySet<string>,
): readonly Fault[] {
  const held = edges.filter(
    ({ target, condition }) => holdsTarget(condition) && followsEnd(restartsOf(target), 0) === 'restarts',
  )
  return uniqueBy(held, ({ target }) => target).map(({ target, at }) => ({
    at,
    container: target,
    what: 'another container waits for its end, but its restartPolicy is Always: its wrapper stays after success (--hold)',
    fix: sidecars.has(target)
      ? 'leave it so, or remove its restartPolicy: an ordinary init container ends before the others start'
      : 'leave it so, or use an init container or a Job; do not give it a restartPolicy of its own, because a pod with an ended container is not ready',
  }))
}

/** Warns of waits for a failure when the kubelet restarts the container, since the failure is not final then. */
function warnOfFailing(edges: readonly Edge[], restartsOf: RestartsOf): readonly Fault[] {
  return edges
    .filter(({ target, condition }) => condition === 'failed' && restartsOf(target).policy !== 'Never')
    .map(({ container, target, at }) => ({
      at,
      container,
      what: `waits for "${target}" to have failed, but with restartPolicy ${restartsOf(target).policy} it is restarted until it succeeds`,
      fix: 'use restartPolicy Never',
    }))
}

function uniqueBy(edges: readonly Edge[], keyOf: (edge: Edge) => string): readonly Edge[] {
  return [...Map.groupBy(edges, keyOf).values()].flatMap(([first]) => (first === undefined ? [] : [first]))
}
