/** A history as bars of characters that fit a width. Each phase has its own character, so it needs no colours. Pure. */
import type { Palette } from '../base/palette.ts'
import { hasRoughMoments, tellEdge, tellOutcome } from '../picture/facts.ts'
import { cutMiddle } from '../picture/text-width.ts'
import { chooseTicks } from '../picture/ticks.ts'
import { type Kind, layOutTimeline, type Row, type Timeline } from './timeline-rows.ts'
import { describeCritical } from '../history/critical.ts'
import { type ContainerHistory, type History, keepPrintable } from '../history/history.ts'

const WAITING = '·'
const UNCLEAR = '?'
const STARTING = '░'
const RUNNING = '█'
const AGAIN = '~'
const FAILED = '×'
const SKIPPED = '-'
const CRITICAL = '*'

const PHASES = {
  waiting: WAITING,
  unclear: UNCLEAR,
  starting: STARTING,
  ready: RUNNING,
  running: RUNNING,
  restarting: AGAIN,
} as const

/** The legend, in the sequence of an incarnation. */
const LEGEND: readonly { readonly kinds: readonly Kind[]; readonly words: string }[] = [
  { kinds: ['waiting'], words: `${WAITING} waiting` },
  { kinds: ['unclear'], words: `${UNCLEAR} waiting or running` },
  { kinds: ['starting'], words: `${STARTING} starting` },
  { kinds: ['ready', 'running'], words: `${RUNNING} running` },
  { kinds: ['restarting'], words: `${AGAIN} restarting` },
  { kinds: ['failed'], words: `${FAILED} failed` },
  { kinds: ['skipped'], words: `${SKIPPED} skipped` },
  { kinds: ['critical'], words: `${CRITICAL} critical path` },
]

/** The width in columns below which only names and bars are shown. */
const WIDTH_FOR_FACTS = 60
/** The number of columns between two ticks, which their labels must fit. */
const TICK_COLUMNS = 7

const ROUGH =
  '≈ marks times of the kubelet, which are exact to the second. All other times are those of the wrappers, exact to the millisecond.'
const UNTOLD =
  'Kubernetes does not record when gates opened. To learn it, record the pod from its start with `kubectl get pod POD -o json ' +
  '--watch --show-managed-fields`. While the pod runs, copy its run directory, which has the times to the millisecond: ' +
  '`kubectl cp -c CONTAINER POD:/podorder/run run`, if there is tar in the image.'

export interface TextSettings {
  /** The width in columns, at least `LEAST_WIDTH` (picture/format.ts). */
  readonly width: number
  readonly palette: Palette
  /** The place of each container in its pod, which decides its colour. Needed if not all containers are drawn. */
  readonly places?: ReadonlyMap<string, number>
}

/** Draws an axis, one line for each container, a legend of the kinds that occur, and the critical path in words. */
export function drawTimelineText(given: History, settings: TextSettings): readonly string[] {
  const history = keepPrintable(given)
  const { width, palette } = settings
  const timeline = layOutTimeline(history)
  const { kinds, critical } = timeline
  const path = critical === undefined ? undefined : describeCritical(critical)
  const edge = tellEdge(history)
  const legend = LEGEND.filter((entry) => entry.kinds.some((kind) => kinds.has(kind)))
  return [
    ...writeBars(timeline, settings),
    '',
    ...fill(
      legend.map(({ words }) => words),
      '  ',
      width,
    ).map((line) => palette.dim(line)),
    ...(path === undefined ? [] : fill(path.split(' '), ' ', width)),
    ...(edge === undefined ? [] : fill(edge.split(' '), ' ', width)),
    ...(hasRoughMoments(history) ? fill(ROUGH.split(' '), ' ', width) : []),
    ...(kinds.has('unclear') ? ['', ...fill(UNTOLD.split(' '), ' ', width)] : []),
  ]
}

