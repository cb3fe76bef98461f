/** The order of a pod as one self-contained SVG. Pure. */
import type { Size } from '../picture/frame.ts'
import type { Diagram, DiagramLink, DiagramNode, Placement } from './diagram.ts'
import { drawFrame, PAD } from '../picture/frame.ts'
import { describeOrder, drawOrder, GRAPH_RULES, nameOrder, sizeTerms } from './graph-drawing.ts'
import { listGraphKeys } from './graph-legend.ts'
import { captionNode, NAME_SIZE, NOTE_SIZE } from './graph-marks.ts'
import { element } from '../picture/markup.ts'
import { measureMono, measureSans } from '../picture/text-width.ts'

/** px; enough for the title. */
const LEAST_WIDTH = 560

export function sizeNode(node: DiagramNode): Size {
  const { name, note } = captionNode(node)
  const text = Math.max(measureMono(name, NAME_SIZE), measureSans(note, NOTE_SIZE))
  return { width: Math.max(64, Math.ceil(text) + 30), height: note === '' ? 34 : 46 }
}

export function sizeLabel(link: DiagramLink): Size {
  return sizeTerms(link)
}

export function drawGraphSvg(diagram: Diagram, placement: Placement): string {
  const { markup, width, height } = drawOrder(diagram, placement)
  const whole = Math.ceil(Math.max(LEAST_WIDTH, width + 2 * PAD))
  return drawFrame({
    title: nameOrder(diagram),
    said: describeOrder(diagram),
    keys: listGraphKeys(diagram),
    rules: GRAPH_RULES,
    width: whole,
    drawing: element('g', { transform: `translate(${(whole - width) / 2} 0)` }, markup),
    drawingHeight: height,
  })
}
