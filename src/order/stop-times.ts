/** Checks the containers' stop options: times that do not fit into the grace period, and invalid signals. */
import { DEFAULT_GRACE_S } from '../pod/pod.ts'
import { formatDuration } from '../base/duration.ts'
import { isTakeable, nameSignal, parseSignal, listSignalNames } from '../base/signal-names.ts'
import { proposeWord } from '../base/suggest.ts'
import { type Fault, findEntry, findTree, listItems, type Position, type Scalar, type Tree } from '../manifest/tree.ts'
import type { SaidOptions } from './container-options.ts'
import { sortContainers } from './graph.ts'
import type { Order } from './order.ts'
import { findNeeds, LEAST_GRACE_MS, measureUsable, RESERVE_MS } from './stopping.ts'

export interface StopCheck {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Linear in the order. */
export function checkStops(template: Tree, order: Order): StopCheck {
  const containers = listItems(template, 'spec', 'containers').flatMap((tree) => {
    const name = findEntry(tree, 'name')?.value
    return name?.kind === 'scalar' ? [{ name: String(name.value), tree }] : []
  })
  const ordered = new Set(order.containers)
  const own = containers.filter(({ name }) => ordered.has(name))
  const faults = [
    ...own.flatMap(checkSignal),
    ...own.flatMap(({ name }) => checkOwnSignal(name, order.options.get(name))),
  ]
  const times = order.stopOrder === 'together' ? [] : checkTimes(template, order, own)
  return {
    faults: [...faults, ...times.filter(({ refuses }) => refuses).map(({ fault }) => fault)],
    warnings: [
      ...own.flatMap(warnOfSignal),
      ...own.flatMap(({ name, tree }) => warnOfHook(name, tree)),
      ...times.filter(({ refuses }) => !refuses).map(({ fault }) => fault),
    ],
  }
}

interface Named {
  readonly name: string
  readonly tree: Tree
}

/** Refuses an invalid signal, as the API server does if it has the field (Kubernetes >= 1.33). */
function checkSignal({ name, tree }: Named): readonly Fault[] {
  const said = findSignal(tree)
  if (said === undefined || parseSignal(String(said.value)) !== undefined) return []
  const fix = proposeWord(String(said.value), listSignalNames(), 'write its name, such as SIGINT or SIGRTMIN+3')
  return [{ at: said.at, container: name, what: `unknown stop signal "${String(said.value)}"`, fix }]
}

/** Warns of signals that Kubernetes accepts and a program cannot handle. */
function warnOfSignal({ name, tree }: Named): readonly Fault[] {
  const said = findSignal(tree)
  const signal = said === undefined ? undefined : parseSignal(String(said.value))
  if (said === undefined || signal === undefined || isTakeable(signal)) return []
  const what = `stopSignal is ${nameSignal(signal)}, which no wrapper can catch, so the container is not stopped in turn`
  return [{ at: said.at, container: name, what, fix: NAME_ANOTHER }]
}

function findSignal(tree: Tree): Scalar | undefined {
  const said = findTree(tree, ['lifecycle', 'stopSignal'])
  return said?.kind === 'scalar' && said.value !== null ? said : undefined
}

const NAME_ANOTHER = 'name the signal that stops its program, such as SIGTERM'

function checkOwnSignal(name: string, options: SaidOptions | undefined): readonly Fault[] {
  const at = options?.places.stopSignal
  const signal = parseSignal(options?.stopSignal ?? '')
  if (at === undefined || signal === undefined || isTakeable(signal)) return []
  const what = `stopSignal is ${options?.stopSignal ?? ''}, which no wrapper can catch, so the container is not stopped in turn`
  return [{ at, container: name, what, fix: NAME_ANOTHER }]
}

function warnOfHook(name: string, tree: Tree): readonly Fault[] {
  const at = findTree(tree, ['lifecycle', 'preStop', 'tcpSocket'])?.at
  if (at === undefined) return []
  const what = 'Kubernetes does not run preStop: tcpSocket: it fails each time the container is stopped'
  return [{ at, container: name, what, fix: 'use exec, httpGet or sleep' }]
}

interface Verdict {
  readonly refuses: boolean
  readonly fault: Fault
}

/** Checks the chain of stops that takes longest by its containers' options. */
function checkTimes(template: Tree, order: Order, containers: readonly Named[]): readonly Verdict[] {
  const links = findNeeds(order)
  const sorted = sortContainers(order.containers, links) ?? []
  const targets = Map.groupBy(links, ({ container }) => container)
  const sleeps = new Map(containers.map(({ name, tree }) => [name, readSleep(tree)]))
  const saidOf = (name: string): number => (order.options.get(name)?.stopGracePeriod ?? 0) + (sleeps.get(name) ?? 0)
  const chains = new Map<string, { readonly ms: number; readonly next: string | undefined }>()
  for (const name of sorted) {
    let [ms, next]: [number, string | undefined] = [0, undefined]
    for (const { target } of targets.get(name) ?? []) {
      const below = (chains.get(target)?.ms ?? 0) + Math.max(saidOf(target), RESERVE_MS)
      if (below > ms) [ms, next] = [below, target]
    }
    chains.set(name, { ms, next })
  }
  const lengthOf = (name: string): number => (chains.get(name)?.ms ?? 0) + saidOf(name)
  const first = sorted.reduce<string | undefined>(
    (longest, name) => (longest === undefined || lengthOf(name) > lengthOf(longest) ? name : longest),
    undefined,
  )
  if (first === undefined || chains.get(first)?.next === undefined) return []
  const chain: string[] = []
  for (let name: string | undefined = first; name !== undefined; name = chains.get(name)?.next) chain.push(name)
  return judgeChain(chain, saidOf, template, order)
}

function judgeChain(
  chain: readonly string[],
  saidOf: (name: string) => number,
  template: Tree,
  order: Order,
): readonly Verdict[] {
  const grace = findTree(template, ['spec', 'terminationGracePeriodSeconds'])
  const graceS = grace?.kind === 'scalar' && typeof grace.value === 'number' ? grace.value : DEFAULT_GRACE_S
  const graceMs = Math.max(graceS * 1000, LEAST_GRACE_MS)
  const saidMs = chain.reduce((sum, name) => sum + saidOf(name), 0)
  const reservedMs = chain.slice(1).reduce((sum, name) => sum + Math.max(saidOf(name), RESERVE_MS), 0)
  const [first = ''] = chain
  const names = describeChain(chain)
  const places = chain.flatMap((name): readonly Position[] => {
    const at = order.options.get(name)?.places.stopGracePeriod
    return at === undefined ? [] : [at]
  })
  const at = places[0] ?? grace?.at ?? findEntry(template, 'spec')?.keyAt ?? template.at
  const needS = (ms: number): number => Math.ceil((ms * 1.05) / 1000)
  const has = `the pod has ${formatDuration(graceMs)} (terminationGracePeriodSeconds)`
  if (saidMs > graceMs) {
    const what = `stopping ${names} takes ${formatDuration(saidMs)} one after another, and ${has}`
    const fix = `raise terminationGracePeriodSeconds to ${needS(saidMs)}, or lower their stopGracePeriod`
    return [{ refuses: places.length > 0, fault: { at, what, fix } }]
  }
  const usableMs = measureUsable(graceMs)
  const leftMs = usableMs - reservedMs
  if (leftMs >= Math.max(saidOf(first), saidMs === 0 ? usableMs / 2 : 0)) return []
  const what = `stopping ${names} one after another leaves little time: ${has}, and 1s of it is reserved for each container without a stopGracePeriod`
  const fix = `raise terminationGracePeriodSeconds to ${needS(Math.max(2 * reservedMs * Number(saidMs === 0), reservedMs + saidOf(first) + RESERVE_MS))}`
  return [{ refuses: false, fault: { at, what, fix } }]
}

const SPELLED_OUT = 6

function describeChain(chain: readonly string[]): string {
  if (chain.length <= SPELLED_OUT) return chain.join(', ')
  return `${chain.slice(0, SPELLED_OUT - 1).join(', ')}, … ${chain.at(-1)} (${chain.length} containers)`
}

function readSleep(tree: Tree): number {
  const seconds = findTree(tree, ['lifecycle', 'preStop', 'sleep', 'seconds'])
  return seconds?.kind === 'scalar' && typeof seconds.value === 'number' ? seconds.value * 1000 : 0
}
