/**
 * What became of a pod's containers and when: what timelines are drawn from, wherever it was read. Pure.
 * All times are ms since 1970.
 */
import type { Condition } from '../order/conditions.ts'
import type { StopCause } from '../pod/pod.ts'

export interface History {
  /** The pod's name; empty when it is not known. */
  readonly pod: string
  /** The left edge of a picture: the first moment known of. */
  readonly startMs: number
  /** The right edge: the last end, or the moment up to which the pod was observed. */
  readonly endMs: number
  /** Containers in the pod's own order. */
  readonly containers: readonly ContainerHistory[]
  /** Links from waiting containers to what they wait for, as the order says; none where it is not known. */
  readonly links: readonly HistoryLink[]
  /** The pod went on after `endMs`, and nothing tells how: a record that was cut off, or was made while it ran. */
  readonly partial?: boolean
}

export interface HistoryLink {
  readonly container: string
  readonly target: string
  readonly condition: Condition
}

export type ContainerState =
  'pending' | 'waiting' | 'running' | 'ready' | 'restarting' | 'stopping' | 'ended' | 'skipped'

export interface ContainerHistory {
  readonly container: string
  /** At `endMs`. `waiting` without any life: or it is not begun, where that cannot be told. */
  readonly state: ContainerState
  /** Oldest first; the first ones may be missing, `restarts` counts them all. */
  readonly lives: readonly Life[]
  readonly restarts: number
}

/** A life of a container, from the start of its wrapper to its end. What is not there never came, or is not known. */
export interface Life {
  /** When its wrapper began to wait. */
  readonly sinceMs?: number
  /** When its command was started. */
  readonly startedMs?: number
  readonly readyMs?: number
  readonly endedMs?: number
  /**
   * Nobody tells when its gate opened: Kubernetes knows when the wrapper started, and no more. What is not waiting for
   * sure is unclear from `sinceMs` on.
   */
  readonly gateUntold?: boolean
  /** The wait that opened its gate, `db/ready`. */
  readonly waitedFor?: string
  readonly exitCode?: number
  /** CamelCase: Completed, Error, Skipped, Killed, OOMKilled, … */
  readonly reason?: string
  readonly message?: string
  /** What its probe said last, while it is not ready. */
  readonly unready?: string
  /** What has killed it, where a probe or a hook did. */
  readonly killedBy?: StopCause
  /** How long after its stop signal it was killed, since it did not end by that. */
  readonly killedAfterMs?: number
  /** Those of its moments that only the kubelet has told, in whole seconds, where its wrapper's log tells others to the millisecond. */
  readonly kubelet?: readonly Moment[]
  /** Whether it was told to stop with its pod, so that when it ended says nothing of its own work. */
  readonly stopped?: boolean
}

export const MOMENTS = ['sinceMs', 'startedMs', 'readyMs', 'endedMs'] as const
export type Moment = (typeof MOMENTS)[number]

/** The reason of a life whose wrapper was killed, so that nobody wrote how it ended. */
export const KILLED = 'Killed'

/** The reason of a life whose command starts anew with what it depends on, while its wrapper goes on. */
export const STARTS_ANEW = 'PredecessorLost'

/** What a container does for a while; `restarting` is the time between two lives, `unclear` what nobody told. */
export type Phase = 'waiting' | 'starting' | 'ready' | 'running' | 'unclear' | 'restarting'

