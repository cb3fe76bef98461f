/** The chain of containers that made a pod take as long as it did, followed back along what opened their gates. Pure. */
import type { Condition } from '../order/conditions.ts'
import type { ContainerHistory, History, HistoryLink, Life } from './history.ts'
import { reachOf } from './reach.ts'

/** What one container does of a pod's work: from the opening of its gate to being what others wait for. ms since 1970. */
export interface CriticalStep {
  readonly container: string
  readonly fromMs: number
  readonly toMs: number
}

export interface Critical {
  /** From the first to start to the last to be done. */
  readonly steps: readonly CriticalStep[]
  /** From the opening of the first gate to the last step's end. */
  readonly chainMs: number
  /** What all containers would take, one after another. */
  readonly sumMs: number
  /** What they have taken, from the first of all starts: init containers come before any gate. */
  readonly tookMs: number
}

/**
 * How long each container takes until it is what the last of its followers waited for. One that nobody waits for, or in vain, is
 * done when it has ended, or when it is ready, if it was told to stop or still runs. Those that were never started are left out.
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

/** @param conditions what it is waited for */
function findReach(life: Life, conditions: readonly Condition[]): number | undefined {
  const times = conditions.flatMap((condition) => reachOf(life, condition) ?? [])
  if (times.length > 0) return Math.max(...times)
  return (life.stopped === true ? undefined : life.endedMs) ?? life.readyMs ?? life.startedMs
}

/** @returns undefined where it is not known what came last, or when its gate opened */
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
    // Recorded by several clocks, two containers may seem to have waited for each other.
    if (step === undefined || seen.has(step.container)) break
    seen.add(step.container)
    steps.unshift(step)
  }
  const sumMs = [...measured.values()].reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const firstMs = [...measured.values()].reduce((earliest, { fromMs }) => Math.min(earliest, fromMs), Infinity)
  const tookMs = Math.max(0, last.toMs - firstMs)
  return { steps, chainMs: Math.max(0, last.toMs - (steps[0] ?? last).fromMs), sumMs, tookMs }
}

/** The one whose end or readiness came last, of those that nobody waits for; where everybody is waited for, of all. */
function findLast(
  { containers, links }: History,
  measured: ReadonlyMap<string, CriticalStep>,
): CriticalStep | undefined {
  const awaited = new Set(links.map(({ target }) => target))
  const leaves = containers.filter(({ container, lives }) => !awaited.has(container) && lives.some(hasRun))
  // Whose gate opened nobody knows when may well be the last.
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

/** Whose reaching of what opened the gate; where that was skipped, whose end it was skipped for. */
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

/** The end that a container was skipped for, found through others that were skipped for it. */
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

/** The first of those that it waited for to end otherwise than was asked: it was skipped at once. */
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

/**
 * `critical path: redis -> postgres -> app, 6.2 s; one after another they would take 9.0 s: 2.8 s saved`; undefined where one
 * container is all there is to it.
 */
export function describeCritical({ steps, chainMs, sumMs, tookMs }: Critical): string | undefined {
  if (steps.length < 2) return undefined
  const path = `critical path: ${steps.map(({ container }) => container).join(ARROW)}, ${formatSeconds(chainMs)}`
  // Of the numbers that stand there, so that a reader finds the same.
  const savedTenths = Math.round(sumMs / 100) - Math.round(tookMs / 100)
  if (savedTenths <= 0) return path
  const saved = formatSeconds(savedTenths * 100)
  return `${path}; one after another all would take ${formatSeconds(sumMs)}, they took ${formatSeconds(tookMs)}: ${saved} saved`
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
