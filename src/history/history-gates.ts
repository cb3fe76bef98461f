/**
 * Computes when the gates of a pod's containers opened, from what is known of the containers that they wait for. Kubernetes
 * reports only when a wrapper was started. Pure.
 */
import type { ContainerStatus } from '../status/container-status.ts'
import { sortContainers } from '../order/graph.ts'
import type { Edge, Order } from '../order/order.ts'
import { type Course, isMeasured, type PodLife } from './course.ts'
import type { Life } from './history.ts'
import { isForgotten, mayHaveBeen, whenReached } from './reach.ts'

/** Some times are in full seconds. */
const SECOND_MS = 1000

/** The result of one wait. `unknown`: it may have been met at any time, or never. */
type Wait =
  { readonly kind: 'met'; readonly atMs: number; readonly label: string } | { readonly kind: 'unmet' | 'unknown' }

/** @returns each container's lives with the times of their gates, or with `gateUntold` */
export function openGates(courses: readonly Course[], order: Order | undefined): ReadonlyMap<string, readonly Life[]> {
  const byName = new Map(courses.map((course) => [course.container.name, course]))
  const edges = Map.groupBy(order?.edges ?? [], ({ container }) => container)
  const outside = new Set(order?.outside.map(({ container }) => container))
  const opened = new Map<string, readonly Life[]>()
  // Awaited containers come first.
  for (const name of sortContainers([...byName.keys()], order?.edges ?? []) ?? []) {
    const course = byName.get(name)
    if (course === undefined) continue
    const { container, lives } = course
    const own = edges.get(name) ?? []
    const blind = outside.has(name) || (container.wrapper === 'podorder' && order === undefined)
    const handedOver = container.wrapper === 'tekton' && own.length === 0 && waitsByFlag(container)
    opened.set(
      name,
      lives.map((life) => {
        if (container.wrapper === undefined) return startAtOnce(life, container)
        const waits = own.map((edge) => judgeWait(edge, life, byName, opened))
        return openGate(life, container, blind || handedOver ? [...waits, { kind: 'unknown' }] : waits)
      }),
    )
  }
  return opened
}

/** Whether a step waits for a file. Tekton's first step waits for its controller. */
function waitsByFlag({ actual }: ContainerStatus): boolean {
  return actual.args?.some((word) => /^--?wait[-_]file/.test(word)) === true
}

function startAtOnce({ readyMs, ...seen }: PodLife, container: ContainerStatus): Life {
  const life = withoutSigns(seen)
  const { sinceMs } = life
  if (sinceMs === undefined) return life
  const ready = isMeasured(container) ? readyMs : container.role === 'init' ? undefined : sinceMs
  return { ...life, startedMs: sinceMs, ...(ready === undefined ? {} : { readyMs: ready }) }
}

function withoutSigns({
  up: _up,
  wasDown: _wasDown,
  dark: _dark,
  commandCode: _code,
  exact: _exact,
  ...life
}: PodLife): Life {
  return life
}

function openGate({ readyMs, ...seen }: PodLife, container: ContainerStatus, waits: readonly Wait[]): Life {
  const life = withoutSigns(seen)
  const { sinceMs, startedMs, endedMs = Infinity } = life
  const measured = isMeasured(container)
  const ready = measured ? readyMs : seen.exact === undefined ? undefined : startedMs
  const told = { ...life, ...(ready === undefined ? {} : { readyMs: ready }) }
  if (sinceMs === undefined) return told
  const met = waits.flatMap((wait) =>
    wait.kind === 'met' && wait.atMs <= (startedMs ?? Infinity) + SECOND_MS ? [wait] : [],
  )
  const last = met.reduce<{ atMs: number; label?: string }>((a, b) => (b.atMs >= a.atMs ? b : a), { atMs: sinceMs })
  const waitedFor = last.label === undefined ? {} : { waitedFor: last.label }
  if (startedMs !== undefined) return { ...told, ...waitedFor }
  if (seen.exact !== undefined) return told
  if (met.length === waits.length) {
    // Times are in whole seconds, so an end may seem to be before its start.
    const openMs = Math.min(last.atMs, endedMs, told.readyMs ?? Infinity)
    return { ...told, startedMs: openMs, ...(measured ? {} : { readyMs: openMs }), ...waitedFor }
  }
  // The container is waiting, or its command was never started.
  if (waits.some(({ kind }) => kind === 'unmet') && !(measured && seen.up)) return told
  return { ...told, gateUntold: true }
}

function judgeWait(
  { target, condition, optional }: Edge,
  { sinceMs = 0 }: PodLife,
  courses: ReadonlyMap<string, Course>,
  opened: ReadonlyMap<string, readonly Life[]>,
): Wait {
  const course = courses.get(target)
  const lives = opened.get(target) ?? []
  const measured = course !== undefined && isMeasured(course.container)
  const times = lives.flatMap((life) => {
    const atMs = whenReached(life, condition, measured)
    return atMs === undefined || isForgotten(life, condition, sinceMs) ? [] : [Math.max(atMs, sinceMs)]
  })
  if (times.length > 0) return { kind: 'met', atMs: Math.min(...times), label: `${target}/${condition}` }
  const unknown = optional || course === undefined || mayHaveBeen(course, lives, condition, measured)
  return { kind: unknown ? 'unknown' : 'unmet' }
}