/** `starting` only where it became ready later; without a measured readiness it is `running` from its start. */
export interface Span {
  readonly phase: Phase
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The bar of one container: its phases one after another, without overlaps; gaps are times of which nothing is known.
 * @param endMs the history's own: what has no end yet goes on until then
 */
export function layOutSpans({ lives }: ContainerHistory, endMs: number): readonly Span[] {
  return lives.flatMap((life, index) => {
    const next = lives[index + 1]
    const again = next === undefined ? undefined : beginOf(next)
    const end = life.endedMs ?? again ?? endMs
    const gap: readonly Span[] = again === undefined ? [] : [{ phase: 'restarting', fromMs: end, toMs: again }]
    return [...layOutLife(life, end), ...gap].filter(({ fromMs, toMs }) => toMs > fromMs)
  })
}

function layOutLife(life: Life, endMs: number): readonly Span[] {
  const { startedMs, readyMs, gateUntold = false } = life
  const since = beginOf(life)
  if (since === undefined) return []
  if (startedMs === undefined) {
    if (!gateUntold) return [{ phase: 'waiting', fromMs: since, toMs: endMs }]
    return [
      { phase: 'unclear', fromMs: since, toMs: readyMs ?? endMs },
      { phase: 'ready', fromMs: readyMs ?? endMs, toMs: endMs },
    ]
  }
  const measured = readyMs !== undefined && readyMs > startedMs
  return [
    { phase: 'waiting', fromMs: since, toMs: startedMs },
    { phase: measured ? 'starting' : 'running', fromMs: startedMs, toMs: measured ? readyMs : endMs },
    ...(measured ? [{ phase: 'ready' as const, fromMs: readyMs, toMs: endMs }] : []),
  ]
}

/** When it began; undefined where only its end is known. */
export function beginOf({ sinceMs, startedMs }: Life): number | undefined {
  return sinceMs ?? startedMs
}

/** Whether it is where it shall be, as far as one can know: it runs, or it is over. */
export function isSettled({ state, lives }: ContainerHistory): boolean {
  if (lives.at(-1)?.gateUntold === true) return true
  return state === 'running' || state === 'ready' || state === 'ended' || state === 'skipped'
}

/** How much of what goes on unchanged is shown, of the time that came before; and at least so many ms. */
const AFTERGLOW = 0.1
const SHORTEST_AFTERGLOW_MS = 1000

/**
 * A history's two edges. A pod that has run for days since all its containers were up is shown for a moment longer than
 * that: its start is what one wants to see.
 * @param observed up to when it was watched (what has happened later all the same counts too); where nobody tells that, its last
 * trace, and what goes on is shown for a moment longer
 */
export function findEdges(
  containers: readonly ContainerHistory[],
  startMs: number | undefined,
  observed: number | { readonly traceMs: number },
): Pick<History, 'startMs' | 'endMs'> {
  const times = containers.flatMap(({ lives }) =>
    lives.flatMap(({ sinceMs, startedMs, readyMs, endedMs }) => [sinceMs, startedMs, readyMs, endedMs]),
  )
  const known = [startMs, ...times].filter((ms) => ms !== undefined)
  const first = known.reduce((least, ms) => Math.min(least, ms), Infinity)
  const last = known.reduce((most, ms) => Math.max(most, ms), -Infinity)
  if (known.length === 0) {
    const onlyMs = typeof observed === 'number' ? observed : observed.traceMs
    return { startMs: onlyMs, endMs: onlyMs }
  }
  if (isOver(containers)) return { startMs: first, endMs: last }
  const glow = last + Math.max(SHORTEST_AFTERGLOW_MS, (last - first) * AFTERGLOW)
  const observedMs = typeof observed === 'number' ? observed : Math.max(observed.traceMs, glow)
  const until = containers.every(isSettled) ? Math.min(observedMs, glow) : observedMs
  return { startMs: first, endMs: Math.max(last, until) }
}

export function isOver(containers: readonly ContainerHistory[]): boolean {
  return containers.every(({ state }) => state === 'ended' || state === 'skipped')
}

/** For a picture that goes down its steps where the pod's own order is not known: as they were started, then those that wait. */
export function sortByStart(containers: readonly ContainerHistory[]): readonly ContainerHistory[] {
  const startOf = ({ lives: [life = {}] }: ContainerHistory): number => life.startedMs ?? life.endedMs ?? Infinity
  const sinceOf = ({ lives: [life = {}] }: ContainerHistory): number => life.sinceMs ?? Infinity
  return containers.toSorted(
    (a, b) =>
      compare(startOf(a), startOf(b)) || compare(sinceOf(a), sinceOf(b)) || (a.container < b.container ? -1 : 1),
  )
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/**
 * With no character in its words that a terminal would obey, or show in another width. Names and reasons have none, unless they
 * are forged.
 */
export function keepPrintable(history: History): History {
  const clean = (text: string): string => text.replaceAll(/[^\u0020-\u007E]/gu, '?')
  const cleanLife = (life: Life): Life => ({
    ...life,
    ...(life.waitedFor === undefined ? {} : { waitedFor: clean(life.waitedFor) }),
    ...(life.reason === undefined ? {} : { reason: clean(life.reason) }),
    ...(life.unready === undefined ? {} : { unready: clean(life.unready) }),
  })
  return {
    ...history,
    pod: clean(history.pod),
    containers: history.containers.map((one) => ({
      ...one,
      container: clean(one.container),
      lives: one.lives.map(cleanLife),
    })),
    links: history.links.map((link) => ({ ...link, container: clean(link.container), target: clean(link.target) })),
  }
}
