/** Goes through a pod's containers, each after the containers that it waits for. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { PodStatus } from '../status/pod-status.ts'
import { sortContainers } from '../order/graph.ts'
import type { Edge, Order, OutsideWait } from '../order/order.ts'
import { planStops, type Stop } from '../order/stopping.ts'
import { DEFAULT_GRACE_S, type PodTemplate } from '../pod/pod.ts'
import { isTektonPod } from '../status/tekton-pod.ts'
import { isHandshakeDone, judgeHandshake } from './tekton-gate.ts'
import type { Over, Told } from './container-finding.ts'
import { tellGate } from './gate-words.ts'
import { judgeOutsideWait } from './outside-wait.ts'
import type { GateStatus, Judged } from './gate.ts'
import { findHeld, judgeEdge, judgeGate, WORDS } from './gate-status.ts'
import { tellState } from './state-words.ts'
import { isStopping, tellStop } from './stops.ts'
import { hasEnded, isOverForGood } from '../status/next-starts.ts'

/** Takes time linear in containers and waits. @param order undefined: the pod has none */
export function tellContainers(
  pod: PodTemplate,
  podStatus: PodStatus,
  order: Order | undefined,
  nowMs: number,
): readonly Told[] {
  const told = new Map<string, Told>()
  const judge = createJudge(pod, order, { podStatus: podStatus, told, nowMs })
  const graceMs = (pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000
  const over = findOver(podStatus, order, graceMs)
  const patienceMs = order?.waitTimeoutMs
  let blocker: Told | undefined
  for (const container of sortStatuses(podStatus, order)) {
    const gateResult = judgeGate(container, judge(container), patienceMs)
    const around = { pod: podStatus, nowMs, blocker, over, patienceMs }
    const words = tellGate(container, gateResult, around) ?? tellState(container, around)
    const { name, role } = container
    const one: Told = { name, type: role, origins: [], next: [], ...words, container, gateResult: gateResult }
    told.set(name, one)
    if (holdsUp(container)) blocker ??= one
  }
  return tellStops([...told.values()], podStatus, order, { graceMs, nowMs })
}

/** Containers outside the order come first, as listed. */
function sortStatuses({ containers }: PodStatus, order: Order | undefined): readonly ContainerStatus[] {
  if (order === undefined) return containers
  const byName = new Map(containers.map((container) => [container.name, container]))
  const sorted = sortContainers(order.containers, order.edges) ?? []
  const ordered = new Set(sorted)
  return [...containers.filter(({ name }) => !ordered.has(name)), ...sorted.flatMap((name) => byName.get(name) ?? [])]
}

interface Known {
  readonly podStatus: PodStatus
  readonly told: ReadonlyMap<string, Told>
  readonly nowMs: number
}

/** @returns a function that judges each wait of a container */
function createJudge(
  pod: PodTemplate,
  order: Order | undefined,
  { podStatus, told, nowMs }: Known,
): (container: ContainerStatus) => readonly Judged[] {
  const edges = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const outside = Map.groupBy(order?.outside ?? [], ({ container }) => container)
  const first = isTektonPod(pod) && !isHandshakeDone(pod) ? order?.containers[0] : undefined
  return (container) => {
    const inside = (edges.get(container.name) ?? []).flatMap((edge) => {
      const target = told.get(edge.target)
      return target === undefined ? [] : [expire(edge, weigh(edge, target, container), container, nowMs)]
    })
    const elsewhere = (outside.get(container.name) ?? []).map((wait) =>
      expire(wait, judgeOutsideWait(wait, podStatus, told), container, nowMs),
    )
    const apps = container.name === first ? [...told.values()].filter(({ type }) => type === 'app') : undefined
    return [...inside, ...elsewhere, ...(apps === undefined ? [] : judgeHandshake(apps))]
  }
}

/** After its timeout, an optional wait no longer holds the container. */
function expire(
  { optional, timeoutMs }: Edge | OutsideWait,
  judged: Judged,
  { state }: ContainerStatus,
  nowMs: number,
): Judged {
  if (!optional || timeoutMs === undefined || state.kind !== 'running' || state.sinceMs === undefined) return judged
  return state.sinceMs + timeoutMs < nowMs ? { ...judged, waitStatus: 'met' } : judged
}

function weigh(edge: Edge, { container, gateResult, clause, origins, name }: Told, follower: ContainerStatus): Judged {
  const { condition, optional, timeoutMs } = edge
  const { state, restarts } = container
  const passed = gateResult.kind === 'passed' && (state.kind === 'running' || state.kind === 'ended')
  return {
    ...{ words: `${name} ${WORDS[condition]}`, target: name, optional, timeoutMs, next: [] },
    waitStatus: judgeEdge(edge, container, gateResult),
    clause: `${clause}${wordHopeless(edge, container)}`,
    origins: origins.length === 0 ? [name] : origins,
    fleeting: (condition === 'ready' || condition === 'started') && (passed || restarts > 0),
    lostMs: state.kind === 'ended' ? state.end.finishedMs : undefined,
    ...(passed && condition === 'ready' ? findHeld(container) : {}),
    ...(edge.restart !== undefined && isGone(container, gateResult, follower) ? { gone: true } : {}),
  }
}

/** Whether the target was lost after the follower had started, or is restarting itself. */
function isGone({ state, restarts }: ContainerStatus, { anew }: GateStatus, follower: ContainerStatus): boolean {
  if (follower.state.kind !== 'running' || anew !== undefined) return anew !== undefined
  if (state.kind !== 'running') return restarts > 0 || (state.kind === 'ended' && state.end.exitCode !== 0)
  return restarts > 0 && (state.sinceMs ?? 0) > (follower.state.sinceMs ?? Infinity)
}

/** Explains why a condition can never be met, in whatever state the target is. */
function wordHopeless({ condition }: Edge, { wrapper, policy }: ContainerStatus): string {
  if (wrapper === undefined) return '; podorder does not wrap it, so this condition never comes'
  return condition === 'failed' && policy !== 'Never'
    ? `; under restartPolicy ${policy} no failure is final, so this condition never comes`
    : ''
}

/** The pod's work is done when all main containers have ended and the kubelet restarts none of them. */
function findOver({ containers }: PodStatus, order: Order | undefined, graceMs: number): Over | undefined {
  const main = order?.main ?? []
  const ends = containers.filter(({ name }) => main.includes(name))
  if (main.length === 0 || !ends.every(isOverForGood)) return undefined
  const times = ends.map(({ state }) => (state.kind === 'ended' ? state.end.finishedMs : undefined) ?? Infinity)
  const atMs = Math.max(...times)
  return { main, atMs: Number.isFinite(atMs) ? atMs : undefined, graceMs }
}

/** An init container holds up all later containers until it has ended; a native sidecar, until it has started. */
function holdsUp({ role, state, started }: ContainerStatus): boolean {
  if (role === 'sidecar') return !started
  return role === 'init' && !(state.kind === 'ended' && state.end.exitCode === 0)
}

/** During a deletion, running containers are explained by their stop. A container that has ended is not the cause. */
function tellStops(
  told: readonly Told[],
  podStatus: PodStatus,
  order: Order | undefined,
  { graceMs, nowMs }: { readonly graceMs: number; readonly nowMs: number },
): readonly Told[] {
  const { deletion } = podStatus
  if (deletion === undefined) return told
  const stops: ReadonlyMap<string, Stop> = order === undefined ? new Map() : planStops(order, graceMs)
  const running = new Set(told.filter(({ container }) => isStopping(container)).map(({ name }) => name))
  return told.map((one) => {
    const stop = one.container.wrapper === undefined ? undefined : stops.get(one.name)
    if (running.has(one.name))
      return { ...one, ...tellStop(deletion, stop, { running, log: one.container.log }, nowMs) }
    return one.rank === 'fine' || hasEnded(podStatus) ? one : { ...one, rank: 'stopped' }
  })
}
