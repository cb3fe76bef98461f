/** Decides whether a wait for pods is met. Pure. */
import { conditionOf, countOf, fieldOf, hasCondition, listOf, textOf } from '../pod/api-object.ts'
import { impossible, listSome, met, type TargetResult, waiting } from './target-result.ts'
import type { ObjectTarget } from './target.ts'

/** The parts of a pod's state that decide a wait. */
export interface PodState {
  readonly name: string
  readonly ready: boolean
  /** All containers have succeeded and do not restart. */
  readonly completed: boolean
  readonly failed: boolean
  /** The pod has failed, or one of its containers has failed and does not run now. */
  readonly erred: boolean
  /** The pod is being deleted, or has failed and is replaced: only its replacement counts. */
  readonly leaving: boolean
  /** The pod has failed for good, and no controller replaces it. */
  readonly lost: boolean
  /** The state of the pod in a few words. */
  readonly doing: string
}

/**
 * Reads a pod of the API. `Ready` is False with reason PodCompleted a second before the phase becomes Succeeded (recorded from
 * Kubernetes 1.26). A pod with restartPolicy Always fails only by eviction or with its node; its ReplicaSet makes another pod and
 * does not delete the failed one.
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
  // A container with a restartPolicy of its own may have ended while the pod runs (recorded from Kubernetes 1.36).
  const over = listOf(pod, 'status', 'containerStatuses').find(
    (status) => fieldOf(status, 'state', 'terminated') !== undefined,
  )
  const why = over === undefined ? '' : `, since ${textOf(over, 'name')} has ended`
  return `is not ready (${textOf(gate, 'reason')})${why}`
}

/**
 * @param unready the words for a container that runs and is not ready; init containers are never ready
 * @returns undefined for a container without a problem.
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

/** @param pods all pods that the target selects */
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
