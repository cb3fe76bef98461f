/** The stop signals that a manifest gives its containers. Pure. */
import { parseSignal } from '../base/signal-names.ts'
import type { Order } from '../order/order.ts'
import type { Container } from '../pod/pod.ts'

/**
 * @returns the signal by container: that of `lifecycle.stopSignal` (Kubernetes >= 1.33), else that of its podorder options, which
 * repeat the image's; no entry for a container with neither
 */
export function readStopSignals(
  containers: readonly Container[],
  order: Order | undefined,
): ReadonlyMap<string, number> {
  return new Map(
    containers.flatMap(({ name, lifecycle }) => {
      const { stopSignal } = (lifecycle ?? {}) as { readonly stopSignal?: unknown }
      const said = typeof stopSignal === 'string' ? stopSignal : order?.options.get(name)?.stopSignal
      const number = said === undefined ? undefined : parseSignal(said)
      return number === undefined ? [] : [[name, number] as const]
    }),
  )
}
