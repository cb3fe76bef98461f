/** A pod's order, read from its template with everything that is wrong in it. Pure. */
import { checkTemplate } from './template-check.ts'
import { readTemplate } from '../manifest/template.ts'
import { type Fault, type Scalar, sortFaults, type Tree } from '../manifest/tree.ts'
import { checkCare } from '../probe/care-check.ts'
import { readOrder } from './annotations.ts'
import type { Order } from './order.ts'

export interface PodOrder {
  /** Undefined: the pod says none, or there are faults. */
  readonly order: Order | undefined
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  /** The template itself is one that the API server takes, as far as podorder looks. */
  readonly sound: boolean
}

/** @param parse reads the YAML inside a scalar */
export function readPodOrder(
  template: Tree,
  parse: (scalar: Scalar) => { readonly tree: Tree | undefined; readonly faults: readonly Fault[] },
): PodOrder {
  const malformed = checkTemplate(template)
  const { order, faults, warnings } = readOrder({ ...readTemplate(template), parse })
  const all = sortFaults([...malformed, ...checkCare(template), ...faults])
  return { order: all.length > 0 ? undefined : order, faults: all, warnings, sound: malformed.length === 0 }
}
