/** The critical path: the chain of containers that determined how long a pod took, found backwards from gate to gate. Pure. */
import type { Condition } from '../order/conditions.ts'
import type { ContainerHistory, History, HistoryLink, Life } from './history.ts'
import { reachOf } from './reach.ts'

/** A container's part of the path: from the opening of its gate until its followers' condition was met. ms since 1970. */
export interface CriticalStep {
  readonly container: string
  readonly fromMs: number
  readonly toMs: number
}

export interface Critical {
  /** Steps in the order of their starts. */
  readonly steps: readonly CriticalStep[]
  /** From the opening of the first gate to the end of the last step. */
  readonly chainMs: number
  /** Total time of all containers, one after another. */
  readonly sumMs: number
  /** Time from the first start of a command; init containers come before any gate. */
  readonly tookMs: number
}

/**
 * Measures how long each container took until all conditions that others wait for were met. If there is none, or none was met, it
 * took until its end, or until it was ready, if it was stopped or is still running. Containers that were never started are left
 * out.
 */
export function measureSteps({ containers, links }: History): ReadonlyMap<string, CriticalStep> {
  const awaited = Map.groupBy(links, ({ target }) => target)
  const steps = containers.flatMap(({ container, lives }) => {
    const life = lives.findLast(({ startedMs }) => startedMs !== undefined)
    const conditions = (awaited.get(container) ?? []).map(({ condition }) => condition)
    const toMs = life === undefined ? undefined : findReach(life, conditions)
    return life?.startedMs === undefined || toMs === undefined ? [] : [{ container, fromMs: life.startedMs, toMs }]
  })
  return new Map(steps.map((step) => [step.container, { ...step, toMs: Math.max(step.fromMs, step.toMs) }]))
}

/** @param conditions those that others wait for */
function findReach(life: Life, conditions: readonly Condition[]): number | undefined {
  const times = conditions.flatMap((condition) => reachOf(life, condition) ?? [])
  if (times.length > 0) return Math.max(...times)
  return (life.stopped === true ? undefined : life.endedMs) ?? life.readyMs ?? life.startedMs
}

/** @returns undefined when the last container, or the time at which its gate opened, is not known */
export function findCritical(history: History): Critical | undefined {
  const byName = new Map(history.containers.map((container) => [container.container, container]))
  const measured = measureSteps(history)
  const last = findLast(history, measured)
  if (last === undefined) return undefined
  const steps: CriticalStep[] = [last]
  const seen = new Set([last.container])
  for (;;) {
    const [first = last] = steps
    const step = stepBefore(first, byName, history.links)
    // With times from several clocks, two containers may seem to wait for each other.
    if (step === undefined || seen.has(step.container)) break
    seen.add(step.container)
    steps.unshift(step)
  }
  const sumMs = [...measured.values()].reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const firstMs = [...measured.values()].reduce((earliest, { fromMs }) => Math.min(earliest, fromMs), Infinity)
  const tookMs = Math.max(0, last.toMs - firstMs)
  return { steps, chainMs: Math.max(0, last.toMs - (steps[0] ?? last).fromMs), sumMs, tookMs }
}

/** The container that ended or became ready last, among those that no other waits for; if there is none, among all. */
function findLast(
  { containers, links }: History,
  measured: ReadonlyMap<string, CriticalStep>,
): CriticalStep | undefined {
  const awaited = new Set(links.map(({ target }) => target))
  const leaves = containers.filter(({ container, lives }) => !awaited.has(container) && lives.some(hasRun))
  // A container whose gate opened at an unknown time may be the last one.
  if (leaves.some(({ lives }) => lives.at(-1)?.gateUntold === true)) return undefined
  const steps = leaves.flatMap(({ container }) => measured.get(container) ?? [])
  const candidates = steps.length > 0 ? steps : [...measured.values()]
  return candidates.reduce<CriticalStep | undefined>(
    (latest, step) => (latest === undefined || step.toMs > latest.toMs ? step : latest),
    undefined,
  )
}

function hasRun({ startedMs, gateUntold }: Life): boolean {
  return startedMs !== undefined || gateUntold === true
}

/** The container that opened the gate. If it was skipped, the container whose end caused the skip. */
function stepBefore(
  { container, fromMs }: CriticalStep,
  byName: ReadonlyMap<string, ContainerHistory>,
  links: readonly HistoryLink[],
): CriticalStep | undefined {
  const life = byName.get(container)?.lives.findLast(({ startedMs }) => startedMs === fromMs)
  const label = life?.waitedFor ?? ''
  const slash = label.lastIndexOf('/')
  const target = byName.get(label.slice(0, Math.max(0, slash)))
  if (target === undefined) return undefined
  if (target.state === 'skipped') return findSpoiler(target, byName, links)
  const condition = label.slice(slash + 1) as Condition
  const reached = target.lives.flatMap((one) => {
    const toMs = one.startedMs === undefined ? undefined : reachOf(one, condition)
    return toMs === undefined ? [] : [{ container: target.container, fromMs: one.startedMs ?? toMs, toMs }]
  })
  const step = reached.findLast(({ toMs }) => toMs <= fromMs) ?? reached[0]
  return step === undefined ? undefined : { ...step, toMs: Math.max(step.fromMs, step.toMs) }
}

/** Finds the end that caused a skip, through a chain of skipped containers. */
function findSpoiler(
  skipped: ContainerHistory,
  byName: ReadonlyMap<string, ContainerHistory>,
  links: readonly HistoryLink[],
): CriticalStep | undefined {
  const seen = new Set<string>()
  let culprit: ContainerHistory | undefined = skipped
  while (culprit?.state === 'skipped' && !seen.has(culprit.container)) {
    seen.add(culprit.container)
    culprit = blame(culprit.container, byName, links)
  }
  const { startedMs, endedMs } = culprit?.lives.at(-1) ?? {}
  if (culprit === undefined || startedMs === undefined || endedMs === undefined) return undefined
  return { container: culprit.container, fromMs: startedMs, toMs: Math.max(startedMs, endedMs) }
}

/** The first awaited container whose end made the condition impossible: the skip follows at once. */
function blame(
  container: string,
  byName: ReadonlyMap<string, ContainerHistory>,
  links: readonly HistoryLink[],
): ContainerHistory | undefined {
  const ends = links.flatMap((link) => {
    const other = link.container === container ? byName.get(link.target) : undefined
    const life = other?.lives.at(-1)
    const spoils = life?.endedMs !== undefined && reachOf(life, link.condition) === undefined
    return spoils ? [{ other, endedMs: life.endedMs }] : []
  })
  return ends.toSorted((a, b) => a.endedMs - b.endedMs)[0]?.other
}

const ARROW = ' -> '

/** `critical path: redis -> app, 6.2 s; one after another all would take 9.0 s, they took 6.2 s: 2.8 s saved`; undefined for one container. */
export function describeCritical({ steps, chainMs, sumMs, tookMs }: Critical): string | undefined {
  if (steps.length < 2) return undefined
  const path = `critical path: ${steps.map(({ container }) => container).join(ARROW)}, ${formatSeconds(chainMs)}`
  // Computed from the rounded numbers, so that the text is consistent.
  const savedTenths = Math.round(sumMs / 100) - Math.round(tookMs / 100)
  if (savedTenths <= 0) return path
  const saved = formatSeconds(savedTenths * 100)
  return `${path}; one after another all would take ${formatSeconds(sumMs)}, they took ${formatSeconds(tookMs)}: ${saved} saved`
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
