/** A standalone SVG with a background: a title, a text, a legend, and the drawing below. Pure. */
import { element, joinMarkup, keepRaw, type Markup } from './markup.ts'
import { cutMiddle, measureSans, wrapWords } from './text-width.ts'
import { paintAlone, SANS } from './theme.ts'

/** px */
export interface Size {
  readonly width: number
  readonly height: number
}

/** px between the edge and the content. */
export const PAD = 24

interface Picture {
  readonly title: string
  readonly said: string
  readonly keys: readonly Key[]
  /** Styles of the drawing; `theme.ts` fills in the colours. */
  readonly rules: string
  /** The whole width in px. */
  readonly width: number
  /** The drawing; its `x` is that of the picture, and its `y` begins at 0. */
  readonly drawing: Markup
  readonly drawingHeight: number
}

/** An entry of a legend. */
export interface Key {
  /** The sign, of size SWATCH. */
  readonly swatch: Markup
  readonly words: string
}

/** px */
export const SWATCH: Size = { width: 26, height: 20 }

const TITLE_SIZE = 17
const SAID_SIZE = 12.5
const SAID_LINE = 18
const KEY_LINE = 24

const RULES = [
  `text{font-family:${SANS};fill:$ink}`,
  '.ground{fill:$surface;stroke:$line}',
  `.title{font-size:${TITLE_SIZE}px;font-weight:600}`,
  `.said,.key{font-size:${SAID_SIZE}px;fill:$muted}`,
].join('')

export function drawFrame({ title, said, keys, rules, width, drawing, drawingHeight }: Picture): string {
  const inside = width - 2 * PAD
  const lines = wrapWords(said, SAID_SIZE, inside)
  const legend = drawLegend(keys, inside)
  const legendTop = PAD + 32 + lines.length * SAID_LINE
  const top = legendTop + legend.height + 10
  const height = Math.ceil(top + drawingHeight + PAD)
  // The estimate is for normal letters; bold ones are a tenth wider.
  const shownTitle =
    measureSans(title, TITLE_SIZE) * 1.1 <= inside ? title : cutMiddle(title, Math.floor(inside / TITLE_SIZE / 0.72))
  const picture = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      role: 'img',
      'aria-labelledby': 'title desc',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    },
    element('title', { id: 'title' }, title),
    element('desc', { id: 'desc' }, said),
    element('style', {}, keepRaw(paintAlone(RULES + rules))),
    element('rect', { class: 'ground', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10 }),
    element('text', { class: 'title', x: PAD, y: PAD + 13 }, shownTitle),
    ...lines.map((line, index) => element('text', { class: 'said', x: PAD, y: PAD + 38 + index * SAID_LINE }, line)),
    element('g', { transform: `translate(${PAD} ${legendTop})` }, legend.drawing),
    element('g', { transform: `translate(0 ${top})` }, drawing),
  )
  return `${picture.markup}\n`
}

/** Draws lines of keys, with as many keys as fit. */
function drawLegend(keys: readonly Key[], widthPx: number): { readonly drawing: Markup; readonly height: number } {
  let x = 0
  let y = 0
  const drawn: Markup[] = []
  for (const { swatch, words } of keys) {
    const width = SWATCH.width + 8 + measureSans(words, SAID_SIZE)
    if (x > 0 && x + width > widthPx) [x, y] = [0, y + KEY_LINE]
    drawn.push(
      element('svg', { x, y, ...SWATCH, overflow: 'visible' }, swatch),
      element('text', { class: 'key', x: x + SWATCH.width + 8, y: y + 14.5 }, words),
    )
    x += width + 20
  }
  return { drawing: joinMarkup(drawn), height: keys.length === 0 ? 0 : y + KEY_LINE }
}
