/**
 * What became of a pod's containers and when: what timelines are drawn from, wherever it was read. Pure.
 * All times are ms since 1970.
 */
import type { Condition } from './order.ts'
import type { Doom } from './step.ts'

export interface History {
  /** The pod's name; empty when it is not known. */
  readonly pod: string
  /** The left edge of a picture: the first moment known of. */
  readonly startMs: number
  /** The right edge: the last end, or the moment up to which the pod was observed. */
  readonly endMs: number
  /** In the pod's own order. */
  readonly containers: readonly ContainerHistory[]
  /** Who waits for whom, as the order says; none where it is not known. */
  readonly links: readonly HistoryLink[]
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
  /** At `endMs`. */
  readonly state: ContainerState
  /** Oldest first; the first ones may be missing, `restarts` counts them all. */
  readonly lives: readonly Life[]
  readonly restarts: number
}

/** One life of one container, from the start of its wrapper to its end. What is not there never came, or is not known. */
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
  /** CamelCase: Completed, Error, Skipped, OOMKilled, … */
  readonly reason?: string
  readonly message?: string
  /** What has killed it, where a probe or a hook did. */
  readonly killedBy?: Doom
}

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
    const end = life.endedMs ?? next?.sinceMs ?? endMs
    const spans = layOutLife(life, end)
    const again = next === undefined ? undefined : (next.sinceMs ?? next.startedMs)
    const gap: readonly Span[] = again === undefined ? [] : [{ phase: 'restarting', fromMs: end, toMs: again }]
    return [...spans, ...gap].filter(({ fromMs, toMs }) => toMs > fromMs)
  })
}

function layOutLife({ sinceMs, startedMs, readyMs, gateUntold = false }: Life, endMs: number): readonly Span[] {
  const since = sinceMs ?? startedMs
  if (since === undefined) return []
  if (startedMs === undefined) return [{ phase: gateUntold ? 'unclear' : 'waiting', fromMs: since, toMs: endMs }]
  const measured = readyMs !== undefined && readyMs > startedMs
  return [
    { phase: 'waiting', fromMs: since, toMs: startedMs },
    { phase: measured ? 'starting' : 'running', fromMs: startedMs, toMs: measured ? readyMs : endMs },
    ...(measured ? [{ phase: 'ready' as const, fromMs: readyMs, toMs: endMs }] : []),
  ]
}
