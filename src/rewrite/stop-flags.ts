/** Stopping in order: flags of the wrapper, and of `entrypoint pre-stop`, which runs the container's preStop hook. Pure. */
import { formatDuration } from '../base/duration.ts'
import { isTakeable, nameSignal, parseSignal } from '../base/signal-names.ts'
import { chooseAlone } from '../entrypoint/turn.ts'
import type { ContainerOptions } from '../order/container-options.ts'
import type { Order } from '../order/order.ts'
import { LEAST_GRACE_MS, planStops, type Stop } from '../order/stopping.ts'
import { makePreStop } from '../pod/own.ts'
import type { Probing } from '../probe/wrapper-probes.ts'

/**
 * Writes the stop signal. The runtime sends `lifecycle.stopSignal`, else the image's signal, which the container's options may give.
 * An invalid signal is left out, so that no wrapper fails: the API server refuses it.
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
  // A container that is stopped alone, by its probe, has only the probe's grace period.
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
 * Writes preStop hooks. The container's hook is inserted unescaped, since the kubelet does not expand `$(NAME)` in a hook.
 * @returns a function of a container of the order, which returns its preStop hook; undefined when the container has none.
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
