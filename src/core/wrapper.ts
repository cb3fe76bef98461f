/** What the order asks of each container's wrapper, as flags of `entrypoint`. Pure. */
import { formatDuration } from './duration.ts'
import type { Edge, Order } from './order.ts'
import type { RestartPolicy } from './pod.ts'
import { planStops, type Stop } from './stopping.ts'

export interface WrapperSettings {
  /** Absolute, as the containers see it. */
  readonly runDir: string
  readonly restartPolicy: RestartPolicy
  /** The pod's terminationGracePeriodSeconds. */
  readonly graceMs: number
}

/**
 * Takes time linear in the order; the function that is returned, in what concerns the container.
 * @returns takes a container of the order; says its flags, always in the same sequence, up to but without the `--`
 */
export function createFlags(order: Order, settings: WrapperSettings): (container: string) => readonly string[] {
  const { runDir, restartPolicy, graceMs } = settings
  const edges = Map.groupBy(order.edges, ({ container }) => container)
  const stops = planStops(order, graceMs)
  const held = restartPolicy === 'Always' ? findEndings(order) : new Set<string>()
  const main = new Set(order.main)
  const whenMainEnds = order.main.flatMap((name) => ['--stop-file', `${runDir}/${name}/ended`])
  const atLast = order.waitTimeoutMs === undefined ? [] : ['--wait-timeout', formatDuration(order.waitTimeoutMs)]

  return (container) => [
    ...['--run-dir', runDir, '--name', container, '--restart-policy', restartPolicy],
    ...(edges.get(container) ?? []).flatMap((edge) => writeWait(edge, runDir)),
    ...atLast,
    ...(held.has(container) ? ['--hold'] : []),
    ...(main.has(container) ? [] : whenMainEnds),
    ...writeStop(stops.get(container)),
  ]
}

/** Those that are waited for to end. Under restartPolicy Always the kubelet would run them again, and again. */
function findEndings({ edges }: Order): ReadonlySet<string> {
  const ending = edges.filter(({ condition }) => condition === 'completed' || condition === 'ended')
  return new Set(ending.map(({ target }) => target))
}

function writeWait({ target, condition, timeoutMs, optional }: Edge, runDir: string): readonly string[] {
  const file = `${runDir}/${target}/${condition}`
  return [
    ...['--wait-file', file],
    ...(timeoutMs === undefined ? [] : ['--wait-file-timeout', `${file}=${formatDuration(timeoutMs)}`]),
    ...(optional ? ['--wait-file-optional', file] : []),
  ]
}

function writeStop(stop: Stop | undefined): readonly string[] {
  if (stop === undefined) return []
  return [
    ...stop.after.flatMap((name) => ['--stop-after', name]),
    ...['--stop-wait', formatDuration(stop.waitMs), '--grace-period', formatDuration(stop.graceMs)],
  ]
}
