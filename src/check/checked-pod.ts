/** A pod that keeps an order, before and after the rewrite, with all that is known of where it shall run. Pure. */
import { findEntry, findTree, listItems, type Position, type Tree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import type { Policies } from './policies.ts'

export interface CheckedPod {
  /** As it stands in the file. */
  readonly tree: Tree
  /** Without what an earlier rewrite has put into it. */
  readonly before: PodTemplate
  readonly after: PodTemplate
  readonly order: Order
  /** What an image runs, where the manifest does not say it. */
  readonly commandOf: (container: Container) => FoundCommand | undefined
  /** The namespace of the object it belongs to; undefined where it names none. */
  readonly namespace: string | undefined
  /** The policies of its namespace. */
  readonly policies: Policies
  /** Container -> `os/architecture[/variant]` of its image, where that is known. */
  readonly platforms: ReadonlyMap<string, readonly string[]>
}

export function findInit({ after }: CheckedPod): Container | undefined {
  return after.spec.initContainers?.find(({ name }) => name === INIT_CONTAINER)
}

/** Those that are wrapped, as they will be. */
export function listWrapped({ after, order }: CheckedPod): readonly Container[] {
  const ordered = new Set(order.containers)
  return allContainers(after.spec).filter(({ name }) => ordered.has(name))
}

/** The place where something is said in a container, init containers too, or else the nearest that stands around it. */
export function placeIn(tree: Tree, container: string, ...path: readonly (string | number)[]): Position {
  const all = ['initContainers', 'containers'].flatMap((list) => listItems(tree, 'spec', list))
  const found = all.find((item) => {
    const name = findEntry(item, 'name')?.value
    return name?.kind === 'scalar' && name.value === container
  })
  return placeAlong(found ?? tree, path)
}

/** The same for any path: as far as it leads. */
export function placeAlong(tree: Tree, path: readonly (string | number)[]): Position {
  const steps = path.map((_, index) => findTree(tree, path.slice(0, index + 1)))
  return (steps.findLast((step) => step !== undefined) ?? tree).at
}
