/** The history of a pod's containers: the data of timelines, from any source. Pure. All times are ms since 1970. */
import type { Condition } from '../order/conditions.ts'
import type { StopCause } from '../pod/pod.ts'

export interface History {
  /** The pod's name; empty if not known. */
  readonly pod: string
  /** The left edge of a picture: the first known moment. */
  readonly startMs: number
  /** The right edge: the last end, or the end of the observation. */
  readonly endMs: number
  /** Containers in the order of the pod. */
  readonly containers: readonly ContainerHistory[]
  /** Links from waiting containers to their targets, according to the order; empty if not known. */
  readonly links: readonly HistoryLink[]
  /** The pod continued after `endMs`, and how is unknown: the record was cut off, or was made during the run. */
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
  /** State at `endMs`. `waiting` without lives: it may also not have started, where that cannot be told. */
  readonly state: ContainerState
  /** Oldest first; the first ones may be missing. `restarts` counts all lives. */
  readonly lives: readonly Life[]
  readonly restarts: number
}

/** A life of a container, from the start of its wrapper to its end. A missing field never happened, or is not known. */
export interface Life {
  /** When its wrapper began to wait. */
  readonly sinceMs?: number
  /** When its command was started. */
  readonly startedMs?: number
  readonly readyMs?: number
  readonly endedMs?: number
  /**
   * The time at which its gate opened is unknown: Kubernetes reports only the start of the wrapper. A life that is not certainly
   * waiting is unclear from `sinceMs` on.
   */
  readonly gateUntold?: boolean
  /** The wait that opened its gate, `db/ready`. */
  readonly waitedFor?: string
  readonly exitCode?: number
  /** CamelCase: Completed, Error, Skipped, Killed, OOMKilled, … */
  readonly reason?: string
  readonly message?: string
  /** The last result of its probe while it is not ready. */
  readonly unready?: string
  /** The probe or hook whose failure caused the kill. */
  readonly killedBy?: StopCause
  /** Time from the stop signal to the kill of a command that did not end. */
  readonly killedAfterMs?: number
  /** Moments known only from the kubelet, in whole seconds, while the wrapper's log has others to the millisecond. */
  readonly kubelet?: readonly Moment[]
  /** Whether it was stopped with its pod, so that its end does not show its own duration. */
  readonly stopped?: boolean
}

export const MOMENTS = ['sinceMs', 'startedMs', 'readyMs', 'endedMs'] as const
export type Moment = (typeof MOMENTS)[number]

/** Reason of a life whose wrapper was killed and so reported no end. */
export const KILLED = 'Killed'

/** Reason of a life whose command restarts with a predecessor while its wrapper continues. */
export const STARTS_ANEW = 'PredecessorLost'

/** The phase of a container; `restarting` is the time between two lives, `unclear` is unknown. */
export type Phase = 'waiting' | 'starting' | 'ready' | 'running' | 'unclear' | 'restarting'

/** `starting` is used only if the container became ready later; without a measured readiness it is `running` from its start. */
export interface Span {
  readonly phase: Phase
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Lays out the bar of one container: its phases in sequence, without overlaps. Gaps are unknown times.
 * @param endMs of the history: phases without an end last until then
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

/** When a life began; undefined if only its end is known. */
export function beginOf({ sinceMs, startedMs }: Life): number | undefined {
  return sinceMs ?? startedMs
}

/** Whether a container is in a stable state, as far as known: it runs or has ended. */
export function isSettled({ state, lives }: ContainerHistory): boolean {
  if (lives.at(-1)?.gateUntold === true) return true
  return state === 'running' || state === 'ready' || state === 'ended' || state === 'skipped'
}

/** A phase that does not change is shown for this share of the time before it, and at least for the minimum below. */
const AFTERGLOW = 0.1
const SHORTEST_AFTERGLOW_MS = 1000

/**
 * Computes the two edges of a history. If all containers of a pod have been running for a long time, the picture ends soon after
 * the last change, because the start is of interest.
 * @param observed end of the observation (later events also count); if not known, the last trace, and unchanged phases are shown
 * a little longer
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

/** Sorts for a picture when the order of the pod is not known: by start, then the waiting containers. */
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

/** Replaces characters that a terminal would interpret or show in another width. Genuine names and reasons have none, but they may be forged. */
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
