/** Warns of commands that work only as the first process of their container, when the wrapper must be the first process. Pure. */
import { type Fault, findEntry, listItems, type Tree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { planStops } from '../order/stopping.ts'
import { indexWrapperNeeds } from '../order/wrapper-need.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { writeProbing } from '../probe/wrapper-probes.ts'
import { restorePod } from './restore.ts'
import { type FoundCommand, isOfFirst, sayCommand } from './wrap.ts'

/** @param readTree gives the template with places; called only for a warning. @param commandOf gives the command of a container without one */
export function warnOfFirst(
  readTree: () => Tree | undefined,
  template: PodTemplate,
  order: Order,
  commandOf: (container: Container) => FoundCommand | undefined,
): readonly Fault[] {
  const { template: restored, known } = restorePod(template)
  const ordered = new Set(order.containers)
  const first = allContainers(restored.spec).filter((container) => {
    if (!ordered.has(container.name)) return false
    const found = sayCommand(container, order) ?? known.get(container.name) ?? commandOf(container)
    return found !== undefined && isOfFirst(found)
  })
  const tree = first.length === 0 ? undefined : readTree()
  if (tree === undefined) return []
  // Which containers stop in turn does not depend on the grace period, so 0 is enough.
  const waiting = new Set([...order.edges, ...order.outside].map(({ container }) => container))
  const needOf = indexWrapperNeeds(order, planStops(order, 0))
  const places = new Map(
    [...listItems(tree, 'spec', 'initContainers'), ...listItems(tree, 'spec', 'containers')].map((item) => {
      const at = (findEntry(item, 'command') ?? findEntry(item, 'image'))?.value.at ?? item.at
      const name = findEntry(item, 'name')?.value
      return [name?.kind === 'scalar' ? String(name.value) : '', at] as const
    }),
  )
  return first.flatMap((container): readonly Fault[] => {
    const { name } = container
    const begins = order.sidecars.has(name) && !waiting.has(name)
    const need = needOf(name, writeProbing(container, begins), true)
    if (need === undefined) return []
    const what = `its command must be the first process of its container, but podorder's wrapper must stay: ${need.why}`
    return [{ at: places.get(name) ?? tree.at, container: name, what, fix: need.instead }]
  })
}
