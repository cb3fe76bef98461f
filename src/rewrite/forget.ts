/** Decides whether flags of an earlier start of the pod must be removed. Pure. */
import { holdsTarget } from '../order/conditions.ts'
import type { Order } from '../order/order.ts'
import { followsEnd, type Restarts } from '../pod/restarts.ts'

/**
 * Whether an init container must remove flags before the pod's containers start again. A final success outlives
 * RestartAllContainers, and a held one outlives the node's restart. Each wrapper removes all its other flags itself, and the
 * kubelet makes its run directory, as it makes every missing subPath.
 */
export function mustForget({ edges }: Order, restarts: ReadonlyMap<string, Restarts>): boolean {
  const all = [...restarts.values()]
  if (all.some(({ rules }) => rules.some(({ action }) => action === 'RestartAllContainers'))) return true
  return edges.some(({ target, condition }) => {
    const own = restarts.get(target)
    return holdsTarget(condition) && own !== undefined && followsEnd(own, 0) === 'restarts'
  })
}
