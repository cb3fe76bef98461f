/** By which signal each container is stopped, as its manifest has it. Pure. */
import { parseSignal } from '../base/signal-names.ts'
import type { Order } from '../order/order.ts'
import type { Container } from '../pod/pod.ts'

/**
 * @returns by container, what `lifecycle.stopSignal` says (Kubernetes >= 1.33), else its options, which say what its image does;
 * no entry where neither does
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
