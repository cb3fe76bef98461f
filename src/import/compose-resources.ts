/** CPU and memory of a compose service as requests and limits. */
import { findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import type { ContainerContext } from './compose-context.ts'
import { fieldAt, isMap, wordOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'
import { parseComposeSize, writeBytes, writeCpus } from './units.ts'

/** Places of each amount; the first one that is there counts. */
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
  const [limits, requests] = [PLACES.limits, PLACES.requests].map(({ cpu, memory }) => {
    return { cpu: readCpu(tree, cpu, context), memory: readMemory(tree, memory, context) }
  })
  const write = { cpu: writeCpus, memory: writeBytes }
  const amounts = (['cpu', 'memory'] as const).map((name) => {
    const limit = limits?.[name]
    const request = requests?.[name]
    const isLess = limit !== undefined && request !== undefined && limit.amount < request.amount
    if (isLess) {
      const what = `it asks for more ${name} than its limit, which Kubernetes does not take`
      context.note(request.at, what, 'the limit is written; raise it, or ask for less')
    }
    const [most, least] = [limit, isLess ? limit : request].map((one) => one && write[name](one.amount))
    return { name, most, least }
  })
  const pick = (key: 'most' | 'least'): PlainMap =>
    compact(Object.fromEntries(amounts.map((amount) => [amount.name, amount[key]])))
  for (const path of [
    ['limits', 'pids'],
    ['reservations', 'devices'],
    ['reservations', 'generic_resources'],
  ]) {
    const parent = fieldAt(tree, 'deploy', 'resources', path[0] ?? '')
    const entry = isMap(parent) ? findEntry(parent, path[1] ?? '') : undefined
    if (entry !== undefined) context.note(entry, `${entry.key} is not converted`, 'ask for it with resources.limits')
  }
  return compact({ limits: pick('most'), requests: pick('least') })
}

type Paths = readonly (readonly string[])[]

/** CPUs or bytes, and their place in the file. */
interface Amount {
  readonly amount: number
  readonly at: Tree
}

function readCpu(tree: MapTree, paths: Paths, { refuse }: ContainerContext): Amount | undefined {
  for (const path of paths) {
    const found = fieldAt(tree, ...path)
    const word = wordOf(found)
    if (found === undefined || word === undefined) continue
    const cpus = /^\d*\.?\d+$/.test(word) ? Number(word) : undefined
    if (cpus !== undefined) return cpus === 0 ? undefined : { amount: cpus, at: found }
    refuse(found, `"${word}" is not a number of CPUs`, 'write it as 0.5 or 2')
  }
  return undefined
}

function readMemory(tree: MapTree, paths: Paths, { refuse }: ContainerContext): Amount | undefined {
  for (const path of paths) {
    const found = fieldAt(tree, ...path)
    const word = wordOf(found)
    if (found === undefined || word === undefined) continue
    const bytes = parseComposeSize(word)
    if (bytes !== undefined) return bytes === 0 ? undefined : { amount: bytes, at: found }
    refuse(found, `"${word}" is not a size`, 'write it as 64m or 1g')
  }
  return undefined
}
