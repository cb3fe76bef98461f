/** Checks probes and hooks before they are carried out. Pure. */
import {
  describeKind,
  type Fault,
  findEntry,
  findTree,
  listItems,
  sortFaults,
  toPlain,
  type Tree,
} from '../manifest/tree.ts'
import type { Container } from '../pod/pod.ts'
import { readCare } from './care.ts'

/** @param template not checked for what `checkTemplate` reports, which includes the probes that the wrapper reads */
export function checkCare(template: Tree): readonly Fault[] {
  return sortFaults(
    ['initContainers', 'containers'].flatMap((list) => listItems(template, 'spec', list).flatMap(checkContainer)),
  )
}

function checkContainer(tree: Tree): readonly Fault[] {
  if (tree.kind !== 'map') return []
  const container = toPlain(tree) as Container
  const lifecycle = findEntry(tree, 'lifecycle')?.value
  if (lifecycle !== undefined && lifecycle.kind !== 'map' && describeKind(lifecycle) !== 'empty') {
    const what = `lifecycle is ${describeKind(lifecycle)}, not a map`
    return [{ at: lifecycle.at, container: container.name, what, fix: 'write postStart or preStop below it' }]
  }
  return readCare(container, ['liveness']).faults.map(({ path, problem }): Fault => {
    const field = path.join('.')
    return {
      at: findTree(tree, path)?.at ?? tree.at,
      container: container.name,
      what: `${field}: ${problem}`,
      fix: `see kubectl explain pod.spec.containers.${field}`,
    }
  })
}