/** Draws only the axis and the bars, with the critical path if there is one. */
export function writeBars(timeline: Timeline, { width, palette, places }: TextSettings): readonly string[] {
  const { history } = timeline
  const marked = timeline.critical !== undefined
  const facts = timeline.rows.map((row) => tellFacts(row.history, history.startMs))
  const frame = measureFrame(history, facts, width, marked)
  const lead = marked ? '  ' : ''
  const axis = `${lead}${fit(history.pod, frame.name)} ${drawAxis(timeline.spanMs, frame.bar)}`.trimEnd()
  const rows = timeline.rows.map((row, index) => {
    const mark = marked ? (row.critical === undefined ? '  ' : `${CRITICAL} `) : ''
    const name = fit(row.history.container, frame.name)
    const bar = paintBar(fillBar(row, frame.bar), places?.get(row.history.container) ?? index, palette)
    const fact = frame.facts === 0 ? '' : cutEnd(facts[index] ?? '', frame.facts)
    return `${mark}${name} ${fact === '' ? bar.trimEnd() : `${bar} ${fact}`}`
  })
  return [palette.dim(axis), ...rows]
}

interface Frame {
  readonly name: number
  readonly bar: number
  readonly facts: number
}

function measureFrame(history: History, facts: readonly string[], width: number, marked: boolean): Frame {
  const longest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0)
  const names = longest([history.pod, ...history.containers.map(({ container }) => container)])
  const name = Math.min(names, Math.max(6, Math.floor(width * 0.25)))
  const wide = width < WIDTH_FOR_FACTS ? 0 : Math.min(longest(facts), Math.floor(width * 0.4))
  return { name, facts: wide, bar: width - (marked ? 2 : 0) - name - 1 - (wide === 0 ? 0 : wide + 1) }
}

function tellFacts(container: ContainerHistory, startMs: number): string {
  const waitedFor = container.lives.at(-1)?.waitedFor
  return `${tellOutcome(container, startMs)}${waitedFor === undefined ? '' : `, after ${waitedFor}`}`
}

function drawAxis(spanMs: number, columns: number): string {
  return chooseTicks(spanMs, Math.max(1, Math.floor(columns / TICK_COLUMNS))).reduce((axis, { ms, label }) => {
    const at = Math.floor((ms / spanMs) * columns)
    const fits = at + label.length <= columns && (axis === '' || at > axis.length)
    return fits ? `${axis.padEnd(at)}${label}` : axis
  }, '')
}

/** Fills the cells of a bar. A phase shorter than a column still gets one, unless the next phase begins in it. */
function fillBar({ spans, rebirths, ends }: Row, columns: number): string {
  const cells = Array.from({ length: columns }, () => ' ')
  const at = (percent: number): number => Math.min(columns - 1, Math.floor((percent / 100) * columns))
  for (const { phase, from, to } of spans) {
    const last = Math.max(at(from), Math.round((to / 100) * columns) - 1)
    cells.fill(PHASES[phase], at(from), last + 1)
  }
  const last = (percent: number): number => Math.max(0, Math.min(columns, Math.ceil((percent / 100) * columns)) - 1)
  const mark = (which: string, sign: string, over: string): void => {
    for (const { end, at: percent } of ends) {
      if (end === which && over.includes(cells[last(percent)] ?? '')) cells[last(percent)] = sign
    }
  }
  // An incarnation that begins and ends within a column has no bar yet, so it gets one of one column.
  mark('ended', RUNNING, ` ${AGAIN}`)
  for (const born of rebirths) cells[at(born)] = AGAIN
  mark('failed', FAILED, cells.join(''))
  mark('skipped', SKIPPED, cells.join(''))
  return cells.join('')
}

/** Colours a bar. @param index the container's place in the pod, which decides its colour */
function paintBar(bar: string, index: number, palette: Palette): string {
  return bar.replaceAll(
    new RegExp(`([${WAITING}${UNCLEAR}]+)|([${STARTING}${RUNNING}]+)`, 'g'),
    (piece, idle?: string) => (idle === undefined ? palette.paint(piece, index) : palette.dim(piece)),
  )
}

function fit(name: string, columns: number): string {
  return cutMiddle(name, columns).padEnd(columns)
}

function cutEnd(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}

function fill(pieces: readonly string[], between: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const line = lines.at(-1)
    const longer = `${line ?? ''}${between}${piece}`
    if (line !== undefined && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(piece.length <= width ? piece : cutMiddle(piece, width))
  }
  return lines
}
