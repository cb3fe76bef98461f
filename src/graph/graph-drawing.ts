/** Draws the order of a pod, for a picture and for a page. Pure. */
import { formatDuration } from '../base/duration.ts'
import type { Size } from '../picture/frame.ts'
import {
  countWords,
  countNodes,
  describeTerms,
  type Diagram,
  isPlain,
  type DiagramLink,
  type Placement,
} from './diagram.ts'
import { formatTime } from '../picture/facts.ts'
import { drawHeads, drawLink, drawNode, drawTerms, TERMS_SIZE } from './graph-marks.ts'
import { layOutStages, type Stages } from './graph-stages.ts'
import { element, joinMarkup, type Markup } from '../picture/markup.ts'
import { measureSans } from '../picture/text-width.ts'
import { MONO } from '../picture/theme.ts'

export const GRAPH_RULES = [
  '.stage{fill:$band}',
  '.caption{font-size:11px;fill:$muted}',
  '.node rect,.node polygon{fill:$raised;stroke:$unclear;stroke-width:1.25}',
  '.node.container rect{stroke:$accent}',
  '.node.plain rect{fill:$surface;stroke-dasharray:4 3}',
  '.node.init rect,.node.last rect{fill:$surface;stroke-dasharray:1 2}',
  '.node.outside polygon{fill:$surface}',
  '.node.critical rect,.node.critical polygon{stroke:$critical;stroke-width:3}',
  '.node rect.inner{fill:none;stroke-width:1.25}',
  `.name{font:500 13px ${MONO};text-anchor:middle}`,
  '.bold{font-weight:700}',
  '.note{font-size:11px;fill:$muted;text-anchor:middle;font-variant-numeric:tabular-nums}',
  '.link{fill:none;stroke:$waiting;stroke-width:1.5}',
  '.link.optional{stroke-dasharray:5 4}',
  '.link.critical{stroke:$critical;stroke-width:3}',
  '#head path{fill:$waiting}',
  '#head-critical path{fill:$critical}',
  '.terms rect{fill:$surface;stroke:$waiting}',
  '.terms.critical rect{stroke:$critical;stroke-width:2}',
  '.terms.optional rect{stroke-dasharray:3 2}',
  '.terms text{font-size:11px;text-anchor:middle;fill:$ink}',
].join('')

/** Above the columns of stages, or next to their rows; px. */
const CAPTION_HEIGHT = 26
const CAPTION_WIDTH = 66

/** The size of a link's label. */
export function sizeTerms(link: DiagramLink): Size {
  // `ready` is the default and is not written; the legend says so.
  if (isPlain(link)) return { width: 12, height: 12 }
  return { width: Math.ceil(measureSans(describeTerms(link), TERMS_SIZE)) + 16, height: 20 }
}

export interface Drawing extends Size {
  readonly markup: Markup
}

export function drawOrder(diagram: Diagram, placement: Placement): Drawing {
  const stages = layOutStages(diagram, placement)
  const left = stages?.direction === 'TB' ? CAPTION_WIDTH : 0
  const top = stages?.direction === 'LR' ? CAPTION_HEIGHT : 0
  const indexes = new Map(diagram.nodes.map(({ name }, index) => [name, index]))
  const placed = diagram.links.flatMap((link, index) => {
    const place = placement.links[index]
    const ends = { from: indexes.get(link.target) ?? -1, to: indexes.get(link.container) ?? -1 }
    return place === undefined ? [] : [{ link, place, ends }]
  })
  // The critical path is drawn last, over the links that it crosses.
  const links = placed.toSorted((a, b) => Number(a.link.critical) - Number(b.link.critical))
  const markup = joinMarkup([
    drawHeads(),
    ...(stages === undefined ? [] : stages.bands.map((_, index) => drawStage(stages, index))),
    element(
      'g',
      { transform: `translate(${left} ${top})` },
      ...links.map(({ link, place, ends }) => drawLink(link, place, placement.nodes.get(link.target), ends)),
      ...diagram.nodes.flatMap((node, index) => {
        const box = placement.nodes.get(node.name)
        return box === undefined ? [] : [drawNode(node, box, index)]
      }),
      ...links
        .filter(({ link }) => !isPlain(link))
        .map(({ link, place, ends }) => drawTerms(link, place, sizeTerms(link), ends)),
    ),
  ])
  return { markup, width: placement.width + left, height: placement.height + top }
}

/** Every other stage has a background. */
function drawStage({ direction, bands, across }: Stages, index: number): Markup {
  const { from, to } = bands[index] ?? { from: 0, to: 0 }
  const box =
    direction === 'LR'
      ? { x: from, y: 0, width: to - from, height: across + CAPTION_HEIGHT }
      : { x: 0, y: from, width: across + CAPTION_WIDTH, height: to - from }
  const at = direction === 'LR' ? { x: from + 12, y: 17 } : { x: 12, y: from + 20 }
  return joinMarkup([
    ...(index % 2 === 0 ? [element('rect', { class: 'stage', ...box, rx: 6 })] : []),
    element('text', { class: 'caption', ...at }, `stage ${index + 1}`),
  ])
}

export function nameOrder({ title, graceMs }: Diagram): string {
  const what = graceMs === undefined ? 'Order' : 'Stop'
  return title === '' ? what : `${what} of ${title}`
}

/** `5 containers in 4 stages, 1 not ordered, 6 waits. The critical path takes 6.20 s.` */
export function describeOrder(diagram: Diagram): string {
  const { nodes, links, criticalMs, graceMs } = diagram
  const outside = nodes.filter(({ kind }) => kind === 'outside').length
  const parts = [
    countNodes(diagram),
    ...(links.length === 0 ? [] : [countWords(links.length, 'wait')]),
    ...(outside === 0 ? [] : [countWords(outside, 'target outside', 'targets outside')]),
  ]
  const critical = criticalMs === undefined ? '' : ` The critical path takes ${formatTime(criticalMs)}.`
  const stop = graceMs === undefined ? '' : ` They have ${formatDuration(graceMs)} in all.`
  return `${parts.join(', ')}.${critical}${stop}`
}
