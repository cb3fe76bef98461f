/** The pod as a whole: its state in one line, and faults of the pod rather than of a container. Pure. */
import { INJECT } from '../pod/annotation-names.ts'
import { textOf } from '../pod/api-object.ts'
import { hasEnded, isOverForGood, isWorkDone } from '../status/next-starts.ts'
import type { Deletion, PodStatus } from '../status/pod-status.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { ContainerFinding } from './container-finding.ts'
import { describePod, kubectl } from './kubectl.ts'
import { askNode, overdueMs } from './stops.ts'
import { count, enumerate, wordDuration } from '../base/wording.ts'

export interface Note {
  /** `hint`: not a fault, or not the one that keeps the containers waiting. */
  readonly rank: 'cause' | 'hint'
  readonly message: string
  readonly next: readonly string[]
}

/** Notes from Kubernetes' own status of the pod. */
export function notePod(pod: PodStatus, nowMs: number): readonly Note[] {
  const { unscheduled, disrupted, gated, phase, reason } = pod
  const note = (rank: Note['rank'], message: string, ...next: readonly string[]): Note => ({ rank, message, next })
  return [
    ...(pod.outdated
      ? [
          note(
            'cause',
            'its status is of an earlier pod of the same name: it began before this one was made',
            'delete it, and create it again',
          ),
        ]
      : []),
    ...(unscheduled === undefined
      ? []
      : [note('cause', wordUnscheduled(unscheduled.reason, unscheduled.message), describePod(pod))]),
    ...(reason !== '' && (phase === 'Failed' || reason === NODE_LOST)
      ? [note('cause', wordFailed(pod), ...adviseFailed(pod))]
      : []),
    ...(disrupted === undefined
      ? []
      : [note('hint', `the pod was evicted from its node (${disrupted.reason})${tail(disrupted.message)}`)]),
    ...(gated === undefined
      ? []
      : [
          note(
            'cause',
            `its containers are ready, but the pod is not: a readinessGate is open${tail(gated.message)}`,
            describePod(pod),
          ),
        ]),
    ...noteRenewal(pod),
    ...noteUnready(pod),
    ...noteDeletion(pod, nowMs),
  ]
}

function noteRenewal({ renewal }: PodStatus): readonly Note[] {
  if (!renewal.now) return []
  const message =
    'all its containers are stopped and start anew: a rule of restartPolicyRules says RestartAllContainers'
  return [{ rank: 'hint', message, next: [] }]
}

/** The kubelet reports an ended container, and so its pod, as not ready, unless all containers have completed. */
function noteUnready(pod: PodStatus): readonly Note[] {
  const { policy, phase, deletion, containers } = pod
  const over = containers.filter((container) => container.role === 'app' && isOverForGood(container))
  if (policy !== 'Always' || phase !== 'Running' || deletion !== undefined || isWorkDone(pod)) return []
  if (over.length === 0) return []
  const names = over.map(({ name }) => name)
  const message =
    `it is not ready, and never will be again: ${enumerate(names)} ${names.length === 1 ? 'has' : 'have'} ended for good, ` +
    `so Services send it no traffic, and rollouts do not count it`
  const next = [
    `if others need it, take the restartPolicy of ${enumerate(names)} away: podorder holds a container that others wait for as completed`,
  ]
  return [{ rank: 'hint', message, next }]
}

/** The kubelet deletes a pod's object (grace period 0) once its containers have stopped. Finalizers, or a node without a kubelet, keep it. */
function noteDeletion(pod: PodStatus, nowMs: number): readonly Note[] {
  const { deletion, node, name, namespace } = pod
  if (deletion === undefined || deletion.done) return []
  const { finalizers, graceMs, deadlineMs } = deletion
  if (finalizers.length > 0 && (hasEnded(pod) || node === '' || graceMs === 0)) {
    const message = `its finalizers keep it: ${enumerate(finalizers)}; the controllers that set them have to remove them`
    return [{ rank: 'cause', message, next: [] }]
  }
  const lateMs = overdueMs(deadlineMs, nowMs)
  if (lateMs === undefined || hasEnded(pod)) return []
  const force = kubectl(namespace, 'delete', 'pod', name, '--force', '--grace-period=0')
  return [
    {
      rank: 'cause',
      message: `its node${node === '' ? '' : ` ${node}`} does not answer or cannot take it down, or this is an old status`,
      next: [...askNode(node), describePod(pod), `if the node is gone for good: ${force}`],
    },
  ]
}

function wordUnscheduled(reason: string, message: string): string {
  if (reason === 'SchedulingGated') return `it is held back by its schedulingGates${tail(message)}`
  if (reason === '' && message === '') return 'it has no node yet'
  return `the pod cannot be scheduled${reason === 'Unschedulable' ? '' : ` (${reason})`}${tail(message)}`
}

/** Reason of a pod whose node does not answer. Its phase is then the last one that the node reported (pkg/util/node). */
const NODE_LOST = 'NodeLost'

