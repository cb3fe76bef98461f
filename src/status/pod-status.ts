/** Reads the status of a pod of the API. Pure. All times are ms since 1970. */
import { tidy, tidyEnd } from '../base/wording.ts'
import { readRestarts, RESTART_POLICIES, type Restarts } from '../pod/restarts.ts'
import { allContainers, type Container, type PodTemplate, type RestartPolicy } from '../pod/pod.ts'
import { readOriginal } from '../pod/original.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import { restorePod } from '../rewrite/restore.ts'
import type { ContainerStatus, State } from './container-status.ts'
import { isStep, isTektonPod } from './tekton-pod.ts'
import { conditionOf, countOf, fieldOf, listOf, textOf } from '../pod/api-object.ts'

export interface Deletion {
  /** The latest time at which the pod is killed. */
  readonly deadlineMs: number | undefined
  readonly graceMs: number
  readonly finalizers: readonly string[]
  /** Whether the pod is gone, and this is its last known state. */
  readonly done: boolean
}

/** A reason in CamelCase and a sentence of a condition; either may be empty. */
export interface StatusReason {
  readonly reason: string
  readonly message: string
}

export interface PodStatus extends StatusReason {
  readonly name: string
  readonly namespace: string
  readonly phase: string
  /** Empty before the pod is scheduled. */
  readonly node: string
  readonly policy: RestartPolicy
  readonly serviceAccount: string
  readonly labels: unknown
  readonly annotations: unknown
  /** Whether it was rewritten by podorder. */
  readonly injected: boolean
  readonly deletion: Deletion | undefined
  /** Why the pod is not scheduled. */
  readonly unscheduled: StatusReason | undefined
  /** Why the pod is evicted. */
  readonly disrupted: StatusReason | undefined
  /** Why the pod is not ready although all containers are. */
  readonly gated: StatusReason | undefined
  /** The status is that of an earlier pod with the same name. */
  readonly outdated: boolean
  readonly deadlineS: number | undefined
  /** A restart of all containers (RestartAllContainers): whether it happens now, and the time of the last one. */
  readonly renewal: { readonly now: boolean; readonly lastMs: number | undefined }
  /** Init containers first, as listed; ephemeral ones last. */
  readonly containers: readonly ContainerStatus[]
}

/** @param pod its template must be sound (order/pod-order.ts) @param gone whether a watch has reported its deletion */
export function readPodStatus(pod: PodTemplate, gone = false): PodStatus {
  const restored = restorePod(pod).template
  const notes = readOriginal(pod)
  const original = notes === undefined || notes === 'unreadable' ? {} : notes.containers
  const tekton = isTektonPod(pod)
  const policy = readPolicy(pod.spec) ?? 'Always'
  const statuses = new Map(
    ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'].flatMap((list) =>
      listOf(pod, 'status', list).map((status) => [textOf(status, 'name'), status] as const),
    ),
  )
  const before = new Map(allContainers(restored.spec).map((c) => [c.name, c]))
  const look = (role: ContainerStatus['role'], actual: Container, inherited: RestartPolicy): ContainerStatus => {
    const wrapper = role === 'app' || role === 'sidecar' ? findWrapper(actual.name, original, tekton) : undefined
    const known = { wrapper, ...readRestarts(actual, inherited) }
    return readContainerStatus(role, actual, before.get(actual.name) ?? actual, known, statuses)
  }
  const inits = (pod.spec.initContainers ?? []).map((container) =>
    // An init container with Always is a native sidecar. Others restart until they succeed, except under Never.
    look(
      container.restartPolicy === 'Always' ? 'sidecar' : 'init',
      container,
      policy === 'Never' ? 'Never' : 'OnFailure',
    ),
  )
  const ephemeral = listOf(pod, 'spec', 'ephemeralContainers')
    .filter((container) => textOf(container, 'name') !== '')
    .map((container) => look('ephemeral', container as Container, 'Never'))
  return {
    ...readWholeStatus(pod, gone),
    policy,
    injected: notes !== undefined || (pod.spec.initContainers ?? []).some(({ name }) => name === INIT_CONTAINER),
    containers: [...inits, ...pod.spec.containers.map((container) => look('app', container, policy)), ...ephemeral],
  }
}

function findWrapper(name: string, original: object, tekton: boolean): ContainerStatus['wrapper'] {
  if (Object.hasOwn(original, name)) return 'podorder'
  return tekton && isStep(name) ? 'tekton' : undefined
}

