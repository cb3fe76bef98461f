/** A history as rows of a picture: what is drawn where, in percent of the time axis. Pure. */
import { type Critical, findCritical } from '../history/critical.ts'
import { beginOf, type ContainerHistory, type History, layOutSpans, type Life, type Phase } from '../history/history.ts'
import { hasFailed } from '../picture/facts.ts'

/** How a life ended, or that it goes on. */
export type RowEnd = 'ended' | 'failed' | 'skipped' | 'ongoing'
/** `opened`: the line from what opened a gate, off the critical path. */
export type Kind = Phase | RowEnd | 'opened' | 'critical'

export interface Row {
  readonly history: ContainerHistory
  readonly spans: readonly { readonly phase: Phase; readonly from: number; readonly to: number }[]
  /** When it became ready. */
  readonly readies: readonly number[]
  /** When a later life began. */
  readonly rebirths: readonly number[]
  readonly ends: readonly { readonly end: RowEnd; readonly at: number }[]
  /** Its part of the critical path. */
  readonly critical?: { readonly from: number; readonly to: number }
  /** What opened its gate, of those in the picture, and when. */
  readonly opened?: Opening
}

interface Opening {
  /** The index of its row. */
  readonly by: number
  readonly at: number
  /** On the critical path. */
  readonly critical: boolean
}

export interface Timeline {
  readonly history: History
  /** How much time the axis has; at least the history's own. */
  readonly spanMs: number
  readonly rows: readonly Row[]
  readonly critical: Critical | undefined
  /** All that occurs, for the legend. */
  readonly kinds: ReadonlySet<Kind>
}

/** @returns at least a millisecond */
export function measureSpan({ startMs, endMs }: History): number {
  return Math.max(1, endMs - startMs)
}

export function layOutTimeline(history: History, spanMs = measureSpan(history)): Timeline {
  const found = findCritical(history)
  // One container alone is no path.
  const critical = found === undefined || found.steps.length < 2 ? undefined : found
  const place = (ms: number): number => (Math.min(spanMs, Math.max(0, ms - history.startMs)) / spanMs) * 100
  const indexes = new Map(history.containers.map(({ container }, index) => [container, index]))
  const steps = new Map(
    critical?.steps.map((step, index, all) => [
      step.container,
      { step, before: all[index - 1], toMs: all[index + 1]?.fromMs ?? step.toMs },
    ]),
  )
  const rows = history.containers.map((container) => {
    const { step, before, toMs = 0 } = steps.get(container.container) ?? {}
    const { target, atMs } =
      before === undefined ? findOpening(container) : { target: before.container, atMs: step?.fromMs }
    const by = target === container.container ? undefined : indexes.get(target ?? '')
    const opened =
      by === undefined || atMs === undefined ? undefined : { by, at: place(atMs), critical: before !== undefined }
    return {
      ...layOutRow(container, history.endMs, place),
      ...(step === undefined ? {} : { critical: { from: place(step.fromMs), to: place(toMs) } }),
      ...(opened === undefined ? {} : { opened }),
    }
  })
  return { history, spanMs, rows, critical, kinds: new Set(rows.flatMap(kindsOf)) }
}

function layOutRow(history: ContainerHistory, endMs: number, place: (ms: number) => number): Row {
  const { lives, state } = history
  return {
    history,
    spans: layOutSpans(history, endMs).map(({ phase, fromMs, toMs }) => ({
      phase,
      from: place(fromMs),
      to: place(toMs),
    })),
    readies: lives.flatMap(({ readyMs }) => (readyMs === undefined ? [] : [place(readyMs)])),
    rebirths: lives
      .slice(1)
      .flatMap((life) => beginOf(life) ?? [])
      .map(place),
    ends: lives.flatMap((life, index) => {
      const last = index === lives.length - 1
      if (life.endedMs !== undefined)
        return [{ end: judgeEnd(life, last && state === 'skipped'), at: place(life.endedMs) }]
      if (!last || beginOf(life) === undefined) return []
      // When it has ended nobody tells: at some time up to here.
      return [{ end: state === 'ended' ? judgeEnd(life, false) : ('ongoing' as const), at: place(endMs) }]
    }),
  }
}

function judgeEnd(life: Life, skipped: boolean): RowEnd {
  if (skipped || life.reason === 'Skipped') return 'skipped'
  return hasFailed(life) ? 'failed' : 'ended'
}

/** The wait that was over last, `db/ready`: where it names no container of the pod, as `service/mail`, there is no row to point from. */
function findOpening({ lives }: ContainerHistory): {
  readonly target: string | undefined
  readonly atMs: number | undefined
} {
  const { waitedFor = '', startedMs, endedMs } = lives.at(-1) ?? {}
  const slash = waitedFor.lastIndexOf('/')
  return { target: slash < 1 ? undefined : waitedFor.slice(0, slash), atMs: startedMs ?? endedMs }
}

function kindsOf({ spans, ends, opened, critical }: Row): readonly Kind[] {
  return [
    ...spans.map(({ phase }) => phase),
    ...ends.map(({ end }) => end),
    ...(opened === undefined || opened.critical ? [] : ['opened' as const]),
    ...(critical === undefined ? [] : ['critical' as const]),
  ]
}
