/** Explains the state of a pod: one sentence for each container, the root cause first. Pure. */
import { addLogs, type AskedPod } from '../status/asked-pod.ts'
import { type PodStatus, readPodStatus } from '../status/pod-status.ts'
import type { Order } from '../order/order.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { isTektonPod, orderSteps } from '../status/tekton-pod.ts'
import type { ContainerFinding, Rank, Told } from './container-finding.ts'
import { tellContainers } from './walk.ts'
import { type Note, noteNotInjected, notePod, wordState } from './whole.ts'
import { flatten } from '../base/wording.ts'

export interface Explanation {
  readonly name: string
  readonly namespace: string
  readonly phase: string
  /** The text after the pod's name, one line. */
  readonly state: string
  readonly notes: readonly Note[]
  /** Each container once; causes first, then their consequences. */
  readonly containers: readonly ContainerFinding[]
}

const RANKS: readonly Rank[] = ['cause', 'awaited', 'consequence', 'stopped', 'unclear', 'fine']

/**
 * @param pod a pod whose template is valid (order/pod-order.ts)
 * @param said its order; undefined if it has none, or a faulty one
 * @param faults of its order, one line each
 * @param gone a watch has reported its deletion
 * @param asked what the cluster has reported besides the status
 */
export function explainPod(
  pod: PodTemplate,
  said: Order | undefined,
  faults: readonly string[],
  nowMs: number,
  gone = false,
  asked?: Pick<AskedPod, 'logs' | 'probes' | 'notes'>,
): Explanation {
  const told0 = readPodStatus(pod, gone)
  const podStatus = asked === undefined ? told0 : addLogs(told0, asked)
  const order = isTektonPod(pod) ? orderSteps(pod) : said
  const told = tellContainers(pod, podStatus, order, nowMs)
  const named = new Set(told.flatMap(({ origins }) => origins))
  const wrong = new Set(told.flatMap(({ name, rank }) => (rank === 'cause' ? [name] : [])))
  const findings = told.map((one) => settle(one, named, wrong))
  const unread = (asked?.notes ?? []).map((message): Note => ({ rank: 'hint', message, next: [] }))
  const notes = [...notePod(podStatus, nowMs), ...noteOrder(podStatus, order, faults), ...unread]
  const containers = RANKS.flatMap((rank) => sortWithin(rank, findings, told, named))
  const { name, namespace, phase } = podStatus
  return { name, namespace, phase, state: wordState(podStatus, containers, notes, nowMs), notes, containers }
}

/** Ranks a fine container that others wait for as `awaited`. Ranks a container whose gate timed out without a fault elsewhere as `cause`. */
function settle(
  { name, type, rank, message, origins, next, gateResult }: Told,
  named: ReadonlySet<string>,
  wrong: ReadonlySet<string>,
): ContainerFinding {
  const finding = { name, type, rank, message, origins, next }
  if (rank === 'fine' && named.has(name)) return { ...finding, rank: 'awaited' }
  if (gateResult.kind !== 'late' || rank === 'stopped' || origins.some((origin) => wrong.has(origin))) return finding
  return {
    ...finding,
    rank: 'cause',
    next: ['give it more time: podorder.io/wait-timeout, or timeout behind the condition', ...next],
  }
}

function noteOrder(podStatus: PodStatus, order: Order | undefined, faults: readonly string[]): readonly Note[] {
  const since = podStatus.injected
    ? 'its order was changed since it was injected, and is wrong'
    : 'its order is wrong, so podorder does not keep it'
  if (faults.length > 0)
    return faults.map((fault) => ({ rank: 'cause', message: `${since}: ${flatten(fault)}`, next: [] }))
  if (order === undefined) {
    const message = podStatus.injected
      ? 'podorder has injected it, but its annotations have no order any more; the args of its containers say what they wait for'
      : 'podorder has not ordered it: its annotations have no order'
    return [{ rank: 'hint', message, next: [] }]
  }
  const kept = podStatus.containers.some(({ wrapper }) => wrapper !== undefined)
  return kept || podStatus.injected ? [] : [noteNotInjected(podStatus)]
}

/** Sorts causes: first those that other findings name, then by the time of the failure. */
function sortWithin(
  rank: Rank,
  findings: readonly ContainerFinding[],
  told: readonly Told[],
  named: ReadonlySet<string>,
): readonly ContainerFinding[] {
  const endedMs = new Map(
    told.map(({ name, container: { state } }) => [
      name,
      state.kind === 'ended' ? (state.end.finishedMs ?? Infinity) : Infinity,
    ]),
  )
  const within = findings.filter((finding) => finding.rank === rank)
  if (rank !== 'cause') return within
  const timeOf = ({ name }: ContainerFinding): number =>
    Math.min(endedMs.get(name) ?? Infinity, Number.MAX_SAFE_INTEGER)
  return within.toSorted((a, b) => Number(named.has(b.name)) - Number(named.has(a.name)) || timeOf(a) - timeOf(b))
}