function readWholeStatus(pod: PodTemplate, gone: boolean): Omit<PodStatus, 'policy' | 'injected' | 'containers'> {
  const deadlineS = fieldOf(pod, 'spec', 'activeDeadlineSeconds')
  const created = textOf(pod, 'metadata', 'creationTimestamp')
  const startTime = textOf(pod, 'status', 'startTime')
  const ready = conditionOf(pod, 'Ready')
  const renewal = conditionOf(pod, 'AllContainersRestarting')
  return {
    name: tidy(textOf(pod, 'metadata', 'name') || textOf(pod, 'metadata', 'generateName')),
    namespace: tidy(textOf(pod, 'metadata', 'namespace')),
    phase: tidy(textOf(pod, 'status', 'phase')),
    node: tidy(textOf(pod, 'spec', 'nodeName')),
    ...readSaid(fieldOf(pod, 'status')),
    serviceAccount: tidy(textOf(pod, 'spec', 'serviceAccountName')) || 'default',
    labels: fieldOf(pod, 'metadata', 'labels'),
    annotations: fieldOf(pod, 'metadata', 'annotations'),
    deletion: readDeletion(pod, gone),
    unscheduled: readUnscheduled(pod),
    disrupted: sayWhere(conditionOf(pod, 'DisruptionTarget'), 'True'),
    gated: textOf(ready, 'reason') === 'ReadinessGatesNotReady' ? sayWhere(ready, 'False') : undefined,
    // The last status of a pod may be written to the next one of the same name (recorded from Kubernetes 1.26). Both times are
    // RFC 3339 in UTC, of two clocks.
    outdated: startTime !== '' && startTime < created && listOf(pod, 'status', 'containerStatuses').some(hasEnded),
    deadlineS: typeof deadlineS === 'number' ? deadlineS : undefined,
    renewal: {
      now: textOf(renewal, 'status') === 'True',
      lastMs: textOf(renewal, 'status') === 'False' ? timeOf(renewal, 'lastTransitionTime') : undefined,
    },
  }
}

/** The kubelet's reason while it removes all containers of a pod to restart them. */
export const RENEWAL = 'RestartingAllContainers'

/** Reads why a pod is not scheduled. The node's name decides, since the condition comes a moment after the pod. */
function readUnscheduled(pod: unknown): StatusReason | undefined {
  if (textOf(pod, 'spec', 'nodeName') !== '' || textOf(pod, 'status', 'phase') !== 'Pending') return undefined
  return sayWhere(conditionOf(pod, 'PodScheduled'), 'False') ?? { reason: '', message: '' }
}

function hasEnded(status: unknown): boolean {
  return fieldOf(status, 'state', 'terminated') !== undefined
}

function readDeletion(pod: unknown, done: boolean): Deletion | undefined {
  const at = textOf(pod, 'metadata', 'deletionTimestamp')
  if (at === '' && !done) return undefined
  const finalizers = listOf(pod, 'metadata', 'finalizers').flatMap((name) =>
    typeof name === 'string' ? [tidy(name)] : [],
  )
  return {
    deadlineMs: readTime(at),
    graceMs: countOf(pod, 'metadata', 'deletionGracePeriodSeconds') * 1000,
    finalizers,
    done,
  }
}

function readContainerStatus(
  role: ContainerStatus['role'],
  actual: Container,
  spec: Container,
  known: Pick<ContainerStatus, 'wrapper'> & Restarts,
  statuses: ReadonlyMap<string, unknown>,
): ContainerStatus {
  const status = statuses.get(actual.name)
  const state = readState(fieldOf(status, 'state'))
  const last = readState(fieldOf(status, 'lastState'))
  // The kubelet then reports an artificial end: exit code 137 and no times (recorded from Kubernetes 1.36).
  const renewed = last.kind === 'ended' && last.end.reason === RENEWAL
  return {
    ...{ name: tidy(actual.name), role, spec, actual, ...known, state },
    held: known.wrapper === 'podorder' && flagsOf(actual).includes('--hold'),
    last: last.kind === 'ended' && !renewed ? last.end : undefined,
    renewed,
    ready: fieldOf(status, 'ready') === true,
    // The kubelet does not report `started` of ephemeral containers.
    started: fieldOf(status, 'started') === true || (role === 'ephemeral' && state.kind === 'running'),
    restarts: countOf(status, 'restartCount'),
  }
}

/** The flags of the entrypoint, which are the words before `--`. */
function flagsOf({ args = [] }: Container): readonly string[] {
  const dashes = args.indexOf('--')
  return dashes === -1 ? [] : args.slice(0, dashes)
}

function readState(state: unknown): State {
  const ended = fieldOf(state, 'terminated')
  if (typeof ended === 'object' && ended !== null) {
    const times = { startedMs: timeOf(ended, 'startedAt'), finishedMs: timeOf(ended, 'finishedAt') }
    const message = tidyEnd(textOf(ended, 'message'))
    return {
      kind: 'ended',
      end: { exitCode: countOf(ended, 'exitCode'), reason: tidy(textOf(ended, 'reason')), message, ...times },
    }
  }
  const running = fieldOf(state, 'running')
  if (typeof running === 'object' && running !== null) {
    return { kind: 'running', sinceMs: timeOf(running, 'startedAt') }
  }
  const waiting = fieldOf(state, 'waiting')
  return typeof waiting === 'object' && waiting !== null ? { kind: 'waiting', ...readSaid(waiting) } : { kind: 'none' }
}

function readSaid(object: unknown): StatusReason {
  return { reason: tidy(textOf(object, 'reason')), message: tidy(textOf(object, 'message')) }
}

function sayWhere(condition: unknown, status: string): StatusReason | undefined {
  return textOf(condition, 'status') === status ? readSaid(condition) : undefined
}

function readPolicy(spec: unknown): RestartPolicy | undefined {
  return RESTART_POLICIES.find((known) => known === textOf(spec, 'restartPolicy'))
}

/** Reads a time. The time of a container that never started is 0 (recorded from Kubernetes 1.26: StartError). */
function timeOf(object: unknown, field: string): number | undefined {
  return readTime(textOf(object, field)) || undefined
}

function readTime(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
