/** The order of a pod as one self-contained HTML file: a drawing to move and zoom, and the same as a list. Pure. */
import { describeTerms, type Diagram, type DiagramLink, type DiagramNode, type Placement } from './diagram.ts'
import { describeOrder, drawOrder, GRAPH_RULES, nameOrder } from './graph-drawing.ts'
import { listGraphKeys } from './graph-legend.ts'
import { captionNode } from './graph-marks.ts'
import { GRAPH_SCRIPT } from './graph-script.ts'
import { element, type Markup } from '../picture/markup.ts'
import { drawFinder, writePage } from '../picture/html-page.ts'

const RULES = [
  '#view{border:1px solid $line;border-radius:10px;background:$surface;overflow:auto}',
  '#view.live{overflow:hidden;cursor:grab;touch-action:none}',
  '#view.live:active{cursor:grabbing}',
  // Shows that the drawing continues beyond the edge.
  '#view{position:relative}',
  '#view::after{content:"";position:absolute;inset:0;pointer-events:none;border-radius:10px}',
  '#view.more-right::after{box-shadow:inset -14px 0 10px -10px $accent}',
  '#view.more-left::after{box-shadow:inset 14px 0 10px -10px $accent}',
  '#view.more-bottom::after{box-shadow:inset 0 -14px 10px -10px $accent}',
  '#view.more-top::after{box-shadow:inset 0 14px 10px -10px $accent}',
  '#view.more-right.more-left::after{box-shadow:inset -14px 0 10px -10px $accent,inset 14px 0 10px -10px $accent}',
  '#view.more-bottom.more-top::after{box-shadow:inset 0 -14px 10px -10px $accent,inset 0 14px 10px -10px $accent}',
  '#view.more-right.more-bottom::after{box-shadow:inset -14px 0 10px -10px $accent,inset 0 -14px 10px -10px $accent}',
  '#view.live svg{width:100%;height:100%}',
  'svg text{user-select:none}',
  '.picking path[data-link]:not(.near){opacity:.25}',
  // A transparent shape would show the links below it, so only texts fade.
  '.picking g.terms:not(.near)>text,.picking [data-node]:not(.near)>text{opacity:.35}',
  '.picking g.terms:not(.near) rect,.picking [data-node]:not(.near) .node>*{stroke-opacity:.3}',
  '.picked .node :first-child{stroke-width:3.5}',
  '.hint{margin:0;color:$muted;font-size:13px}',
  '@media print{#view,#view.live{height:auto;border:0;overflow:visible}#view.live svg{height:auto;max-height:24cm}.hint{display:none}}',
  GRAPH_RULES,
].join('')

export function drawGraphHtml(diagram: Diagram, placement: Placement): string {
  const { markup, width, height } = drawOrder(diagram, placement)
  return writePage({
    title: nameOrder(diagram),
    said: describeOrder(diagram),
    keys: listGraphKeys(diagram),
    tools: [
      ...drawFinder(),
      element('button', { type: 'button', id: 'out', 'aria-label': 'Smaller' }, '−'),
      element('button', { type: 'button', id: 'in', 'aria-label': 'Larger' }, '+'),
      element('button', { type: 'button', id: 'fit' }, 'All of it'),
      element('p', { class: 'hint' }, 'Drag to move, wheel to zoom; or the arrow keys, + − and 0.'),
    ],
    main: [
      element(
        'div',
        { id: 'view', role: 'region', 'aria-label': 'Drawing of the order', tabindex: 0 },
        element(
          'svg',
          {
            id: 'order',
            role: 'img',
            'aria-label': describeOrder(diagram),
            width: Math.ceil(width),
            height: Math.ceil(height),
            viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
          },
          markup,
        ),
      ),
      drawList(diagram),
    ],
    rules: `#view.live{height:clamp(240px,${Math.ceil(height) + 2}px,72vh)}${RULES}`,
    script: GRAPH_SCRIPT,
  })
}

function drawList({ nodes, links }: Diagram): Markup {
  const waits = Map.groupBy(links, ({ container }) => container)
  const followers = Map.groupBy(links, ({ target }) => target)
  const rows = nodes.map((node, index) => {
    const waitsFor = (waits.get(node.name) ?? []).map(tellWait).join(', ')
    const awaitedBy = (followers.get(node.name) ?? []).map(({ container }) => container).join(', ')
    const said = `${node.name} waits for ${waitsFor === '' ? 'nothing' : waitsFor}`
    return element(
      'tr',
      { 'data-row': index, 'data-name': node.name, 'data-said': said },
      element('td', {}, node.kind === 'container' ? String(node.stage + 1) : ''),
      element('th', { scope: 'row' }, node.name),
      element('td', { class: 'long' }, waitsFor),
      element('td', { class: 'long' }, awaitedBy),
      element('td', {}, noteOf(node)),
    )
  })
  const headings = ['stage', 'container', 'waits for', 'awaited by', '']
  return element(
    'details',
    {},
    element('summary', {}, 'The same as a list'),
    element(
      'div',
      { class: 'scroll', role: 'region', 'aria-label': 'The same as a list', tabindex: 0 },
      element(
        'table',
        { class: 'facts', id: 'list' },
        element('thead', {}, element('tr', {}, ...headings.map((heading) => element('th', { scope: 'col' }, heading)))),
        element('tbody', {}, ...rows),
      ),
    ),
  )
}

function tellWait(link: DiagramLink): string {
  return `${link.target}/${describeTerms(link)}`
}

function noteOf(node: DiagramNode): string {
  const { note } = captionNode(node, true)
  return [...(note === '' ? [] : [note]), ...(node.critical ? ['on the critical path'] : [])].join(' · ')
}
