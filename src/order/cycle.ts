/** Finds cycles, which make an order impossible. Linear, without recursion, like the rest of the graph. */
import { indexGraph, type Link } from './graph.ts'

/**
 * Finds a cycle for each strongly connected component: the shortest one through the first listed container, beginning with it.
 * `[a, b, c]` = a waits for b, b for c, c for a. All cycles without common containers are found; of others, one.
 */
export function findCycles(containers: readonly string[], links: readonly Link[]): readonly (readonly string[])[] {
  const { names, targets } = indexGraph(containers, links)
  const knots = findKnots(targets)
  const seen = new Set<number>()
  const cycles: string[][] = []
  for (const node of names.keys()) {
    const knot = knots[node] ?? node
    if (seen.has(knot)) continue
    seen.add(knot)
    const cycle = findShortestCycle(node, targets, knots)
    if (cycle !== undefined) cycles.push(cycle.map((member) => names[member] ?? ''))
  }
  return cycles
}

/** Searches breadth first from a node back to itself, within its component. */
function findShortestCycle(
  start: number,
  targets: readonly (readonly number[])[],
  knots: readonly number[],
): readonly number[] | undefined {
  const cameFrom = new Map<number, number>()
  const queue = [start]
  for (const node of queue) {
    for (const target of targets[node] ?? []) {
      if (target === start) {
        const cycle = [node]
        for (let back = node; back !== start; cycle.push(back)) back = cameFrom.get(back) ?? start
        return cycle.toReversed()
      }
      if (knots[target] !== knots[start] || cameFrom.has(target)) continue
      cameFrom.set(target, node)
      queue.push(target)
    }
  }
  return undefined
}

/**
 * Numbers the strongly connected components: nodes that can reach each other get the same number. Tarjan's algorithm with an
 * explicit stack.
 */
function findKnots(targets: readonly (readonly number[])[]): readonly number[] {
  const visited: number[] = []
  const lowest: number[] = []
  const knots: number[] = []
  const open: number[] = []
  let count = 0
  for (const root of targets.keys()) {
    if (visited[root] !== undefined) continue
    const calls = [{ node: root, next: 0 }]
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const { node } = call
      if (call.next === 0) {
        visited[node] = lowest[node] = count++
        open.push(node)
      }
      const target = targets[node]?.[call.next++]
      if (target !== undefined) {
        if (visited[target] === undefined) calls.push({ node: target, next: 0 })
        else if (knots[target] === undefined) lower(lowest, node, visited[target])
        continue
      }
      calls.pop()
      const caller = calls.at(-1)
      if (caller !== undefined) lower(lowest, caller.node, lowest[node])
      if (lowest[node] !== visited[node]) continue
      for (const member of open.splice(open.lastIndexOf(node))) knots[member] = node
    }
  }
  return knots
}

function lower(lowest: number[], node: number, bound: number | undefined): void {
  lowest[node] = Math.min(lowest[node] ?? Infinity, bound ?? Infinity)
}
