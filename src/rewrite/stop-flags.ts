/** What the order asks of a container when it stops: flags of its wrapper, and of `entrypoint pre-stop`, which holds its hook. Pure. */
import { formatDuration } from '../base/duration.ts'
import { isTakeable, nameSignal, parseSignal } from '../base/signal-names.ts'
import { chooseAlone } from '../entrypoint/turn.ts'
import type { ContainerOptions } from '../order/container-options.ts'
import type { Order } from '../order/order.ts'
import { LEAST_GRACE_MS, planStops, type Stop } from '../order/stopping.ts'
import { makePreStop } from '../pod/own.ts'
import type { Probing } from '../probe/wrapper-probes.ts'

/**
 * `lifecycle.stopSignal` is what the runtime sends; without one what its image says, or the container's options in its place.
 * What is no signal is refused by the API server; no wrapper is to fail over it.
 */
export function writeStopSignal({ stopSignal }: Probing, options: ContainerOptions | undefined): readonly string[] {
  const signal = parseSignal(stopSignal ?? options?.stopSignal ?? '')
  return signal === undefined || !isTakeable(signal) ? [] : [`--stop-signal=${nameSignal(signal)}`]
}

export function writeStop(
  { after, before, waitMs, killMs }: Stop,
  { probeGraceMs = Infinity }: Probing,
  graceMs: number,
): readonly string[] {
  const wholeMs = Math.max(LEAST_GRACE_MS, graceMs)
  const usualMs = chooseAlone(wholeMs)
  // Stopped alone, by its own probe, it has no more time than that probe gives.
  const aloneMs = Math.min(usualMs, chooseAlone(Math.max(LEAST_GRACE_MS, probeGraceMs)))
  return [
    ...after.map((name) => `--stop-after=${name}`),
    ...(after.length === 0 ? [] : [`--stop-wait=${formatDuration(waitMs)}`]),
    ...(after.length === 0 || aloneMs === usualMs ? [] : [`--stop-alone=${formatDuration(aloneMs)}`]),
    ...before.map((name) => `--stop-before=${name}`),
    ...(killMs === undefined ? [] : [`--stop-kill=${formatDuration(killMs)}`]),
    `--grace-period=${formatDuration(wholeMs)}`,
  ]
}

/**
 * The kubelet does not expand `$(NAME)` in a hook, so the container's own stands in it as it is.
 * @returns takes a container of the order; says its preStop hook, undefined where it has none of its own.
 */
export function writePreStops(
  order: Order,
  { runDir, graceMs }: { readonly runDir: string; readonly graceMs: number },
  entrypoint: string,
): (container: string, probing: Probing) => object | undefined {
  const stops = planStops(order, graceMs)
  return (container, probing) => {
    const { preStop } = probing
    const stop = stops.get(container)
    if (preStop === undefined) return undefined
    const flags = [
      ...[`--run-dir=${runDir}`, `--name=${container}`],
      ...(stop === undefined ? [] : writeStop(stop, probing, graceMs)),
      `--hook=${JSON.stringify(preStop)}`,
    ]
    return makePreStop(entrypoint, flags)
  }
}
