/**
 * The order as a graph: containers, and links from a container to what it waits for. Every function takes time and memory
 * linear in containers and links, and none recurses: a chain may have 100,000 links.
 * A link to a container that is not listed, or a cycle where none may be, is a bug of the caller and throws.
 */

/** `container` waits for `target`. An `Edge` of an order is one. */
export interface Link {
  readonly container: string
  readonly target: string
}

/** Containers as numbers, in the order they were listed; `targets[n]` is what n waits for, `dependents[n]` what waits for n. */
export interface Graph {
  readonly names: readonly string[]
  readonly targets: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
}

/**
 * Targets before the containers that wait for them; containers that do not depend on each other are in waves, each in
 * listed order as far as the links allow.
 * @returns undefined when there is a cycle.
 */
export function sortContainers(containers: readonly string[], links: readonly Link[]): readonly string[] | undefined {
  const graph = indexGraph(containers, links)
  const order = sortNodes(graph)
  return order.length < containers.length ? undefined : order.map((node) => nameOf(graph, node))
}

/** The stages: all containers of one may start together, each as early as it can; every one in listed order. */
export function findStages(containers: readonly string[], links: readonly Link[]): readonly (readonly string[])[] {
  const graph = indexGraph(containers, links)
  const levels = measureLevels(sortAcyclic(graph), graph.targets)
  const stages: string[][] = []
  graph.names.forEach((name, node) => {
    const level = levels[node] ?? 0
    while (stages.length <= level) stages.push([])
    stages[level]?.push(name)
  })
  return stages
}

/**
 * For each container the number of links on the longest way to a container that nobody waits for: how many must be gone
 * before it, one after another, when the pod is stopped in reverse. Leave out of `links` what does not hold up a stop.
 */
export function measureHeights(containers: readonly string[], links: readonly Link[]): ReadonlyMap<string, number> {
  const graph = indexGraph(containers, links)
  const levels = measureLevels(sortAcyclic(graph).toReversed(), graph.dependents)
  return new Map(graph.names.map((name, node) => [name, levels[node] ?? 0]))
}

export function indexGraph(containers: readonly string[], links: readonly Link[]): Graph {
  const numbers = new Map(containers.map((name, node) => [name, node]))
  const targets: number[][] = containers.map(() => [])
  const dependents: number[][] = containers.map(() => [])
  for (const { container, target } of links) {
    const from = numbers.get(container)
    const to = numbers.get(target)
    if (from === undefined || to === undefined) throw new Error(`link ${container} -> ${target} leaves the graph`)
    targets[from]?.push(to)
    dependents[to]?.push(from)
  }
  return { names: containers, targets, dependents }
}

/** Kahn's algorithm, first in, first out; what is in a cycle or behind one is missing from the result. */
function sortNodes(graph: Graph): readonly number[] {
  const missing = graph.targets.map((targets) => targets.length)
  const order = [...missing.keys()].filter((node) => missing[node] === 0)
  // The result is its own queue: it grows while it is walked.
  for (const node of order) {
    for (const dependent of graph.dependents[node] ?? []) {
      const left = (missing[dependent] ?? 0) - 1
      missing[dependent] = left
      if (left === 0) order.push(dependent)
    }
  }
  return order
}

function sortAcyclic(graph: Graph): readonly number[] {
  const order = sortNodes(graph)
  if (order.length < graph.names.length) throw new Error('the order has a cycle; it should have been refused')
  return order
}

/** Links on the longest way along `next`, given an order in which the next ones come first. */
function measureLevels(order: readonly number[], next: readonly (readonly number[])[]): readonly number[] {
  const levels: number[] = []
  for (const node of order) {
    let level = 0
    for (const other of next[node] ?? []) level = Math.max(level, (levels[other] ?? 0) + 1)
    levels[node] = level
  }
  return levels
}

function nameOf(graph: Graph, node: number): string {
  return graph.names[node] ?? ''
}
