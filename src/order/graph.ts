/**
 * The order as a graph: containers, and links from a container to its targets. Every function takes time and memory linear in
 * containers and links, and none recurses: a chain may have 100,000 links.
 * A link to a container that is not listed, or an unexpected cycle, is a bug of the caller and throws.
 */

/** A link: `container` waits for `target`. An `Edge` of an order is a link. */
export interface Link {
  readonly container: string
  readonly target: string
}

/** Containers as numbers, in listed order; n waits for `targets[n]`, and `dependents[n]` wait for n. */
export interface Graph {
  readonly names: readonly string[]
  readonly targets: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
}

/**
 * Sorts targets before the containers that wait for them. Independent containers keep the listed order as far as the links allow.
 * @returns undefined when there is a cycle.
 */
export function sortContainers(containers: readonly string[], links: readonly Link[]): readonly string[] | undefined {
  const graph = indexGraph(containers, links)
  const order = sortNodes(graph)
  return order.length < containers.length ? undefined : order.map((node) => nameOf(graph, node))
}

/** Finds the stages: containers that may start together, each as early as possible; in listed order within a stage. */
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

/** Kahn's algorithm with a queue; nodes in a cycle or behind one are missing from the result. */
function sortNodes(graph: Graph): readonly number[] {
  const missing = graph.targets.map((targets) => targets.length)
  const order = [...missing.keys()].filter((node) => missing[node] === 0)
  // The result is also the queue: it grows during the loop.
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

/** Counts the links on the longest path along `next`. @param order in which the next nodes come first */
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
