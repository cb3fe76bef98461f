/** An ordered pod, before and after the rewrite, with all that is known about its cluster. Pure. */
import { findEntry, findTree, listItems, type Position, type Tree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import type { Policies } from './policies.ts'

export interface CheckedPod {
  /** The pod as written in the file. */
  readonly tree: Tree
  /** The pod without the changes of an earlier rewrite. */
  readonly before: PodTemplate
  readonly after: PodTemplate
  readonly order: Order
  /** The command of a container's image, where the manifest does not give it. */
  readonly commandOf: (container: Container) => FoundCommand | undefined
  /** The namespace of the object; undefined if it names none. */
  readonly namespace: string | undefined
  /** The policies of its namespace. */
  readonly policies: Policies
  /** Container -> `os/architecture[/variant]` of its image, where that is known. */
  readonly platforms: ReadonlyMap<string, readonly string[]>
}

export function findInit({ after }: CheckedPod): Container | undefined {
  return after.spec.initContainers?.find(({ name }) => name === INIT_CONTAINER)
}

/** Lists the wrapped containers, as rewritten. */
export function listWrapped({ after, order }: CheckedPod): readonly Container[] {
  const ordered = new Set(order.containers)
  return allContainers(after.spec).filter(({ name }) => ordered.has(name))
}

/** Finds the position of a field in a container or init container, or of the closest existing parent. */
export function placeIn(tree: Tree, container: string, ...path: readonly (string | number)[]): Position {
  const all = ['initContainers', 'containers'].flatMap((list) => listItems(tree, 'spec', list))
  const found = all.find((item) => {
    const name = findEntry(item, 'name')?.value
    return name?.kind === 'scalar' && name.value === container
  })
  return placeAlong(found ?? tree, path)
}

/** The same for any path of the tree. */
export function placeAlong(tree: Tree, path: readonly (string | number)[]): Position {
  const steps = path.map((_, index) => findTree(tree, path.slice(0, index + 1)))
  return (steps.findLast((step) => step !== undefined) ?? tree).at
}
