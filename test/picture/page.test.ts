/** What pages and pictures promise whatever stands in them; how they look in a browser is in test/browser. */
import test from 'ava'
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import type { Diagram, Placement } from '../../src/graph/diagram.ts'
import { drawGraphHtml } from '../../src/graph/graph-html.ts'
import { GRAPH_SCRIPT } from '../../src/graph/graph-script.ts'
import { drawGraphSvg, sizeLabel, sizeNode } from '../../src/graph/graph-svg.ts'
import { element } from '../../src/picture/markup.ts'
import { drawTimelineHtml } from '../../src/timeline/timeline-html.ts'
import { TIMELINE_SCRIPT } from '../../src/timeline/timeline-script.ts'
import { layOutTimeline } from '../../src/timeline/timeline-rows.ts'
import { drawTimelineSvg } from '../../src/timeline/timeline-svg.ts'
import { anyDrawnOrder, MIXED_ORDER } from '../support/drawn-orders.ts'
import { anyHistory, anyText, makeCrowd, TROUBLED, VOTING } from '../support/histories.ts'
import { markForbidden, readXml } from '../support/xml.ts'

/** Side by side: what is written does not depend on where. */
function placeAnyhow(diagram: Diagram): Placement {
  const nodes = diagram.nodes.map((node, index) => [node.name, { x: index * 400, y: 0, ...sizeNode(node) }] as const)
  const links = diagram.links.map((link, index) => {
    const { width, height } = sizeLabel(link)
    return {
      points: [
        { x: 0, y: 0 },
        { x: width, y: height },
        { x: index, y: 300 },
      ],
      label: { x: index, y: 200 },
    }
  })
  return { width: nodes.length * 400, height: 400, nodes: new Map(nodes), links }
}

for (const { source, sha256 } of [TIMELINE_SCRIPT, GRAPH_SCRIPT]) {
  test(`the policy of a page names the digest of its script, ${sha256}`, (t) => {
    t.is(sha256, createHash('sha256').update(source).digest('base64'))
    t.false(source.includes('</'), 'HTML would end the script there')
  })
}

test('a page allows no network, and no script but its own', (t) => {
  for (const html of [drawTimelineHtml(VOTING), drawGraphHtml(MIXED_ORDER, placeAnyhow(MIXED_ORDER))]) {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? ''
    t.true(policy.startsWith('default-src &#39;none&#39;'))
    t.notRegex(policy, /https?:|data:|\*|unsafe-eval/)
    t.regex(policy, /script-src &#39;sha256-[^']+&#39;;/)
    t.notRegex(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//)
  }
})

test('a picture holds no script, no foreign object, and nothing from elsewhere', (t) => {
  for (const svg of [drawTimelineSvg(TROUBLED), drawGraphSvg(MIXED_ORDER, placeAnyhow(MIXED_ORDER))]) {
    t.notRegex(
      svg.replaceAll('http://www.w3.org/2000/svg', ''),
      /<script|foreignObject|https?:|@import|@font-face|<image/i,
    )
    t.notRegex(svg, /\$[a-z]/, 'every colour has a value')
  }
})

test('any text is text: pictures are well-formed, and whatever stands in a history or an order adds no element', (t) => {
  const kinds = new Set(
    [drawTimelineSvg(TROUBLED), drawTimelineSvg(VOTING), drawGraphSvg(MIXED_ORDER, placeAnyhow(MIXED_ORDER))].flatMap(
      (svg) => readXml(svg).map(({ name }) => name),
    ),
  )
  fc.assert(
    fc.property(anyHistory, anyDrawnOrder, (history, diagram) => {
      for (const svg of [drawTimelineSvg(history), drawGraphSvg(diagram, placeAnyhow(diagram))]) {
        for (const { name, attributes } of readXml(svg)) {
          t.true(kinds.has(name), name)
          t.deepEqual(
            attributes.filter((attribute) => /^on/i.test(attribute)),
            [],
          )
        }
      }
    }),
  )
})

test('any text is text: pages have one script, their own', (t) => {
  fc.assert(
    fc.property(anyHistory, anyDrawnOrder, (history, diagram) => {
      const pages = [
        { html: drawTimelineHtml(history), script: TIMELINE_SCRIPT },
        { html: drawGraphHtml(diagram, placeAnyhow(diagram)), script: GRAPH_SCRIPT },
      ]
      for (const { html, script } of pages) {
        t.deepEqual(
          [...html.matchAll(/<script>([\s\S]*?)<\/script>/gi)].map(([, source]) => source),
          [script.source],
        )
        t.is(html.match(/<script/gi)?.length, 1)
        t.is(html.match(/<style/gi)?.length, 1)
        t.notRegex(html, /<img/i)
      }
    }),
  )
})

test('what an element is given comes back as it was, but for what XML cannot hold', (t) => {
  fc.assert(
    fc.property(anyText, anyText, (value, text) => {
      const [read] = readXml(element('a', { title: value }, text).markup)
      t.is(read?.values['title'], markForbidden(value))
      t.is(read?.text, markForbidden(text))
    }),
  )
})

test('a picture of 200 containers is below 300 kB', (t) => {
  t.true(drawTimelineSvg(makeCrowd(200)).length < 300_000)
})

test('an empty history and an order of nothing are pictures too', (t) => {
  const nothing = { pod: '', startMs: 0, endMs: 0, containers: [], links: [] }
  const empty: Diagram = { title: '', nodes: [], links: [], criticalMs: undefined }
  for (const svg of [drawTimelineSvg(nothing), drawGraphSvg(empty, placeAnyhow(empty))]) {
    t.true(readXml(svg).length > 3)
    t.notRegex(svg, /NaN|Infinity|undefined/)
  }
})

test('timelines beside each other are on one scale: the same plot, the same axis, and what is ready lies where it was', (t) => {
  const long = { ...TROUBLED, endMs: TROUBLED.startMs + 60_000 }
  // Those of the legend are 20 high.
  const plotOf = (svg: string): readonly string[] =>
    [...svg.matchAll(/<svg x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="(?!20")/g)].map(
      ([, x, width]) => `${x} ${width}`,
    )
  const axisOf = (svg: string): readonly string[] =>
    [...svg.matchAll(/<text x="([\d.]+%)" y="-10">([^<]*)</g)].map(([, x, label]) => `${x} ${label}`)
  const [alone, one, other] = [
    drawTimelineSvg(VOTING),
    drawTimelineSvg(VOTING, [long]),
    drawTimelineSvg(long, [VOTING]),
  ]
  t.true(axisOf(one).length > 2)
  t.deepEqual(axisOf(one), axisOf(other))
  t.notDeepEqual(axisOf(one), axisOf(alone))
  t.is(new Set([...plotOf(one), ...plotOf(other)]).size, 1)
  const span = (VOTING.endMs - VOTING.startMs) / 60_000
  const ends = layOutTimeline(VOTING, 60_000).rows.flatMap((row) => row.spans.map(({ to }) => to))
  t.true(Math.abs(Math.max(...ends) - 100 * span) < 0.01)
})
