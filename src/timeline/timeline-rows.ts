/** A history as rows of a picture, with places in percent of the time axis. Pure. */
import { type Critical, findCritical } from '../history/critical.ts'
import { beginOf, type ContainerHistory, type History, layOutSpans, type Life, type Phase } from '../history/history.ts'
import { hasFailed } from '../picture/facts.ts'

/** The end of an incarnation, or that it continues. */
export type RowEnd = 'ended' | 'failed' | 'skipped' | 'ongoing'
/** The kinds of marks in a legend. `opened` is the arrow from the container that opened a gate, if it is not on the critical path. */
export type Kind = Phase | RowEnd | 'opened' | 'critical'

export interface Row {
  readonly history: ContainerHistory
  readonly spans: readonly { readonly phase: Phase; readonly from: number; readonly to: number }[]
  /** The times when it became ready. */
  readonly readies: readonly number[]
  /** The times when later incarnations began. */
  readonly rebirths: readonly number[]
  readonly ends: readonly { readonly end: RowEnd; readonly at: number }[]
  /** Its part of the critical path. */
  readonly critical?: { readonly from: number; readonly to: number }
  /** The container in the picture that opened its gate, and the time. */
  readonly opened?: Opening
}

interface Opening {
  /** The index of its row. */
  readonly by: number
  readonly at: number
  /** Whether it is on the critical path. */
  readonly critical: boolean
}

export interface Timeline {
  readonly history: History
  /** The duration of the axis in ms, at least that of the history. */
  readonly spanMs: number
  readonly rows: readonly Row[]
  readonly critical: Critical | undefined
  /** The kinds that occur, for the legend. */
  readonly kinds: ReadonlySet<Kind>
}

/** @returns the duration of a history in ms, at least 1 */
export function measureSpan({ startMs, endMs }: History): number {
  return Math.max(1, endMs - startMs)
}

export function layOutTimeline(history: History, spanMs = measureSpan(history)): Timeline {
  const found = findCritical(history)
  // A path has at least two containers.
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
      // The time of the end is unknown, so it is drawn at the latest possible time.
      return [{ end: state === 'ended' ? judgeEnd(life, false) : ('ongoing' as const), at: place(endMs) }]
    }),
  }
}

function judgeEnd(life: Life, skipped: boolean): RowEnd {
  if (skipped || life.reason === 'Skipped') return 'skipped'
  return hasFailed(life) ? 'failed' : 'ended'
}

/** Finds the target of the wait that ended last, such as `db/ready`. A target outside the pod, such as `service/mail`, has no row. */
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
