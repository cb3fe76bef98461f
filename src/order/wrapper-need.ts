/**
 * Decides whether a wrapper must stay beside a container's command. A wrapper with nothing left to do becomes the command
 * (`--exec`), which saves its memory. Pure.
 */
import type { Probing } from '../probe/wrapper-probes.ts'
import { isOfEnd } from './conditions.ts'
import type { SaidOptions } from './container-options.ts'
import type { Order } from './order.ts'

export interface WrapperNeed {
  /** The wrapper's task, in one clause. */
  readonly why: string
  /** How to avoid the task. */
  readonly instead: string
}

/**
 * Takes time linear in the order; the returned function, linear in the container's part of it.
 * @param stops the stops of containers that stop in turn, by name
 * @returns a function of a container of the order, and of whether its command must be the first process. It returns undefined
 * when the wrapper may become the command.
 */
export function indexWrapperNeeds(
  order: Order,
  stops: ReadonlyMap<string, unknown>,
): (container: string, probing: Probing, first?: boolean) => WrapperNeed | undefined {
  const awaiting = Map.groupBy(order.edges, ({ target }) => target)
  const restarting = findStartingAnew(order)
  const [main] = order.main
  const need = (why: string, instead: string): WrapperNeed => ({ why, instead })
  return (name, probing, first = false) => {
    const options = order.options.get(name)
    if (options?.exec === 'never') return need('it has the option exec: false', 'remove exec: false')
    const edges = awaiting.get(name) ?? []
    const toEnd = edges.find(({ condition }) => isOfEnd(condition))
    const toReady = edges.find(({ condition }) => condition === 'ready')
    if (main !== undefined && !order.sidecars.has(name)) {
      return need(`podorder.io/main is set, and its wrapper has to know when "${main}" ends`, 'remove podorder.io/main')
    }
    if (toEnd !== undefined) {
      return need(`"${toEnd.container}" waits for its end`, `write "${name}: started" for ${toEnd.container}`)
    }
    if (toReady !== undefined && probing.measured) {
      const instead = `write "${name}: started" for ${toReady.container}`
      return need(`"${toReady.container}" waits for it, and its probe tells when`, instead)
    }
    const awake = edges.find(({ restart }) => restart !== undefined)
    if (awake !== undefined)
      return need(`"${awake.container}" restarts with it`, `remove restart from ${awake.container}`)
    if (restarting.has(name)) return need('it restarts with what it depends on', `remove restart from ${name}`)
    // A command that must be the first process would not start under a wrapper. It is stopped out of turn instead.
    if (stops.has(name) && !first) {
      const why = 'it is stopped in turn'
      return need(why, 'set podorder.io/stop-order: together')
    }
    // Followers cannot notice the death of a container whose wrapper has become the command, so this needs `exec: true`.
    if (options?.exec === undefined && edges.length > 0 && !first) return need('others wait for it', 'set exec: true')
    return weighProbing(probing) ?? weighOptions(options)
  }
}

function weighProbing({ flags, postStart, liveDelayMs = 0 }: Probing): WrapperNeed | undefined {
  if (postStart !== undefined) return { why: 'it has a postStart hook', instead: 'remove lifecycle.postStart' }
  if (flags.some((flag) => flag.startsWith('--startup-probe='))) {
    return { why: 'it has a startupProbe', instead: 'make the startupProbe a readinessProbe' }
  }
  if (liveDelayMs === 0) return undefined
  return {
    why: 'its livenessProbe has an initialDelaySeconds',
    instead: 'give the livenessProbe a higher failureThreshold, and no initialDelaySeconds',
  }
}

function weighOptions(options: SaidOptions | undefined): WrapperNeed | undefined {
  const said =
    (options?.retries ?? 0) > 0
      ? 'retries'
      : options?.timeout !== undefined
        ? 'timeout'
        : options?.onError === 'continue'
          ? 'onError: continue'
          : undefined
  return said === undefined
    ? undefined
    : { why: `it has the option ${said}`, instead: `remove ${said} from its options` }
}

/** The containers that restart with one of their dependencies. */
export function findStartingAnew({ edges, outside }: Pick<Order, 'edges' | 'outside'>): ReadonlySet<string> {
  return new Set([...edges, ...outside].flatMap(({ container, restart }) => (restart === undefined ? [] : [container])))
}
