/** A timeline as one self-contained HTML file: a table with the bars, and a table with all facts. Pure. */
import type { History } from '../history/history.ts'
import { FACT_HEADINGS, listFacts, tellOutcome } from '../picture/facts.ts'
import { type Content, element, joinMarkup, type Markup } from '../picture/markup.ts'
import { drawFinder, writePage } from '../picture/html-page.ts'
import { cutMiddle } from '../picture/text-width.ts'
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
import { layOutTimeline, type Row, type Timeline } from './timeline-rows.ts'
import { TIMELINE_SCRIPT } from './timeline-script.ts'
import { TIMELINE_RULES } from './timeline-style.ts'
import { describeTimeline, nameTimeline } from './timeline-words.ts'

const MOST_TICKS = 8
const MOST_NAME_COLUMNS = 30
/** The number of rows above which the page shows only the arrows of the selected row and of the critical path. */
const MOST_POINTED = 40
/** The number of rows from which on there is a search field. */
const FIND_FROM = 12

const RULES = [
  '.timeline{width:100%;border-spacing:0}',
  '.timeline th,.timeline td{padding-block:0;text-align:left;white-space:nowrap}',
  '.timeline thead th{position:sticky;top:0;z-index:3;background:$surface;border-bottom:1px solid $line;color:$muted;font-weight:500;font-size:12px;vertical-align:bottom;padding-bottom:4px}',
  '.timeline tbody th{position:sticky;left:0;z-index:2;background:$surface;max-width:36vw;overflow:hidden;text-overflow:ellipsis}',
  '.timeline th:first-child{padding:0 16px 0 4px;width:1%}',
  '.timeline thead th:first-child{left:0;z-index:4;padding-bottom:4px}',
  '.timeline .plot{padding-inline:8px 18px}',
  '.timeline .plot svg{width:100%;min-width:340px}',
  '.timeline .fact{width:1%;color:$muted;font-variant-numeric:tabular-nums;padding-inline:0 8px}',
  '.timeline .critical-row th{font-weight:700}',
  '.timeline .bad{color:$failed}',
  '.timeline tbody tr:nth-child(even)>*{background:$band}',
  '.timeline tbody tr:hover>*,.timeline tbody tr:focus>*{background:$raised}',
  '.timeline tbody tr:focus-visible{outline:0}',
  '.timeline tbody tr:focus-visible>*{box-shadow:inset 0 2px $accent,inset 0 -2px $accent}',
  '.timeline svg{pointer-events:none}',
  '.picking tbody tr:not(.chained){opacity:.45}',
  '.quiet tr:not(.chained) .opened,.filtered .opened,.filtered .joint{visibility:hidden}',
  '#about{position:fixed;inset:auto 12px 12px;z-index:5;margin:auto;max-width:960px;max-height:45vh;overflow:hidden;pointer-events:none;background:$raised;border:1px solid $unclear;border-radius:10px;padding:10px 16px;box-shadow:0 4px 18px rgb(0 0 0/.25)}',
  '#about strong{overflow-wrap:anywhere}',
  '#about dl{display:flex;flex-wrap:wrap;gap:2px 20px;margin:4px 0 0}',
  '#about dl div{display:flex;gap:6px}',
  '#about dt{color:$muted;white-space:nowrap}',
  '#about dd{margin:0;overflow-wrap:anywhere}',
  // On narrow pages the bars scroll between the names and the outcomes, with a shadow at the edge.
  '@media (max-width:800px){.timeline-box{max-height:82vh}.timeline tbody th{max-width:28vw}.timeline tr>:last-child{position:sticky;right:0;z-index:2;max-width:32vw;overflow:hidden;text-overflow:ellipsis;padding-left:8px;background:$surface;box-shadow:-6px 0 6px -6px $unclear}.timeline thead tr>:last-child{z-index:4}}',
  '@media (min-width:801px){.timeline-box{overflow:visible}}',
  '@media print{.timeline-box{max-height:none;overflow:visible}.timeline tr{break-inside:avoid}.timeline thead th,.timeline tbody th{position:static}.timeline .plot svg{min-width:0}}',
  TIMELINE_RULES,
].join('')

