/**
 * Reads the containers' lives from a pod's status: from one look, or from many, as in a watch. Times are the kubelet's, in whole
 * seconds. A status does not say when a container became ready. The time is known if one look finds it not ready, the next finds
 * it ready, and the status says when the kubelet wrote it. Pure.
 */
import { CODE_FAILED } from '../base/exit-code.ts'
import { listOf, textOf } from '../pod/api-object.ts'
import type { ContainerStatus } from '../status/container-status.ts'
import { hasEnded, isOverForGood, startsNoMore } from '../status/next-starts.ts'
import { type PodStatus, readPodStatus } from '../status/pod-status.ts'
import type { Fault, Scalar, Tree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { readPodOrder } from '../order/pod-order.ts'
import type { PodTemplate } from '../pod/pod.ts'
import type { Packing } from '../tekton/message.ts'
import { orderSteps } from '../status/tekton-pod.ts'
import { layOut } from '../manifest/pod-page.ts'
import { type Course, isMeasured, type PodLife } from './course.ts'
import { openGates } from './history-gates.ts'
import { findTrace, readTime, whenWritten } from './history-moments.ts'
import { readStep } from './history-step.ts'
import type { PodLogs } from '../status/asked-pod.ts'
import { type ContainerLives, endRenewed, isUp, look, lookAtLog, lookAtStep } from './history-look.ts'
import {
  type ContainerHistory,
  type ContainerState,
  findEdges,
  type History,
  isOver,
  type Life,
  MOMENTS,
} from './history.ts'

export interface PodReading {
  /** Parses the YAML inside a scalar. */
  readonly parse: (scalar: Scalar) => { readonly tree: Tree | undefined; readonly faults: readonly Fault[] }
  /** Unpacks the messages of Tekton's steps. */
  readonly packing: Packing
}

export interface PodRecorder {
  /**
   * @param pod of kind Pod. @param removed the API server no longer has it. @param logs lines of its wrappers. @returns the fault
   * in one clause
   */
  see(pod: PodTemplate, removed?: boolean, logs?: PodLogs): string | undefined
  /** @param nowMs end of the watch; undefined: not known, maybe long ago */
  history(nowMs: number | undefined): History
}

interface Seen {
  readonly podStatus: PodStatus
  readonly order: Order | undefined
  readonly startMs: number | undefined
  /** The latest time in the pod. */
  readonly traceMs: number
  /** Whether the pod was deleted, with all its containers, whatever its last status says. */
  readonly gone: boolean
}

const NO_LOGS: PodLogs = new Map()

export function createPodRecorder({ parse, packing }: PodReading): PodRecorder {
  let uid: string | undefined
  let seen: Seen | undefined
  const lives = new Map<string, ContainerLives>()
  return {
    see(pod, removed = false, logs = NO_LOGS) {
      const tree = layOut(pod)?.tree
      const reading = tree === undefined ? undefined : readPodOrder(tree, parse)
      if (reading?.sound !== true) return 'the API server would not accept it as a Pod'
      const podStatus = readPodStatus(pod)
      // A new pod under the same name has new lives.
      if (podStatus.outdated || uid !== textOf(pod, 'metadata', 'uid')) lives.clear()
      uid = textOf(pod, 'metadata', 'uid')
      const steps = podStatus.containers.some(({ wrapper }) => wrapper === 'tekton')
      const order = steps ? orderSteps(pod) : reading.order
      // A watch with a selector also reports a pod that no longer matches as removed.
      const gone = removed && podStatus.deletion !== undefined
      seen = {
        podStatus: podStatus,
        order,
        startMs: readTime(textOf(pod, 'status', 'startTime')),
        traceMs: findTrace(pod),
        gone,
      }
      if (podStatus.outdated) return undefined
      const atMs = whenWritten(pod)
      const messages = readMessages(pod)
      for (const container of podStatus.containers) {
        const before = lives.get(container.name)
        const known: ContainerLives = before ?? new Map()
        lives.set(container.name, known)
        look(container, known, atMs, before === undefined)
        endRenewed(container, known, podStatus.renewal.lastMs)
        for (const [life, log] of logs.get(container.name) ?? []) lookAtLog(known, life, log)
        if (container.wrapper === 'tekton') {
          lookAtStep(container, known, readStep(messages.get(container.name) ?? '', packing))
        }
      }
      return undefined
    },
    history: (nowMs) =>
      seen === undefined
        ? { pod: '', startMs: nowMs ?? 0, endMs: nowMs ?? 0, containers: [], links: [] }
        : assemble(seen, lives, nowMs),
  }
}

function assemble(seen: Seen, lives: ReadonlyMap<string, ContainerLives>, nowMs: number | undefined): History {
  const { podStatus, order, startMs, traceMs, gone } = seen
  const courses = podStatus.containers.flatMap((container): readonly Course[] => {
    if (container.role === 'ephemeral') return []
    const own = [...(lives.get(container.name) ?? [])].toSorted(([a], [b]) => a - b)
    return [{ container, lives: own.map(([, life]) => life) }]
  })
  const opened = openGates(courses, order)
  const read = courses.some((course) => course.lives.some(({ exact }) => exact !== undefined))
  const containers = courses.map(({ container, lives: told }) => {
    const own = (opened.get(container.name) ?? []).map((life, index) => {
      const exitCode = told[index]?.commandCode
      const marked = read ? markRough(life, told[index]?.exact, container) : life
      return markStopped(exitCode === undefined ? marked : { ...marked, exitCode }, container, seen, opened)
    })
    const { name, restarts } = container
    if (gone) return endAll(name, own, restarts)
    return { container: name, state: judge(container, own.at(-1), podStatus), lives: own, restarts }
  })
  const links = (order?.edges ?? []).map(({ container, target, condition }) => ({ container, target, condition }))
  // In an ended pod nothing continues, not even a container that never started.
  const over = hasEnded(podStatus)
  const edges = findEdges(containers, startMs, over || gone ? 0 : (nowMs ?? { traceMs }))
  const unseen = gone && containers.some(({ lives: own }) => own.at(-1)?.endedMs === undefined)
  const endMs = unseen ? Math.max(edges.endMs, traceMs) : edges.endMs
  const partial = over || gone || nowMs !== undefined || isOver(containers) ? {} : { partial: true }
  return { pod: podStatus.name, startMs: edges.startMs, endMs, containers, links, ...partial }
}

/** The ends of the containers that were still running are not known. */
function endAll(container: string, lives: readonly Life[], restarts: number): ContainerHistory {
  const last = lives.at(-1)
  if (last === undefined) return { container, state: 'pending', lives, restarts }
  const life = last.endedMs === undefined ? { ...last, stopped: true } : last
  return { container, state: 'ended', lives: [...lives.slice(0, -1), life], restarts }
}

function readMessages(pod: unknown): ReadonlyMap<string, string> {
  return new Map(
    listOf(pod, 'status', 'containerStatuses').map((status) => [
      textOf(status, 'name'),
      textOf(status, 'state', 'terminated', 'message'),
    ]),
  )
}

/** Marks times that are in whole seconds. A container without a probe is ready when started. */
function markRough(life: Life, exact: PodLife['exact'], container: ContainerStatus): Life {
  const known = new Set(exact)
  if (known.has('startedMs') && !isMeasured(container)) known.add('readyMs')
  const kubelet = MOMENTS.filter((moment) => life[moment] !== undefined && !known.has(moment))
  return kubelet.length === 0 ? life : { ...life, kubelet }
}

/** Marks ends after the pod's deletion, or after the end of its work, as stops. */
function markStopped(
  life: Life,
  container: ContainerStatus,
  { podStatus, order }: Seen,
  all: ReadonlyMap<string, readonly Life[]>,
): Life {
  const { endedMs } = life
  if (endedMs === undefined) return life
  const { deadlineMs, graceMs = 0 } = podStatus.deletion ?? {}
  const work = findWork(container, podStatus, order)
  const ends = work.map((name) => all.get(name)?.at(-1)?.endedMs ?? Infinity)
  const doneMs = ends.length === 0 ? Infinity : Math.max(...ends)
  const stopped = endedMs >= Math.min(doneMs, (deadlineMs ?? Infinity) - graceMs)
  return stopped ? { ...life, stopped } : life
}

/**
 * The containers whose end causes the stop of this one: main for a wrapped container; all app containers for a native sidecar,
 * which the kubelet stops.
 */
function findWork(
  { name, role, wrapper }: ContainerStatus,
  { containers }: PodStatus,
  order: Order | undefined,
): readonly string[] {
  if (role === 'sidecar') return containers.filter((other) => other.role === 'app').map((other) => other.name)
  const main = order?.main ?? []
  return wrapper === undefined || main.includes(name) ? [] : main
}

function judge(container: ContainerStatus, life: Life | undefined, podStatus: PodStatus): ContainerState {
  const { deletion } = podStatus
  const { state, wrapper } = container
  if (life === undefined) return 'pending'
  switch (state.kind) {
    case 'none':
    case 'waiting':
      return 'restarting'
    case 'ended': {
      if (!isOverForGood(container) && !startsNoMore(podStatus)) return 'restarting'
      const started = life.startedMs !== undefined || life.gateUntold === true
      if (wrapper === 'tekton' && life.reason === 'Skipped') return 'skipped'
      return wrapper === 'podorder' && !started && state.end.exitCode === CODE_FAILED ? 'skipped' : 'ended'
    }
    case 'running':
      if (deletion !== undefined) return 'stopping'
      // Its wrapper stays after success (`--hold`).
      if (life.endedMs !== undefined) return 'ended'
      // The kubelet reports a container without probes as ready when its wrapper runs.
      if (life.startedMs === undefined)
        return life.gateUntold === true && isMeasured(container) && isUp(container) ? 'ready' : 'waiting'
      return !isMeasured(container) || isUp(container) ? 'ready' : 'running'
  }
}
