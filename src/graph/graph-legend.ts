/** The legend of a diagram: only what occurs in it. Pure. */
import { type Diagram, type DiagramNode, isPlain, ROLES, STOPPED } from './diagram.ts'
import { type Key, SWATCH } from '../picture/frame.ts'
import { drawShape } from './graph-marks.ts'
import { element, type Markup } from '../picture/markup.ts'

export function listGraphKeys({ nodes, links }: Diagram): readonly Key[] {
  const critical = nodes.some((node) => node.critical) || links.some((link) => link.critical)
  return [
    ...(nodes.some(({ kind }) => kind === 'container') ? [{ words: 'container', swatch: drawSample({}) }] : []),
    ...(nodes.some(({ main }) => main)
      ? [{ words: 'main: its end ends the work', swatch: drawSample({ main: true }) }]
      : []),
    ...(['init', 'plain', 'last'] as const).flatMap((kind) =>
      nodes.some((node) => node.kind === kind) ? [{ words: ROLES[kind], swatch: drawSample({ kind }) }] : [],
    ),
    ...(nodes.some(({ kind }) => kind === 'outside')
      ? [{ words: 'outside the order', swatch: drawSample({ kind: 'outside' }) }]
      : []),
    ...(links.length > 0 ? [{ words: nameLinks(links), swatch: drawStroke('link') }] : []),
    ...(links.some(({ optional }) => optional) ? [{ words: 'optional', swatch: drawStroke('link optional') }] : []),
    ...(critical ? [{ words: 'critical path', swatch: drawStroke('link critical') }] : []),
  ]
}

/** The default is not written on links. */
function nameLinks(links: Diagram['links']): string {
  if (links.every(({ condition }) => condition === STOPPED)) return 'stops before'
  if (!links.some(isPlain)) return 'starts before'
  return links.every(isPlain) ? 'is ready before' : 'is ready before, or as it says'
}

const INSET = 2

function drawSample(what: Partial<DiagramNode>): Markup {
  const node: DiagramNode = { name: '', kind: 'container', stage: 0, main: false, critical: false, ...what }
  const box = { x: 0, y: INSET, width: SWATCH.width, height: SWATCH.height - 2 * INSET }
  return drawShape(node, box)
}

function drawStroke(name: string): Markup {
  const middle = SWATCH.height / 2
  const head = name.includes('critical') ? 'url(#head-critical)' : 'url(#head)'
  return element('path', { class: name, d: `M0 ${middle}H${SWATCH.width}`, 'marker-end': head })
}
