/** When a wait for pods is met. Pure. */
import { conditionOf, countOf, fieldOf, hasCondition, listOf, textOf } from '../pod/api-object.ts'
import { impossible, listSome, met, type TargetResult, waiting } from './target-result.ts'
import type { ObjectTarget } from './target.ts'

/** What matters of a pod. */
export interface PodState {
  readonly name: string
  readonly ready: boolean
  /** All its containers have ended well and will not be started again. */
  readonly completed: boolean
  readonly failed: boolean
  /** Whether it has failed, or one of its containers has and is not running now. */
  readonly erred: boolean
  /** Whether it is being deleted, or is gone in all but name: its replacement counts, not itself. */
  readonly leaving: boolean
  /** Whether it has failed for good, and nobody makes another one. */
  readonly lost: boolean
  /** What it is doing, in a few words. */
  readonly doing: string
}

/**
 * A pod as the API shows it. `Ready` is False with reason PodCompleted a second before the phase becomes Succeeded (recorded
 * from Kubernetes 1.26). A pod that is always restarted fails only by eviction or with its node; its ReplicaSet leaves it
 * lying about and makes another one.
 */
export function readPodState(pod: unknown): PodState {
  const phase = textOf(pod, 'status', 'phase')
  const failed = phase === 'Failed'
  const controlled = listOf(pod, 'metadata', 'ownerReferences').some((owner) => fieldOf(owner, 'controller') === true)
  const evicted = failed && controlled && textOf(pod, 'spec', 'restartPolicy') === 'Always'
  const deleted = textOf(pod, 'metadata', 'deletionTimestamp') !== ''
  return {
    name: textOf(pod, 'metadata', 'name'),
    ready: hasCondition(pod, 'Ready'),
    completed: phase === 'Succeeded' || textOf(conditionOf(pod, 'Ready'), 'reason') === 'PodCompleted',
    failed,
    erred: failed || listOf(pod, 'status', 'containerStatuses').some(hasErred),
    leaving: deleted || evicted,
    lost: failed && !controlled,
    doing: deleted ? 'is being deleted' : describe(pod, phase),
  }
}

function hasErred(container: unknown): boolean {
  const state = fieldOf(container, 'state')
  return countOf(state, 'terminated', 'exitCode') !== 0 || textOf(state, 'waiting', 'reason') === 'CrashLoopBackOff'
}

function describe(pod: unknown, phase: string): string {
  if (phase === 'Failed') {
    const reason = textOf(pod, 'status', 'reason')
    return reason === '' ? 'has failed' : `has failed (${reason})`
  }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (textOf(scheduled, 'status') === 'False') return `is not scheduled (${textOf(scheduled, 'reason')})`
  const containers = [
    ...listOf(pod, 'status', 'initContainerStatuses').map((status) => describeContainer(status, 'running')),
    ...listOf(pod, 'status', 'containerStatuses').map((status) => describeContainer(status, 'not ready')),
  ]
  const container = containers.find((clause) => clause !== undefined)
  if (container !== undefined) return `has ${container}`
  const gate = listOf(pod, 'status', 'conditions').find(
    (condition) => textOf(condition, 'type') === 'Ready' && textOf(condition, 'status') !== 'True',
  )
  if (gate === undefined) return `is ${phase.toLowerCase() || 'new'}`
  // One with a restartPolicy of its own, in a pod that goes on (recorded from Kubernetes 1.36).
  const over = listOf(pod, 'status', 'containerStatuses').find(
    (status) => fieldOf(status, 'state', 'terminated') !== undefined,
  )
  const why = over === undefined ? '' : `, since ${textOf(over, 'name')} has ended`
  return `is not ready (${textOf(gate, 'reason')})${why}`
}

/**
 * @param unready what to say of one that runs and is not ready; init containers never are
 * @returns undefined of a container that is as it should be.
 */
function describeContainer(status: unknown, unready: string): string | undefined {
  const name = textOf(status, 'name')
  const state = fieldOf(status, 'state')
  if (fieldOf(state, 'waiting') !== undefined)
    return `${name} waiting (${textOf(state, 'waiting', 'reason') || 'not started'})`
  const code = countOf(state, 'terminated', 'exitCode')
  if (code !== 0) return `${name} ended with exit code ${code}`
  if (fieldOf(state, 'running') === undefined || fieldOf(status, 'ready') === true) return undefined
  return `${name} ${fieldOf(status, 'started') === false ? 'starting' : unready}`
}

/** @param pods all that the target selects */
export function judgePods(target: ObjectTarget, pods: Iterable<PodState>): TargetResult {
  const all = [...pods]
  const counting = all.filter(({ leaving }) => !leaving)
  if (counting.length === 0) {
    const [leaving] = all
    if (leaving !== undefined) return waiting(`${leaving.name} ${leaving.doing}`)
    return waiting('name' in target.which ? 'there is no such pod yet' : 'no pod matches yet')
  }
  const there = counting.filter((pod) => pod.ready || pod.completed || (target.demand === 'finished' && pod.erred))
  const missing = counting.filter((pod) => !there.includes(pod))
  const enough = target.demand === 'some' ? there.length > 0 : missing.length === 0
  if (enough)
    return met(
      listSome(
        there.map((pod) => `${pod.name} ${pod.ready ? 'is ready' : pod.completed ? 'has completed' : pod.doing}`),
      ),
    )
  const why = listSome(missing.map(({ name, doing }) => `${name} ${doing}`))
  const lost = missing.find((pod) => pod.lost)
  const hopeless = lost !== undefined && (target.demand === 'all' || missing.every((pod) => pod.lost))
  return hopeless ? impossible(`${lost.name} ${lost.doing}, and nothing makes another one`) : waiting(why)
}
