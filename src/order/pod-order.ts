/** Reads a pod's order from its template, with all faults. Pure. */
import { checkTemplate, hasReadableNames } from './template-check.ts'
import { isUnknownName } from './edges.ts'
import { readTemplate } from '../manifest/template.ts'
import { type Fault, findEntry, listItems, type Scalar, sortFaults, toPlain, type Tree } from '../manifest/tree.ts'
import type { Container, RestartPolicy } from '../pod/pod.ts'
import { checkCare } from '../probe/care-check.ts'
import { writeProbing } from '../probe/wrapper-probes.ts'
import { readOrder } from './annotations.ts'
import type { Order } from './order.ts'
import { checkStops, type StopCheck } from './stop-times.ts'
import { hasMoreNeeds, planStops } from './stopping.ts'
import { indexWrapperNeeds } from './wrapper-need.ts'

export interface PodOrder {
  /** Undefined: the pod has no order, or there are faults. */
  readonly order: Order | undefined
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  readonly notes: readonly Fault[]
  /** The template passes `checkTemplate`: no fault that podorder checks for. */
  readonly sound: boolean
}

interface OrderLimits {
  readonly mostNeeds?: number
  readonly restartPolicy?: RestartPolicy | undefined
}

const NO_STOPS: StopCheck = { faults: [], warnings: [] }

/**
 * @param parse reads the YAML inside a scalar
 * @param limits `mostNeeds`: the limit of pairs of containers that stop one after the other; more are refused.
 * `restartPolicy`: the pod's policy, if it is not the template's
 */
export function readPodOrder(
  template: Tree,
  parse: (scalar: Scalar) => { readonly tree: Tree | undefined; readonly faults: readonly Fault[] },
  { mostNeeds = Infinity, restartPolicy }: OrderLimits = {},
): PodOrder {
  const malformed = checkTemplate(template)
  const { order, faults: all, warnings, notes } = readOrder({ ...readTemplate(template, restartPolicy), parse })
  const faults = hasReadableNames(template) ? all : all.filter((fault) => !isUnknownName(fault))
  const care = checkCare(template)
  if (order !== undefined && order.stopOrder === 'reverse' && hasMoreNeeds(order, mostNeeds)) {
    const what = `more than ${mostNeeds} pairs of containers would stop one after the other`
    const fix = 'set podorder.io/stop-order: together, or order fewer containers'
    return {
      order: undefined,
      faults: [{ at: template.at, what, fix }],
      warnings: [],
      notes: [],
      sound: malformed.length === 0,
    }
  }
  const exec = malformed.length + care.length > 0 || order === undefined ? [] : checkExec(template, order)
  const stops = malformed.length > 0 || order === undefined ? NO_STOPS : checkStops(template, order)
  const told = sortFaults([...malformed, ...care, ...faults, ...exec, ...stops.faults])
  return {
    order: told.length > 0 ? undefined : order,
    faults: told,
    warnings: sortFaults([...warnings, ...stops.warnings]),
    notes,
    sound: malformed.length === 0,
  }
}

/** Refuses `exec: true` for a container that needs its wrapper. */
function checkExec(template: Tree, order: Order): readonly Fault[] {
  if (![...order.options.values()].some(({ exec }) => exec === 'must')) return []
  // Which containers stop in turn does not depend on the grace period, so 0 is enough.
  const needOf = indexWrapperNeeds(order, planStops(order, 0))
  const waiting = new Set([...order.edges, ...order.outside].map(({ container }) => container))
  const all = [...listItems(template, 'spec', 'initContainers'), ...listItems(template, 'spec', 'containers')]
  return all.flatMap((tree) => {
    const name = findEntry(tree, 'name')?.value
    const container = name?.kind === 'scalar' ? String(name.value) : ''
    const { exec, places } = order.options.get(container) ?? {}
    if (exec !== 'must' || places?.exec === undefined) return []
    const begins = order.sidecars.has(container) && !waiting.has(container)
    const need = needOf(container, writeProbing(toPlain(tree) as Container, begins))
    if (need === undefined) return []
    return [
      { at: places.exec, container, what: `exec is true, but its wrapper must stay: ${need.why}`, fix: 'remove exec' },
    ]
  })
}