/** Sources: pkg/kubelet/eviction, pkg/kubelet/active_deadline.go, pkg/kubelet/nodeshutdown (Shutdown in older ones). */
function wordFailed({ reason, message, deadlineS }: PodStatus): string {
  if (reason === 'DeadlineExceeded') {
    const limit = deadlineS === undefined ? '' : ` of ${count(deadlineS, 'second')}`
    return `it ran longer than its activeDeadlineSeconds${limit} (${reason})${tail(message)}`
  }
  if (reason === 'Evicted') return `the pod was evicted (${reason})${tail(message)}`
  if (reason === NODE_LOST) return `its node does not answer, so this is an old status (${reason})${tail(message)}`
  if (reason === 'Terminated' || reason === 'Shutdown') return `its node was shut down (${reason})${tail(message)}`
  return `${reason}${tail(message)}`
}

function adviseFailed(pod: PodStatus): readonly string[] {
  if (pod.reason === NODE_LOST) return [kubectl('', 'get', 'nodes')]
  if (pod.reason === 'Evicted') {
    return [
      'request and limit what it takes: resources.requests, resources.limits (memory, ephemeral-storage)',
      describePod(pod),
    ]
  }
  return [describePod(pod)]
}

function tail(message: string): string {
  return message === '' ? '' : `: ${message}`
}

/** @returns the text after the pod's name */
export function wordState(
  pod: PodStatus,
  findings: readonly ContainerFinding[],
  notes: readonly Note[],
  nowMs: number,
): string {
  const { phase, deletion } = pod
  if (deletion !== undefined && !hasEnded(pod)) return wordDeletion(deletion, pod, nowMs)
  // podorder's own container is counted only if it has a fault.
  const counted = findings.filter(
    ({ type, name, rank }) => type !== 'ephemeral' && (name !== INIT_CONTAINER || rank !== 'fine'),
  )
  const of = (rank: ContainerFinding['rank']) => counted.filter((finding) => finding.rank === rank)
  if (phase === 'Succeeded') return `has completed: ${all(counted.length)} ended with exit code 0`
  const causes = of('cause')
  const because = of('consequence').length
  if (phase === 'Failed') {
    if (pod.reason !== '') return `has failed (${pod.reason})`
    const [first, ...later] = causes
    const facts = [
      ...(first === undefined ? [] : [`${first.name} ${later.length === 0 ? 'did' : 'first'}`]),
      ...(later.length === 0 ? [] : [`then ${count(later.length, 'more container')}`]),
      ...(because === 0 ? [] : [`${count(because, 'container')} because of it`]),
    ]
    const deleted = deletion === undefined || causes.length > 0 ? '' : ', since it was deleted'
    return `has failed${deleted}${facts.length === 0 || deleted !== '' ? '' : `: ${facts.join(', ')}`}`
  }
  const doing = phase === 'Running' ? 'is running' : phase === 'Pending' ? 'is pending' : `is ${phase.toLowerCase()}`
  const well = counted.length - causes.length - because - of('unclear').length - of('awaited').length
  const facts = [
    ...(causes.length === 0 ? [] : [`${count(causes.length, 'container')} in trouble`]),
    ...(of('awaited').length === 0 ? [] : [`${of('awaited').length} in progress`]),
    ...(because === 0 ? [] : [`${because} waiting`]),
    ...(of('unclear').length === 0 ? [] : [`${of('unclear').length} unclear`]),
    ...(well === 0 || well === counted.length ? [] : [`${well} fine`]),
  ]
  const clean = well === counted.length && !notes.some(({ rank }) => rank === 'cause')
  return `${doing}${clean ? `: ${all(well)} ${well === 1 ? 'is' : 'are'} as ${well === 1 ? 'it' : 'they'} should be` : facts.length === 0 ? '' : `: ${facts.join(', ')}`}`
}

function all(number: number): string {
  if (number === 1) return 'its container'
  return number === 2 ? 'both containers' : `all ${number} containers`
}

function wordDeletion({ deadlineMs, graceMs, done }: Deletion, { phase }: PodStatus, nowMs: number): string {
  if (done) return `is gone: it was deleted (it was ${phase.toLowerCase() || 'new'})`
  if (deadlineMs === undefined) return 'is being deleted'
  const agoMs = nowMs - (deadlineMs - graceMs)
  const told = agoMs < 0 ? '' : `, for ${wordDuration(agoMs)} now`
  const leftMs = deadlineMs - nowMs
  const end =
    leftMs >= 0
      ? `it is killed in ${wordDuration(leftMs)} at the latest`
      : `it should have been gone for ${wordDuration(-leftMs)}`
  return `is being deleted${told} (it was ${phase.toLowerCase() || 'new'}): ${end}`
}

/** The pod has an order but was not injected: the webhook was not called for it, or skipped it. */
export function noteNotInjected(pod: PodStatus): Note {
  const label = INJECT
  const out = textOf(pod.labels, label) === 'disabled' || textOf(pod.annotations, label) === 'disabled'
  const why = out ? `it opted out by ${label}: disabled` : 'podorder’s webhook has not rewritten it'
  const anew =
    'podorder inject -f MANIFEST | kubectl apply -f -    (a pod that is there cannot be changed: delete it first)'
  const ask = [
    ...(pod.namespace === '' ? [] : [kubectl('', 'get', 'namespace', pod.namespace, '-L', label)]),
    kubectl('', 'get', 'mutatingwebhookconfiguration', 'podorder'),
    kubectl('podorder', 'logs', 'deployment/podorder-webhook', '--tail=50'),
  ]
  return {
    rank: 'cause',
    message: `its annotations have an order, but the pod was not injected, so its containers all started at once; ${why}`,
    next: out ? [anew] : [...ask, anew],
  }
}
