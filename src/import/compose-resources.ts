/** CPU and memory of a compose service as requests and limits. */
import { findEntry, type MapTree } from '../manifest/tree.ts'
import type { ContainerContext } from './compose-context.ts'
import { fieldAt, isMap, wordOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'
import { parseComposeSize, writeBytes, writeCpus } from './units.ts'

/** Places where each amount may stand; the first one that is there counts. */
const PLACES = {
  limits: {
    cpu: [['deploy', 'resources', 'limits', 'cpus'], ['cpus']],
    memory: [['deploy', 'resources', 'limits', 'memory'], ['mem_limit']],
  },
  requests: {
    cpu: [['deploy', 'resources', 'reservations', 'cpus']],
    memory: [['deploy', 'resources', 'reservations', 'memory'], ['mem_reservation']],
  },
} as const

export function readServiceResources(tree: MapTree, context: ContainerContext): PlainMap {
  const resources = Object.entries(PLACES).map(([name, { cpu, memory }]) => {
    return [name, compact({ cpu: readCpu(tree, cpu, context), memory: readMemory(tree, memory, context) })] as const
  })
  for (const path of [
    ['limits', 'pids'],
    ['reservations', 'devices'],
    ['reservations', 'generic_resources'],
  ]) {
    const parent = fieldAt(tree, 'deploy', 'resources', path[0] ?? '')
    const entry = isMap(parent) ? findEntry(parent, path[1] ?? '') : undefined
    if (entry !== undefined)
      context.note(entry, `${entry.key} is not supported in a pod`, 'ask for it with resources.limits')
  }
  return compact(Object.fromEntries(resources))
}

type Paths = readonly (readonly string[])[]

function readCpu(tree: MapTree, paths: Paths, { refuse }: ContainerContext): string | undefined {
  for (const path of paths) {
    const found = fieldAt(tree, ...path)
    const word = wordOf(found)
    if (found === undefined || word === undefined) continue
    const cpus = /^\d*\.?\d+$/.test(word) ? Number(word) : undefined
    if (cpus !== undefined) return cpus === 0 ? undefined : writeCpus(cpus)
    refuse(found, `"${word}" is not a number of CPUs`, 'write it as 0.5 or 2')
  }
  return undefined
}

function readMemory(tree: MapTree, paths: Paths, { refuse }: ContainerContext): string | undefined {
  for (const path of paths) {
    const found = fieldAt(tree, ...path)
    const word = wordOf(found)
    if (found === undefined || word === undefined) continue
    const bytes = parseComposeSize(word)
    if (bytes !== undefined) return bytes === 0 ? undefined : writeBytes(bytes)
    refuse(found, `"${word}" is not a size`, 'write it as 64m or 1g')
  }
  return undefined
}