/** Sets the exact height of rows, on which the lines between rows depend. */
function styleRows({ height, font }: RowSize): string {
  const line = `height:${height}px;line-height:${height}px`
  return `.timeline tbody td{font-size:${font}px;${line}}.timeline tbody th{font:500 ${font}px/${height}px ${MONO};height:${height}px}`
}

export function drawTimelineHtml(history: History): string {
  const timeline = layOutTimeline(history)
  const size = sizeRows(timeline.rows.length)
  return writePage({
    title: nameTimeline(history),
    said: describeTimeline(timeline),
    keys: listKeys(timeline.kinds, size),
    tools: timeline.rows.length < FIND_FROM ? [] : drawFinder(),
    main: [drawTable(timeline, size), element('div', { id: 'about', role: 'status', hidden: '' }), drawLives(history)],
    rules: styleRows(size) + RULES,
    script: TIMELINE_SCRIPT,
  })
}

function drawTable({ history, rows, spanMs }: Timeline, size: RowSize): Markup {
  const ticks = chooseTicks(spanMs, MOST_TICKS)
  const grid = element('g', { id: 'grid' }, drawGrid(ticks, spanMs, size.height))
  const axis = element(
    'svg',
    { height: 24, role: 'img', 'aria-label': `Time from 0 to ${ticks.at(-1)?.label ?? '0s'}` },
    drawSigns(),
    element('defs', {}, grid),
    drawAxis(ticks, spanMs, 19),
  )
  return element(
    'div',
    { class: 'scroll timeline-box', role: 'region', 'aria-label': 'Timeline', tabindex: 0 },
    element(
      'table',
      { class: rows.length > MOST_POINTED ? 'timeline quiet' : 'timeline', id: 'timeline' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'container'),
          element('th', { scope: 'col', class: 'plot' }, axis),
          element('th', { scope: 'col' }, 'outcome'),
        ),
      ),
      element('tbody', {}, ...rows.map((row, index) => drawTableRow(row, index, size, history.startMs))),
    ),
  )
}

function drawTableRow(row: Row, index: number, size: RowSize, startMs: number): Markup {
  const { container } = row.history
  const critical = row.critical === undefined ? undefined : 'critical-row'
  const bad = row.ends.at(-1)?.end === 'failed' ? ' bad' : ''
  const outcome = tellOutcome(row.history, startMs)
  const drawn = joinMarkup([
    element('use', { href: '#grid' }),
    ...(row.opened?.critical === true ? [] : [drawOpening(row, index, size)]),
    drawBars(row, size),
    drawCritical(row, index, size),
  ])
  return element(
    'tr',
    { class: critical, 'data-row': index, 'data-name': container, 'data-by': row.opened?.by },
    element('th', { scope: 'row', title: container }, cutMiddle(container, MOST_NAME_COLUMNS)),
    element('td', { class: 'plot' }, element('svg', { height: size.height, 'aria-hidden': 'true' }, drawn)),
    element('td', { class: `fact${bad}`, title: outcome }, outcome),
  )
}

function drawLives(history: History): Markup {
  const facts = listFacts(history)
  const used = FACT_HEADINGS.filter((heading) => heading === 'container' || facts.some((fact) => fact[heading] !== ''))
  const cell = (heading: (typeof FACT_HEADINGS)[number], text: Content) => {
    if (heading === 'container') return element('th', { scope: 'row' }, text)
    return element('td', heading === 'message' ? { class: 'long' } : {}, text)
  }
  return element(
    'details',
    {},
    element('summary', {}, 'Every life in numbers'),
    element(
      'div',
      { class: 'scroll', role: 'region', 'aria-label': 'Every life in numbers', tabindex: 0 },
      element(
        'table',
        { class: 'facts', id: 'lives' },
        element('thead', {}, element('tr', {}, ...used.map((heading) => element('th', { scope: 'col' }, heading)))),
        element(
          'tbody',
          {},
          ...facts.map((fact) =>
            element('tr', { 'data-row': fact.row }, ...used.map((heading) => cell(heading, fact[heading]))),
          ),
        ),
      ),
    ),
  )
}
