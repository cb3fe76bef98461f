/** What a pod's containers must not find when they start again. Pure. */
import { holdsTarget } from '../order/conditions.ts'
import type { Order } from '../order/order.ts'
import { followsEnd, type Restarts } from '../pod/restarts.ts'

/**
 * Whether flags of an earlier life of the pod must be removed before its containers start again, which takes an init container:
 * a success that is final outlives RestartAllContainers, and one that is held outlives the node's restart. All other flags each
 * wrapper removes itself, and its run directory is made by the kubelet, as every subPath that is not there.
 */
export function mustForget({ edges }: Order, restarts: ReadonlyMap<string, Restarts>): boolean {
  const all = [...restarts.values()]
  if (all.some(({ rules }) => rules.some(({ action }) => action === 'RestartAllContainers'))) return true
  return edges.some(({ target, condition }) => {
    const own = restarts.get(target)
    return holdsTarget(condition) && own !== undefined && followsEnd(own, 0) === 'restarts'
  })
}
