/** Writes the flags of each container's wrapper from the order. Pure. */
import { holdsTarget } from '../order/conditions.ts'
import { formatDuration } from '../base/duration.ts'
import type { ContainerOptions } from '../order/container-options.ts'
import { flagPathOf } from '../flags/layout.ts'
import type { Edge, Order, OutsideWait, RestartTerms } from '../order/order.ts'
import { planStops } from '../order/stopping.ts'
import { indexWrapperNeeds } from '../order/wrapper-need.ts'
import { followsEnd, diesForGood, type Restarts, writeRestartRule } from '../pod/restarts.ts'
import { protect } from '../pod/expand.ts'
import type { Probing } from '../probe/wrapper-probes.ts'
import { writeStop, writeStopSignal } from './stop-flags.ts'

export interface WrapperSettings {
  /** The absolute path as the containers see it. */
  readonly runDir: string
  /** The absolute directory in which the downward API shows the sidecars' states. */
  readonly downwardDir: string
  /** The restart rules of each container of the order. */
  readonly restartsOf: (container: string) => Restarts
  /** The pod's terminationGracePeriodSeconds. */
  readonly graceMs: number
}

/**
 * Takes time linear in the order; the returned function, linear in the container's part of it.
 * @returns a function of a container of the order, which returns its flags without `--`, always in the same sequence
 */
export function writeWrapperFlags(
  order: Order,
  settings: WrapperSettings,
): (container: string, probing: Probing, first?: boolean) => readonly string[] {
  const { runDir, downwardDir, restartsOf, graceMs } = settings
  const edges = Map.groupBy(order.edges, ({ container }) => container)
  const outside = Map.groupBy(order.outside, ({ container }) => container)
  const dependents = Map.groupBy(
    order.edges.filter(({ restart }) => restart !== undefined),
    ({ target }) => target,
  )
  const stops = planStops(order, graceMs)
  // The wrapper holds these, since the kubelet would restart them after each success.
  const held = new Set(findEndings(order).filter((name) => followsEnd(restartsOf(name), 0) === 'restarts'))
  const gone = new Map(order.containers.map((name) => [name, diesForGood(restartsOf(name))]))
  const main = new Set(order.main)
  // The kubelet stops native sidecars.
  const isStopped = (container: string): boolean => !main.has(container) && !order.sidecars.has(container)
  const needOf = indexWrapperNeeds(order, stops)
  const whenMainEnds = order.main.map((name) => `--stop-file=${flagPathOf(runDir, name, 'ended')}`)
  const atLast = order.waitTimeoutMs === undefined ? [] : [`--wait-timeout=${formatDuration(order.waitTimeoutMs)}`]

  return (container, probing, first = false) => {
    const leaves = needOf(container, probing, first) === undefined
    const stop = leaves ? undefined : stops.get(container)
    return [
      ...[`--run-dir=${runDir}`, `--name=${container}`, ...writeRestarts(restartsOf(container))],
      ...(edges.get(container) ?? []).flatMap((edge) => writeWait(edge, runDir)),
      ...writePolicies(container),
      ...writeOutside(outside.get(container) ?? [], downwardDir),
      ...(dependents.get(container) ?? []).map((edge) => `--restart-with=${edge.container}`),
      ...atLast,
      ...writeOptions(order.options.get(container) ?? {}),
      ...(leaves ? ['--exec'] : []),
      ...(held.has(container) ? ['--hold'] : []),
      ...(isStopped(container) ? whenMainEnds : []),
      ...writeStopSignal(probing, order.options.get(container)),
      ...(stop === undefined ? writeGrace(probing, graceMs) : writeStop(stop, probing, graceMs)),
      // The wrapper becomes the command and cannot publish readiness.
      ...(leaves
        ? probing.flags.filter((flag) => !flag.startsWith('--ready-probe='))
        : [...probing.flags, ...writePace(probing, order.options.get(container)?.probeEvery)]),
    ]
  }

  /** Writes the meaning of its targets' deaths, if it differs from that of its own death. */
  function writePolicies(container: string): readonly string[] {
    const final = restartsOf(container).policy === 'Never'
    const own = (edges.get(container) ?? []).map(({ target }) => target)
    const seen = new Set([...own, ...(isStopped(container) ? order.main : [])])
    return [...seen].flatMap((name) => {
      const goes = gone.get(name) ?? final
      return goes === final ? [] : [`--policy-of=${name}=${goes ? 'Never' : 'Always'}`]
    })
  }
}

