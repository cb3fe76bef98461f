/** The legend of a timeline, with only the kinds that occur in it. Pure. */
import type { Phase } from '../history/history.ts'
import { type Key, SWATCH } from '../picture/frame.ts'
import { element, type Markup } from '../picture/markup.ts'
import { drawArrow, drawBars, type RowSize } from './timeline-bars.ts'
import type { Kind, Row } from './timeline-rows.ts'

/** Lists the keys in the order of an incarnation. */
export function listKeys(kinds: ReadonlySet<Kind>, size: RowSize): readonly (Key & { readonly kind: Kind })[] {
  return (Object.keys(WORDS) as Kind[])
    .filter((kind) => kinds.has(kind))
    .map((kind) => ({ kind, words: WORDS[kind], swatch: drawSwatch(kind, size) }))
}

/** Draws the sample of a kind for the legend. It fills the width it is given. */
function drawSwatch(kind: Kind, { bar }: RowSize): Markup {
  const bars = (row: Partial<Row>) => drawBars({ ...NOTHING, ...row }, { height: SWATCH.height, bar, font: 12 })
  const span = (phase: Phase, to = 100) => [{ phase, from: 0, to }]
  switch (kind) {
    case 'waiting':
    case 'starting':
    case 'running':
    case 'unclear':
      return bars({ spans: span(kind) })
    case 'restarting':
      return bars({ spans: span(kind), rebirths: [100] })
    case 'ready':
      return bars({ spans: span(kind), readies: [0] })
    case 'ended':
    case 'failed':
    case 'skipped':
      return bars({ ends: [{ end: kind, at: 50 }] })
    case 'ongoing':
      return bars({ spans: span('running', 60), ends: [{ end: kind, at: 60 }] })
    case 'opened':
      return drawArrow(50, 2, SWATCH.height - 1)
    case 'critical': {
      const y = SWATCH.height / 2
      return element('g', { class: kind }, element('line', { x1: 0, x2: '100%', y1: y, y2: y }))
    }
  }
}

const NOTHING: Row = {
  history: { container: '', state: 'pending', lives: [], restarts: 0 },
  spans: [],
  readies: [],
  rebirths: [],
  ends: [],
}

const WORDS: Readonly<Record<Kind, string>> = {
  waiting: 'waiting',
  starting: 'starting',
  running: 'running',
  ready: 'ready',
  unclear: 'waiting or running, not known which',
  restarting: 'between two lives',
  ended: 'ended',
  failed: 'failed',
  skipped: 'skipped',
  ongoing: 'goes on',
  opened: 'opened its gate',
  critical: 'critical path',
}
