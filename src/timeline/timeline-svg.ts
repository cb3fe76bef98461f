/** A timeline as a self-contained SVG. Pure. */
import type { History } from '../history/history.ts'
import { tellOutcome } from '../picture/facts.ts'
import { drawFrame, PAD } from '../picture/frame.ts'
import { element, joinMarkup, type Markup } from '../picture/markup.ts'
import { cutMiddle, measureMono, measureSans } from '../picture/text-width.ts'
import { MONO } from '../picture/theme.ts'
import { chooseTicks } from '../picture/ticks.ts'
import {
  drawAxis,
  drawBars,
  drawCritical,
  drawGrid,
  drawOpening,
  drawSigns,
  type RowSize,
  sizeRows,
} from './timeline-bars.ts'
import { listKeys } from './timeline-legend.ts'
import { layOutTimeline, measureSpan, type Row } from './timeline-rows.ts'
import { TIMELINE_RULES } from './timeline-style.ts'
import { describeTimeline, nameTimeline } from './timeline-words.ts'

/** The width in px, which fits a page of documentation. */
const WIDTH = 960
const GAP = 16
const AXIS_HEIGHT = 24
const MOST_NAME_COLUMNS = 30
const MOST_FACT_COLUMNS = 40
const MOST_TICKS = 8
/** The number of rows above which only the arrows of the critical path are drawn, since more arrows would hide the bars. */
const MOST_POINTED = 40

const RULES = [
  `.name{font-family:${MONO}}`,
  '.bold{font-weight:700}',
  '.fact{fill:$muted;font-variant-numeric:tabular-nums}',
  '.bad{fill:$failed}',
  '.band{fill:$band}',
  TIMELINE_RULES,
].join('')

/** @param beside further histories that are compared with this one; all get the same scale */
export function drawTimelineSvg(history: History, beside: readonly History[] = []): string {
  const timeline = layOutTimeline(history, Math.max(...[history, ...beside].map(measureSpan)))
  const { rows, spanMs } = timeline
  const size = sizeRows(rows.length)
  const names = rows.map(({ history: { container } }) => cutMiddle(container, MOST_NAME_COLUMNS))
  const facts = rows.map((row) => cutMiddle(tellOutcome(row.history, history.startMs), MOST_FACT_COLUMNS))
  const others = beside.flatMap(({ containers, startMs }) => containers.map((one) => [one, startMs] as const))
  const allNames = [...names, ...others.map(([{ container }]) => cutMiddle(container, MOST_NAME_COLUMNS))]
  const allFacts = [
    ...facts,
    ...others.map(([one, startMs]) => cutMiddle(tellOutcome(one, startMs), MOST_FACT_COLUMNS)),
  ]
  const left = PAD + widest(allNames, (name) => measureMono(name, size.font)) + GAP
  const right = PAD + widest(allFacts, (fact) => measureSans(fact, size.font)) + GAP
  const quiet = rows.length > MOST_POINTED
  const rowTop = (index: number): number => AXIS_HEIGHT + index * size.height
  const inPlot = (y: number, contents: readonly Markup[]) =>
    element('svg', { x: left, y, width: WIDTH - left - right, height: size.height, overflow: 'visible' }, ...contents)
  const inRows = (draw: (row: Row, index: number) => Markup) =>
    rows.map((row, index) => {
      const drawn = draw(row, index)
      return drawn.markup === '' ? drawn : inPlot(rowTop(index), [drawn])
    })
  const ticks = chooseTicks(spanMs, MOST_TICKS)
  // With many rows, the axis at the top is too far from the last rows.
  const lowerAxis = quiet ? [inPlot(rowTop(rows.length), [drawAxis(ticks, spanMs, AXIS_HEIGHT - 6)])] : []
  const drawing = joinMarkup([
    drawSigns(),
    ...rows.flatMap((_, index) => (index % 2 === 1 ? [drawBand(rowTop(index), size)] : [])),
    inPlot(AXIS_HEIGHT, [drawAxis(ticks, spanMs, -10), drawGrid(ticks, spanMs, rows.length * size.height)]),
    ...inRows((row, index) =>
      quiet || row.opened?.critical === true ? joinMarkup([]) : drawOpening(row, index, size),
    ),
    ...lowerAxis,
    ...inRows((row) => drawBars(row, size)),
    ...inRows((row, index) => drawCritical(row, index, size)),
    ...rows.map((row, index) =>
      drawWords(row, rowTop(index), size, names[index] ?? '', facts[index] ?? '', WIDTH - right + GAP),
    ),
  ])
  return drawFrame({
    title: nameTimeline(history),
    said: describeTimeline(timeline),
    keys: listKeys(timeline.kinds, size).filter(({ kind }) => !(quiet && kind === 'opened')),
    rules: RULES,
    width: WIDTH,
    drawing,
    drawingHeight: rowTop(rows.length) + (quiet ? AXIS_HEIGHT : 0),
  })
}

function drawBand(y: number, { height }: RowSize): Markup {
  return element('rect', { class: 'band', x: PAD / 2, y, width: WIDTH - PAD, height })
}

function drawWords(row: Row, y: number, { height, font }: RowSize, name: string, fact: string, factX: number): Markup {
  // A third of an em above the baseline is the middle of small letters.
  const styled = { y: y + height / 2 + font / 3, 'font-size': font }
  const bold = row.critical === undefined ? '' : ' bold'
  const bad = row.ends.at(-1)?.end === 'failed' ? ' bad' : ''
  const { container } = row.history
  return joinMarkup([
    element(
      'text',
      { class: `name${bold}`, x: PAD, ...styled },
      ...(name === container ? [] : [element('title', {}, container)]),
      name,
    ),
    element('text', { class: `fact${bad}`, x: factX, ...styled }, fact),
  ])
}

function widest(texts: readonly string[], measure: (text: string) => number): number {
  return texts.reduce((width, text) => Math.max(width, measure(text)), 0)
}
