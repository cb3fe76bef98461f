/** Draws the row of a container, and the axis. All x are in percent, so that a row fills the width it is given. Pure. */
import type { Phase } from '../history/history.ts'
import { element, joinMarkup, type Markup } from '../picture/markup.ts'
import type { Tick } from '../picture/ticks.ts'
import type { RowEnd, Row } from './timeline-rows.ts'

/** The sizes of a row in px. Whole numbers give sharp edges. */
export interface RowSize {
  readonly height: number
  readonly bar: number
  /** The size of its text. */
  readonly font: number
}

/** Chooses the size of rows. The more rows there are, the lower they are. */
export function sizeRows(count: number): RowSize {
  if (count <= 40) return { height: 28, bar: 12, font: 13 }
  if (count <= 100) return { height: 22, bar: 10, font: 12 }
  if (count <= 300) return { height: 18, bar: 8, font: 11 }
  return { height: 15, bar: 6, font: 10 }
}

/** Draws the patterns and signs that rows refer to. Must be in the file once. */
export function drawSigns(): Markup {
  const pattern = (id: string, size: number, turn: number, ...contents: readonly Markup[]) =>
    element(
      'pattern',
      { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${turn})` },
      ...contents,
    )
  return element(
    'defs',
    {},
    pattern(
      'hatch',
      5,
      45,
      element('rect', { class: 'hatch-ground', width: 5, height: 5 }),
      element('rect', { class: 'hatch-line', width: 2, height: 5 }),
    ),
    pattern('dots', 5, 0, element('circle', { class: 'dot', cx: 2.5, cy: 2.5, r: 1.1 })),
    element('path', { id: 'up', d: 'M-4 7L0 0L4 7z' }),
    element('path', { id: 'down', d: 'M-4-7L0 0L4-7z' }),
    element(
      'g',
      { id: 'fail', class: 'fail' },
      element('circle', { r: 6 }),
      element('path', { d: 'M-2.5-2.5L2.5 2.5M2.5-2.5L-2.5 2.5' }),
    ),
    element(
      'g',
      { id: 'skip', class: 'skip' },
      element('circle', { r: 5.5 }),
      element('path', { d: 'M-3.5 3.5L3.5-3.5' }),
    ),
    element('path', { id: 'again', class: 'again-sign', d: 'M4-1.5A4.2 4.2 0 1 0 3.2 3M4.6-5L4.2-1.3L.6-2' }),
    element('path', { id: 'on', class: 'on', d: 'M3-4L7 0L3 4' }),
  )
}

const BARS: Readonly<Record<Exclude<Phase, 'waiting' | 'restarting'>, string>> = {
  starting: 'starting',
  running: 'running',
  ready: 'ready',
  unclear: 'unclear',
}

export function drawBars(row: Row, { height, bar }: RowSize): Markup {
  const middle = height / 2
  const top = middle - bar / 2
  const upright = (at: number, name: string, from: number, to: number) =>
    element('line', { class: name, x1: percent(at), x2: percent(at), y1: from, y2: to })
  return joinMarkup([
    ...row.spans.map(({ phase, from, to }) =>
      phase === 'waiting' || phase === 'restarting'
        ? element('line', { class: phase, x1: percent(from), x2: percent(to), y1: middle, y2: middle })
        : element('rect', {
            class: BARS[phase],
            x: percent(from),
            width: percent(to - from),
            y: top,
            height: bar,
            rx: 1.5,
          }),
    ),
    ...row.readies.map((at) => upright(at, 'mark', top - 3, top + bar)),
    ...row.ends.flatMap(({ end, at }) => (end === 'ended' ? [upright(at, 'mark', top - 3, top + bar + 3)] : [])),
    ...row.rebirths.map((at) => use('again', at, middle, -9)),
    ...row.ends.flatMap(({ end, at }) => (end === 'ended' ? [] : [use(SIGNS[end], at, middle, 0)])),
  ])
}

const SIGNS: Readonly<Record<Exclude<RowEnd, 'ended'>, string>> = { failed: 'fail', skipped: 'skip', ongoing: 'on' }

/** Returns the y of the critical path, which is below the bar. */
function criticalLine(middle: number, bar: number): number {
  return middle + bar / 2 + 3
}

/**
 * Draws an arrow from the row of the container that opened the gate to this row.
 * @param index the index of this row; all rows have the same height
 */
export function drawOpening({ opened }: Row, index: number, { height, bar }: RowSize): Markup {
  if (opened === undefined) return joinMarkup([])
  const middle = height / 2
  const edge = opened.by < index ? -bar / 2 : bar / 2
  return drawArrow(opened.at, middle + (opened.by - index) * height, middle + edge)
}

export function drawArrow(at: number, from: number, to: number): Markup {
  const x = percent(at)
  return element(
    'g',
    { class: 'opened' },
    element('line', { x1: x, x2: x, y1: from, y2: to }),
    element('circle', { cx: x, cy: from, r: 2.5 }),
    use(from < to ? 'down' : 'up', at, to, 0),
  )
}

/** Draws this row's part of the critical path: from below the previous bar to below its own bar, then along it. */
export function drawCritical({ critical, opened }: Row, index: number, { height, bar }: RowSize): Markup {
  if (critical === undefined) return joinMarkup([])
  const { from, to } = critical
  const middle = height / 2
  const y = criticalLine(middle, bar)
  const x = percent(from)
  const above = (opened?.by ?? index) < index
  return element(
    'g',
    { class: 'critical' },
    ...(opened?.critical === true
      ? [
          element(
            'g',
            { class: 'joint' },
            element('line', { x1: x, x2: x, y1: y + (opened.by - index) * height, y2: y }),
            use(above ? 'down' : 'up', from, middle + (above ? -bar / 2 : bar / 2 + 5), 0),
          ),
        ]
      : []),
    element('line', { x1: x, x2: percent(to), y1: y, y2: y }),
  )
}

export function drawGrid(ticks: readonly Tick[], spanMs: number, height: number): Markup {
  const lines = ticks
    .map(({ ms }) => percent((ms / spanMs) * 100))
    .map((x) => element('line', { x1: x, x2: x, y1: 0, y2: height }))
  return element('g', { class: 'grid' }, ...lines)
}

/** @param y the baseline of the labels */
export function drawAxis(ticks: readonly Tick[], spanMs: number, y: number): Markup {
  const labels = ticks.map(({ ms, label }) => element('text', { x: percent((ms / spanMs) * 100), y }, label))
  return element('g', { class: 'axis' }, ...labels)
}

function use(id: string, at: number, y: number, dx: number): Markup {
  return element('use', { href: `#${id}`, x: percent(at), y, ...(dx === 0 ? {} : { transform: `translate(${dx})` }) })
}

/** Formats a percentage. On an axis of 1,000 px the third decimal is a hundredth of a pixel. */
function percent(value: number): string {
  return `${Math.round(value * 1000) / 1000}%`
}
