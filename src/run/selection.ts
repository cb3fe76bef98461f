/** Selects some of a pod's containers and their dependencies. Pure. */
import { proposeWord } from '../base/suggest.ts'
import { enumerate } from '../base/wording.ts'
import type { Order } from '../order/order.ts'
import { nativeSidecars, type PodTemplate } from '../pod/pod.ts'

export interface Selection {
  /** The containers to run, with their dependencies; empty: all. */
  readonly containers: readonly string[]
  /** The containers to leave out. */
  readonly without: readonly string[]
}

export interface SelectedPod {
  readonly template: PodTemplate
  readonly order: Order | undefined
  /** Sentences about waits that are dropped, since their target is left out. */
  readonly notes: readonly string[]
}

/** @returns the selected part of the pod; or one sentence about an unknown name or an empty selection */
export function selectContainers(
  template: PodTemplate,
  order: Order | undefined,
  { containers: wanted, without }: Selection,
): SelectedPod | { readonly problem: string } {
  const { containers } = template.spec
  const initContainers = template.spec.initContainers ?? []
  // Native sidecars may be left out too. Ordinary init containers always run, since all other containers start after them.
  const sidecars = nativeSidecars(template.spec)
  const names = [...containers, ...sidecars].map(({ name }) => name)
  for (const [flag, given] of [
    ['--containers', wanted],
    ['--without', without],
  ] as const) {
    const stranger = given.find((name) => !names.includes(name))
    if (stranger === undefined) continue
    const fix = proposeWord(stranger, names, `it has ${names.join(', ')}`)
    return { problem: `${flag}: there is no container "${stranger}" in the pod; ${fix}` }
  }
  if (wanted.length === 0 && without.length === 0) return { template, order, notes: [] }
  const needed = findNeeded(wanted.length === 0 ? names : wanted, order, new Set(without))
  const kept = new Set([...needed, ...(wanted.length === 0 ? [] : sidecars.map(({ name }) => name))])
  for (const name of without) kept.delete(name)
  const rest = containers.filter(({ name }) => kept.has(name))
  if (rest.length === 0) return { problem: '--without: no container is left' }
  const inits = initContainers.filter((one) => !sidecars.includes(one) || kept.has(one.name))
  const spec = { ...template.spec, containers: rest, ...(initContainers.length === 0 ? {} : { initContainers: inits }) }
  return {
    template: { ...template, spec },
    order: order === undefined ? undefined : narrow(order, kept),
    notes: describeLost(order, kept),
  }
}

/** Finds the wanted containers, their dependencies, and the dependencies of those. @param left containers that are left out */
function findNeeded(wanted: readonly string[], order: Order | undefined, left: ReadonlySet<string>): readonly string[] {
  const targets = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const needed = new Set<string>()
  const open = [...wanted]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name) || left.has(name)) continue
    needed.add(name)
    open.push(...(targets.get(name) ?? []).map(({ target }) => target))
  }
  return [...needed]
}

function narrow(order: Order, kept: ReadonlySet<string>): Order | undefined {
  const containers = order.containers.filter((name) => kept.has(name))
  if (containers.length === 0) return undefined
  return {
    ...order,
    containers,
    edges: order.edges.filter(({ container, target }) => kept.has(container) && kept.has(target)),
    outside: order.outside.filter(({ container }) => kept.has(container)),
    main: order.main.filter((name) => kept.has(name)),
  }
}

function describeLost(order: Order | undefined, kept: ReadonlySet<string>): readonly string[] {
  const lost = (order?.edges ?? []).filter(({ container, target }) => kept.has(container) && !kept.has(target))
  const byContainer = Map.groupBy(lost, ({ container }) => container)
  return [...byContainer].map(
    ([container, edges]) => `${container} does not wait for ${enumerate(edges.map(({ target }) => target))}, left out`,
  )
}
