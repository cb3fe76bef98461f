/**
 * What a pod's status tells of its containers' lives: one look at it, or many, one after another, as a watch makes them. Times are
 * the kubelet's, in whole seconds. When a container became ready a status does not say, but a look that finds it ready after
 * one that did not does, where it says when the kubelet has written it. Pure.
 */
import { listOf, textOf } from '../kube/object.ts'
import { type ContainerSight, type PodSight, sightPod } from '../kube/pod-sight.ts'
import type { Fault, Scalar, Tree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'
import { readPodOrder } from '../order/pod-order.ts'
import type { PodTemplate } from '../pod.ts'
import type { Packing } from '../tekton/message.ts'
import { orderSteps } from '../tekton/sight.ts'
import { layOut } from '../webhook/layout.ts'
import { type Course, isMeasured, openGates, type PodLife } from './history-gates.ts'
import { readStep } from './history-step.ts'
import { type ContainerState, findEdges, type History, type Life } from './history.ts'

export interface PodReading {
  /** The YAML inside a scalar. */
  readonly parse: (scalar: Scalar) => { readonly tree: Tree | undefined; readonly faults: readonly Fault[] }
  /** For the messages of Tekton's steps. */
  readonly packing: Packing
}

export interface PodRecorder {
  /** @param pod of kind Pod. @returns what is wrong with it, in one clause */
  see(pod: PodTemplate): string | undefined
  /** @param nowMs up to when it was watched */
  history(nowMs: number): History
}

interface Seen {
  readonly sight: PodSight
  readonly order: Order | undefined
  readonly startMs: number | undefined
}

/** A container's lives by the how manyth they are: the kubelet counts restarts. */
type Lives = Map<number, PodLife>

const UNSEEN: PodLife = { up: false, wasDown: false }

export function createPodRecorder({ parse, packing }: PodReading): PodRecorder {
  let uid: string | undefined
  let seen: Seen | undefined
  const lives = new Map<string, Lives>()
  return {
    see(pod) {
      const tree = layOut(pod)?.tree
      const reading = tree === undefined ? undefined : readPodOrder(tree, parse)
      if (reading?.sound !== true) return 'it is no Pod that the API server would take'
      const sight = sightPod(pod)
      // Made anew under the same name, it has a new life.
      if (sight.outdated || uid !== textOf(pod, 'metadata', 'uid')) lives.clear()
      uid = textOf(pod, 'metadata', 'uid')
      const steps = sight.containers.some(({ wrapper }) => wrapper === 'tekton')
      const order = steps ? orderSteps(pod) : reading.order
      seen = { sight, order, startMs: readTime(textOf(pod, 'status', 'startTime')) }
      if (sight.outdated) return undefined
      const atMs = whenWritten(pod)
      const messages = readMessages(pod)
      for (const container of sight.containers) {
        const known: Lives = lives.get(container.name) ?? new Map()
        lives.set(container.name, known)
        look(container, known, atMs)
        if (container.wrapper === 'tekton') {
          lookAtStep(container, known, readStep(messages.get(container.name) ?? '', packing))
        }
      }
      return undefined
    },
    history: (nowMs) =>
      seen === undefined
        ? { pod: '', startMs: nowMs, endMs: nowMs, containers: [], links: [] }
        : assemble(seen, lives, nowMs),
  }
}

function assemble(seen: Seen, lives: ReadonlyMap<string, Lives>, nowMs: number): History {
  const { sight, order, startMs } = seen
  const courses = sight.containers.flatMap((container): readonly Course[] => {
    if (container.role === 'ephemeral') return []
    const own = [...(lives.get(container.name) ?? [])].toSorted(([a], [b]) => a - b)
    return [{ container, lives: own.map(([, life]) => life) }]
  })
  const opened = openGates(courses, order)
  const containers = courses.map(({ container, lives: told }) => {
    const own = (opened.get(container.name) ?? []).map((life, index) => {
      const exitCode = told[index]?.commandCode
      return markStopped(exitCode === undefined ? life : { ...life, exitCode }, container, seen, opened)
    })
    const { name, restarts } = container
    return { container: name, state: judge(container, own.at(-1), sight), lives: own, restarts }
  })
  const links = (order?.edges ?? []).map(({ container, target, condition }) => ({ container, target, condition }))
  // Of a pod that is over nothing goes on, not even a container that was never begun.
  const over = sight.phase === 'Succeeded' || sight.phase === 'Failed'
  return { pod: sight.name, ...findEdges(containers, startMs, over ? 0 : nowMs), containers, links }
}

/** Adds what one look tells of a container to its lives. */
function look(container: ContainerSight, known: Lives, atMs: number | undefined): void {
  const { state, last, restarts } = container
  // A life is counted when it begins: while the next one is waited for, the last one is the one that was counted last.
  const before = state.kind === 'running' || state.kind === 'ended' ? restarts - 1 : restarts
  if (last !== undefined) put(known, before, readEnd(last))
  if (state.kind === 'ended') put(known, restarts, readEnd(state.end))
  if (state.kind !== 'running') return
  const { readyMs: knownMs, wasDown = false } = known.get(restarts) ?? {}
  const up = isUp(container)
  const readyMs = knownMs ?? (up && wasDown ? atMs : undefined)
  put(known, restarts, {
    ...(state.sinceMs === undefined ? {} : { sinceMs: state.sinceMs }),
    ...(readyMs === undefined ? {} : { readyMs }),
    up,
    wasDown: wasDown || !up,
  })
}

function put(known: Lives, index: number, life: Partial<PodLife>): void {
  known.set(index, { ...(known.get(index) ?? UNSEEN), ...life })
}

/** The message itself is for Tekton's controller. */
function lookAtStep({ restarts }: ContainerSight, known: Lives, step: Partial<PodLife> | undefined): void {
  if (step === undefined) return
  const { message: _, ...life } = known.get(restarts) ?? UNSEEN
  known.set(restarts, { ...life, ...step })
}

function readEnd({
  exitCode,
  reason,
  message,
  startedMs,
  finishedMs,
}: NonNullable<ContainerSight['last']>): Partial<PodLife> {
  return {
    ...(startedMs === undefined ? {} : { sinceMs: startedMs }),
    ...(finishedMs === undefined ? {} : { endedMs: finishedMs }),
    ...(reason === '' ? {} : { reason }),
    ...(message === '' ? {} : { message }),
    exitCode,
  }
}

/** What others wait for as `ready`: the wrapper takes the startupProbe, if there is one, else the readinessProbe. */
function isUp({ wrapper, spec, started, ready }: ContainerSight): boolean {
  return wrapper === 'podorder' && (spec['startupProbe'] ?? undefined) !== undefined ? started : ready
}

/** When the kubelet has last written the status; undefined where `--show-managed-fields` was not given. */
function whenWritten(pod: unknown): number | undefined {
  const times = listOf(pod, 'metadata', 'managedFields').flatMap((entry) =>
    textOf(entry, 'manager') === 'kubelet' && textOf(entry, 'subresource') === 'status'
      ? (readTime(textOf(entry, 'time')) ?? [])
      : [],
  )
  return times.length === 0 ? undefined : Math.max(...times)
}

function readMessages(pod: unknown): ReadonlyMap<string, string> {
  return new Map(
    listOf(pod, 'status', 'containerStatuses').map((status) => [
      textOf(status, 'name'),
      textOf(status, 'state', 'terminated', 'message'),
    ]),
  )
}

/** When its pod is deleted, or its work is done, what ends does so since it was told to. */
function markStopped(
  life: Life,
  container: ContainerSight,
  { sight, order }: Seen,
  all: ReadonlyMap<string, readonly Life[]>,
): Life {
  const { endedMs } = life
  if (endedMs === undefined) return life
  const { deadlineMs, graceMs = 0 } = sight.deletion ?? {}
  const main = order?.main ?? []
  const ends = main.map((name) => all.get(name)?.at(-1)?.endedMs ?? Infinity)
  const doneMs =
    main.length === 0 || main.includes(container.name) || container.wrapper === undefined ? Infinity : Math.max(...ends)
  const stopped = endedMs >= Math.min(doneMs, (deadlineMs ?? Infinity) - graceMs)
  return stopped ? { ...life, stopped } : life
}

/** The code of a wrapper whose command was never started since another one has failed (behaviour of the entrypoint). */
const CODE_SKIPPED = 1

function judge(container: ContainerSight, life: Life | undefined, { deletion }: PodSight): ContainerState {
  const { state, policy, wrapper } = container
  if (life === undefined) return 'pending'
  switch (state.kind) {
    case 'none':
    case 'waiting':
      return 'restarting'
    case 'ended': {
      const again = policy === 'Always' || (policy === 'OnFailure' && state.end.exitCode !== 0)
      if (again && deletion === undefined) return 'restarting'
      const started = life.startedMs !== undefined || life.gateUntold === true
      if (wrapper === 'tekton' && life.reason === 'Skipped') return 'skipped'
      return wrapper === 'podorder' && !started && state.end.exitCode === CODE_SKIPPED ? 'skipped' : 'ended'
    }
    case 'running':
      if (deletion !== undefined) return 'stopping'
      // The kubelet calls a container without probes ready as soon as its wrapper runs.
      if (life.startedMs === undefined)
        return life.gateUntold === true && isMeasured(container) && isUp(container) ? 'ready' : 'waiting'
      return !isMeasured(container) || isUp(container) ? 'ready' : 'running'
  }
}

function readTime(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
