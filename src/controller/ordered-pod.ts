/** The annotations that an ordered pod should have: which of its containers are ready, and which have failed finally. Pure. */
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
 * `failed` also reports what no flag and no socket can tell: an ordered container whose wrapper never ran, because the runtime
 * could not start it (StartError). When a sandbox is lost by eviction or reboot, the waiting containers are lost too; after a
 * restart they read the current annotations.
 * @param readWaits reads from the annotations which containers wait for which
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
    // No container reads the annotations.
    due:
      sidecars.length === 0
        ? said
        : settleAnnotations(said, { [READY]: joinNames(ready), [FAILED]: joinNames(failed) }),
    nudges: readNudges(find(annotations, NUDGE)),
    pending: decided.length > 0,
    gate: describeGate(waited, ready),
  }
}

/** The fields that are kept of every pod. */
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

/** @returns `said` itself when it equals `due`; an empty annotation and a missing one give the same file */
export function settleAnnotations(said: AnnotationValues, due: AnnotationValues): AnnotationValues {
  const equal = Object.entries(due).every(([name, value]) => (said[name] ?? '') === (value ?? ''))
  return equal ? said : due
}

/** Limits the memory for each pod, since there are many; 128 names of maximal length fit. */
const LONGEST_VALUE = 8192

/** Replaces a longer value, which podorder has not written: it differs from every correct value, so the annotation is rewritten. */
const TOO_LONG = '…'

/** Joins as many of the names as fit. */
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
 * A pod that reuses a name right after a forced deletion may get the last status of the earlier pod, with its ended containers.
 * That status has a start time before the new pod's creation (recorded from Kubernetes 1.26). The two times come from two clocks:
 * if the node's clock is behind, only failures go unreported. Both times are RFC 3339 in UTC, and compare as text.
 */
function isTrusted(pod: unknown): boolean {
  return textOf(pod, 'status', 'startTime') >= textOf(pod, 'metadata', 'creationTimestamp')
}

/**
 * Whether a waiting container has visibly passed its gate or ended. For the kubelet it runs from the start, so only its probes
 * tell: the startup probe that inject adds succeeds after the gate, and so does the container's own readiness probe. A container
 * without probes shows nothing until it has ended, and gets all nudges.
 */
function hasGoneOn(container: Seen | undefined): boolean {
  if (fieldOf(container?.status, 'state', 'terminated') !== undefined) return true
  if (fieldOf(container?.status, 'state', 'running') === undefined) return false
  if (fieldOf(container?.spec, 'startupProbe') !== undefined) return fieldOf(container?.status, 'started') === true
  return fieldOf(container?.spec, 'readinessProbe') !== undefined && fieldOf(container?.status, 'ready') === true
}

/** An Event's message is limited to 1 KiB (Kubernetes: NoteLengthLimit in pkg/apis/core/validation/events.go). */
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
