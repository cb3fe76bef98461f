/** What an ordered pod's annotations ought to say: which of its containers are ready, and which have failed for good. Pure. */
import { NUDGE } from '../pod/annotation-names.ts'
import { FAILED, ORDERED, READY } from '../pod/annotation-names.ts'
import { cite } from '../base/escape.ts'
import { listFirst } from '../base/wording.ts'
import { countOf, fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { readNudges, type AnnotationValues, type ControlledPod } from './controlled-pod.ts'
import { followsEnd, readRestarts } from '../pod/restarts.ts'
import type { Waiter, Waits } from './waits.ts'

export const ORDERED_LABEL = `${ORDERED}=true`

/**
 * `failed` also has what no flag and no socket can tell: a container that is ordered inside the pod and whose wrapper never ran,
 * since the runtime could not start it (StartError). A sandbox that is gone, evicted or rebooted, takes the waiters with it;
 * those that are started anew look at the annotations of now.
 * @param readWaits who waits for whom, by the annotations
 */
export function readOrderedPod(pod: unknown, readWaits: (annotations: unknown) => Waits): ControlledPod {
  const annotations = fieldOf(pod, 'metadata', 'annotations')
  const { waiters, sidecars, predecessors } = readWaits(annotations)
  const said: AnnotationValues = { [READY]: find(annotations, READY), [FAILED]: find(annotations, FAILED) }
  const containers = readContainers(pod)
  const ready = new Set(sidecars.filter((name) => fieldOf(containers.get(name)?.status, 'ready') === true))
  const failed = new Set(predecessors.filter((name) => containers.get(name)?.failed === true))
  const waited = waiters.filter(({ container }) => !hasGoneOn(containers.get(container)))
  const decided = waited.filter(
    (waiter) => waiter.sidecars.every((name) => ready.has(name)) || waiter.sidecars.some((name) => failed.has(name)),
  )
  return {
    ...identify(pod),
    said,
    // Nobody would read it.
    due:
      sidecars.length === 0
        ? said
        : settleAnnotations(said, { [READY]: joinNames(ready), [FAILED]: joinNames(failed) }),
    nudges: readNudges(find(annotations, NUDGE)),
    pending: decided.length > 0,
    gate: describeGate(waited, ready),
  }
}

/** What is kept of every pod. */
export function identify(pod: unknown): Pick<ControlledPod, 'namespace' | 'name' | 'uid' | 'version' | 'over'> {
  return {
    namespace: textOf(pod, 'metadata', 'namespace'),
    name: textOf(pod, 'metadata', 'name'),
    uid: textOf(pod, 'metadata', 'uid'),
    version: textOf(pod, 'metadata', 'resourceVersion'),
    over:
      textOf(pod, 'metadata', 'deletionTimestamp') !== '' ||
      /^(Succeeded|Failed)$/.test(textOf(pod, 'status', 'phase')),
  }
}

export function find(annotations: unknown, name: string): string | undefined {
  const value = fieldOf(annotations, name)
  if (typeof value !== 'string') return undefined
  return value.length > LONGEST_VALUE ? TOO_LONG : value
}

/** @returns `said` itself where it says what is due; an annotation that is empty projects to the same file as none. */
export function settleAnnotations(said: AnnotationValues, due: AnnotationValues): AnnotationValues {
  const equal = Object.entries(due).every(([name, value]) => (said[name] ?? '') === (value ?? ''))
  return equal ? said : due
}

/** What is kept of a pod has a limit, since there are many; 128 names of the greatest length fit. */
const LONGEST_VALUE = 8192

/** Stands for a value that we have not written: it differs from all that is due, and is replaced. */
const TOO_LONG = '…'

/** As many of the names as fit. */
function joinNames(names: ReadonlySet<string>): string | undefined {
  let text = ''
  for (const name of names) {
    if (text.length + name.length >= LONGEST_VALUE) break
    text = text === '' ? name : `${text},${name}`
  }
  return text === '' ? undefined : text
}

interface Seen {
  readonly spec: unknown
  readonly status: unknown
  readonly failed: boolean
}

function readContainers(pod: unknown): ReadonlyMap<string, Seen> {
  const policy = textOf(pod, 'spec', 'restartPolicy') || 'Always'
  const trusted = isTrusted(pod)
  const statuses = new Map(
    [...listOf(pod, 'status', 'initContainerStatuses'), ...listOf(pod, 'status', 'containerStatuses')].map((status) => [
      textOf(status, 'name'),
      status,
    ]),
  )
  return new Map(
    [...listOf(pod, 'spec', 'initContainers'), ...listOf(pod, 'spec', 'containers')].map((spec) => {
      const name = textOf(spec, 'name')
      const status = statuses.get(name)
      const exitCode = countOf(status, 'state', 'terminated', 'exitCode')
      const failed = trusted && exitCode !== 0 && followsEnd(readRestarts(spec, policy), exitCode) === 'stays'
      return [name, { spec, status, failed }] as const
    }),
  )
}

/**
 * A pod whose name is used again right after a forced deletion may get the last status of the one before it, ends and all; that one
 * was started before this one was made (recorded from Kubernetes 1.26). The two times are of two clocks, so a node whose
 * clock is behind loses the news of failures here, and no more. Both are RFC 3339 in UTC, and compare as text.
 */
function isTrusted(pod: unknown): boolean {
  return textOf(pod, 'status', 'startTime') >= textOf(pod, 'metadata', 'creationTimestamp')
}

/**
 * Whether a waiting container can be seen to have passed its gate, or to need it no more. To the kubelet it runs from the start,
 * so only its probes tell: the startup probe that inject gives it succeeds after the gate, and so does a readiness
 * probe of its own. One without probes cannot be seen until it has ended, and gets all the nudges there are.
 */
function hasGoneOn(container: Seen | undefined): boolean {
  if (fieldOf(container?.status, 'state', 'terminated') !== undefined) return true
  if (fieldOf(container?.status, 'state', 'running') === undefined) return false
  if (fieldOf(container?.spec, 'startupProbe') !== undefined) return fieldOf(container?.status, 'started') === true
  return fieldOf(container?.spec, 'readinessProbe') !== undefined && fieldOf(container?.status, 'ready') === true
}

/** An Event's message has at most 1 KiB (Kubernetes: NoteLengthLimit in pkg/apis/core/validation/events.go). */
const LONGEST_CLAUSE = 900

function describeGate(waiters: readonly Waiter[], ready: ReadonlySet<string>): string | undefined {
  const clauses = waiters.flatMap(({ container, sidecars }) => {
    const missing = sidecars.filter((name) => !ready.has(name))
    if (missing.length === 0) return []
    return [
      `${container} waits for ${listFirst(
        missing.map((name) => `sidecar/${name}`),
        8,
      )}`,
    ]
  })
  return clauses.length === 0 ? undefined : cite(clauses.slice(0, 8).join('; '), LONGEST_CLAUSE)
}
