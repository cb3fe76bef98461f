/**
 * Whether a wrapper has to stay beside a container's command. Where it has nothing left to do once the command runs, it becomes
 * the command (`--exec`), which saves its memory. Pure.
 */
import type { Probing } from '../probe/wrapper-probes.ts'
import { isOfEnd } from './conditions.ts'
import type { SaidOptions } from './container-options.ts'
import type { Order } from './order.ts'

/**
 * Takes time linear in the order; the function that is returned, in what concerns the container.
 * @param stops by container, those that stop in turn
 * @returns takes a container of the order; gives one clause on what the wrapper has to do, undefined when it may leave
 */
export function indexWrapperNeeds(
  order: Order,
  stops: ReadonlyMap<string, unknown>,
): (container: string, probing: Probing) => string | undefined {
  const awaiting = Map.groupBy(order.edges, ({ target }) => target)
  const restarting = findStartingAnew(order)
  const [main] = order.main
  return (name, probing) => {
    const options = order.options.get(name)
    if (options?.exec === 'never') return 'its options say exec: false'
    const edges = awaiting.get(name) ?? []
    const toEnd = edges.find(({ condition }) => isOfEnd(condition))
    const toReady = edges.find(({ condition }) => condition === 'ready')
    if (main !== undefined && !order.sidecars.has(name))
      return `podorder.io/main is said, so that "${main}" ends the pod's work`
    if (toEnd !== undefined) return `"${toEnd.container}" waits for its end`
    if (toReady !== undefined && probing.measured)
      return `"${toReady.container}" waits for it, and its probe tells when`
    const awake = edges.find(({ restart }) => restart !== undefined)
    if (awake !== undefined) return `"${awake.container}" restarts with it`
    if (restarting.has(name)) return 'it restarts with what it depends on'
    if (stops.has(name)) return 'it is stopped in turn, as podorder.io/stop-order: together would not have it'
    // A wrapper that leaves says so to its followers, who then cannot know when it is killed. That is its user's choice.
    if (options?.exec === undefined && edges.length > 0) return 'others wait for it'
    return describeProbing(probing) ?? describeOptions(options)
  }
}

function describeProbing({ flags, postStart, liveDelayMs = 0 }: Probing): string | undefined {
  if (postStart !== undefined) return 'it has a postStart hook'
  if (flags.some((flag) => flag.startsWith('--startup-probe='))) return 'it has a startupProbe'
  return liveDelayMs > 0 ? 'its livenessProbe has an initialDelaySeconds' : undefined
}

function describeOptions(options: SaidOptions | undefined): string | undefined {
  if ((options?.retries ?? 0) > 0) return 'its options say retries'
  if (options?.timeout !== undefined) return 'its options say timeout'
  return options?.onError === 'continue' ? 'its options say onError: continue' : undefined
}

/** The containers that start anew with something that they depend on. */
export function findStartingAnew({ edges, outside }: Pick<Order, 'edges' | 'outside'>): ReadonlySet<string> {
  return new Set([...edges, ...outside].flatMap(({ container, restart }) => (restart === undefined ? [] : [container])))
}