function writeRestarts({ policy, rules }: Restarts): readonly string[] {
  return [`--restart-policy=${policy}`, ...rules.map((rule) => `--restart-rule=${writeRestartRule(rule)}`)]
}

/** Whether the wrapper kills a container that fails to start, as the kubelet would. */
function killsUnfit({ flags, postStart }: Probing): boolean {
  return postStart !== undefined || flags.some((flag) => flag.startsWith('--startup-probe='))
}

/** The containers that others wait for to end. */
function findEndings({ edges }: Order): readonly string[] {
  return edges.filter(({ condition }) => holdsTarget(condition)).map(({ target }) => target)
}

function writeWait({ target, condition, timeoutMs, optional, restart }: Edge, runDir: string): readonly string[] {
  const file = flagPathOf(runDir, target, condition)
  return [
    `--wait-file=${file}`,
    ...(timeoutMs === undefined ? [] : [`--wait-file-timeout=${file}=${formatDuration(timeoutMs)}`]),
    ...(optional ? [`--wait-file-optional=${file}`] : []),
    ...writeRestart(file, restart),
  ]
}

function writeRestart(name: string, restart: RestartTerms | undefined): readonly string[] {
  if (restart === undefined) return []
  const { afterMs } = restart
  return [
    `--restart-on=${name}`,
    ...(afterMs === undefined ? [] : [`--restart-after=${name}=${formatDuration(afterMs)}`]),
  ]
}

/** Writes waits for outside. `$` is escaped, since the kubelet expands `$(NAME)` in args. */
function writeOutside(waits: readonly OutsideWait[], downwardDir: string): readonly string[] {
  const flags = waits.flatMap(({ target, timeoutMs, optional, restart }) => {
    const label = protect(target.label)
    return [
      `--wait-for=${label}`,
      ...(timeoutMs === undefined ? [] : [`--wait-for-timeout=${label}=${formatDuration(timeoutMs)}`]),
      ...(optional ? [`--wait-for-optional=${label}`] : []),
      ...('absentCounts' in target ? [`--wait-for-absent=${label}`] : []),
      ...writeRestart(label, restart),
    ]
  })
  return waits.some(({ target }) => target.kind === 'sidecar') ? [...flags, `--downward-dir=${downwardDir}`] : flags
}

function writePace({ measured }: Probing, everyMs: number | undefined): readonly string[] {
  return measured && everyMs !== undefined ? [`--probe-every=${formatDuration(everyMs)}`] : []
}

function writeOptions(options: ContainerOptions): readonly string[] {
  const { retries, retryDelay, retryMaxDelay, timeout, onError, quiet, logFormat } = options
  const duration = (flag: string, ms: number | undefined) => (ms === undefined ? [] : [`${flag}=${formatDuration(ms)}`])
  return [
    ...(retries === undefined ? [] : [`--retries=${retries}`]),
    ...duration('--retry-delay', retryDelay),
    ...duration('--retry-max-delay', retryMaxDelay),
    ...duration('--timeout', timeout),
    ...(onError === undefined ? [] : [`--on-error=${onError}`]),
    ...(quiet === true ? ['--quiet'] : []),
    ...(logFormat === undefined ? [] : [`--log-format=${logFormat}`]),
  ]
}

/**
 * Writes the grace period for a stop by the wrapper after a failed startupProbe or hook: that of the kubelet. `--stop-wait`
 * leaves the limit of a stop from outside to the kubelet.
 */
function writeGrace(probing: Probing, graceMs: number): readonly string[] {
  return killsUnfit(probing) ? ['--stop-wait=0s', `--grace-period=${formatDuration(graceMs)}`] : []
}
