import test from 'ava'
import * as fc from 'fast-check'
import { placeDiagram } from '../../src/graph/place-diagram.ts'
import { type Box, chooseDirection, describeTerms, type Diagram, type DiagramLink } from '../../src/graph/diagram.ts'
import type { DiagramNode, Placement } from '../../src/graph/diagram.ts'
import { arbitraryDiagram, drawLines, drawPairs, halves, longLinks, SHAPES } from '../support/diagrams.ts'

const SIZES = {
  node: ({ name }: DiagramNode) => ({ width: 24 + 8 * name.length, height: 34 }),
  label: (link: DiagramLink) => ({ width: 8 + 6 * describeTerms(link).length, height: 16 }),
}

const place = (diagram: Diagram): Placement => placeDiagram(diagram, SIZES)

/** By more than what rounding makes. */
function overlap(one: Box, other: Box): boolean {
  const apart = (from: number, length: number, otherFrom: number, otherLength: number): boolean =>
    from + length <= otherFrom + 1e-6 || otherFrom + otherLength <= from + 1e-6
  return !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height)
}

const tell = (what: string, { x, y, width, height }: Box): string =>
  `${what} at ${Math.round(x)},${Math.round(y)} of ${Math.round(width)} by ${Math.round(height)}`

/** Everything that is wrong with a picture, one line each. */
function findFlaws(diagram: Diagram, { nodes, links, width, height }: Placement): readonly string[] {
  const boxes = diagram.nodes.flatMap(({ name }) => {
    const box = nodes.get(name)
    return box === undefined ? [] : [{ name, box }]
  })
  const labels = links.flatMap(({ label }, index) => {
    const link = diagram.links[index]
    if (link === undefined) return []
    const size = SIZES.label(link)
    return [{ link, box: { x: label.x - size.width / 2, y: label.y - size.height / 2, ...size } }]
  })
  const all = [...boxes.map(({ name, box }) => ({ name, box })), ...labels.map(({ box }) => ({ name: 'a label', box }))]
  const outside = all.filter(
    ({ box }) =>
      !(box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 1e-6 && box.y + box.height <= height + 1e-6),
  )
  const covered = boxes.flatMap(({ name, box }, index) => [
    ...boxes
      .slice(index + 1)
      .filter((other) => overlap(box, other.box))
      .map((other) => `${name} lies on ${other.name}`),
    ...labels
      .filter((label) => overlap(box, label.box))
      .map(({ link }) => `the label of ${link.container} -> ${link.target} lies on ${name}`),
  ])
  const across = chooseDirection(diagram) === 'TB' ? 'y' : 'x'
  const length = across === 'y' ? 'height' : 'width'
  const backwards = diagram.links.filter(({ container, target }) => {
    const [from, to] = [nodes.get(target), nodes.get(container)]
    return from === undefined || to === undefined || from[across] + from[length] > to[across]
  })
  const loose = links.filter(({ points }, index) => {
    const link = diagram.links[index]
    const [first, last] = [points[0], points.at(-1)]
    const touches = (name: string | undefined, point: typeof first): boolean => {
      const box = nodes.get(name ?? '')
      return (
        box !== undefined &&
        point !== undefined &&
        overlap(
          { ...box, x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 },
          { ...point, width: 0.1, height: 0.1 },
        )
      )
    }
    return points.length < 2 || !touches(link?.target, first) || !touches(link?.container, last)
  })
  return [
    ...(boxes.length === nodes.size && boxes.length === diagram.nodes.length ? [] : ['not every node has one box']),
    ...(links.length === diagram.links.length ? [] : ['not every link is there']),
    ...outside.map(({ name, box }) => tell(`outside the picture: ${name}`, box)),
    ...covered,
    ...backwards.map(({ container, target }) => `${target} lies not before ${container}`),
    ...loose.map(() => 'a link leads from elsewhere, or to elsewhere'),
  ]
}

test('each node has a box in the picture, none lies on another, targets lie first, labels lie on no box', (t) => {
  fc.assert(fc.property(arbitraryDiagram, (diagram) => t.deepEqual(findFlaws(diagram, place(diagram)), [])))
})

for (const [name, make] of Object.entries(SHAPES)) {
  test(`200 containers: ${name}`, (t) => {
    const diagram = make()
    const placed = place(diagram)
    t.deepEqual(findFlaws(diagram, placed), [])
    t.deepEqual(place(diagram), placed)
  })
}

test('stages are columns, or rows: who starts later stands behind all that start earlier', (t) => {
  for (const make of Object.values(SHAPES)) {
    const diagram = make()
    const { nodes } = place(diagram)
    const [across, length] = chooseDirection(diagram) === 'LR' ? (['x', 'width'] as const) : (['y', 'height'] as const)
    const linked = new Set(diagram.links.flatMap(({ container, target }) => [container, target]))
    const stages = new Map<number, { from: number; to: number }>()
    for (const { name, stage } of diagram.nodes) {
      const box = nodes.get(name)
      if (box === undefined || !linked.has(name)) continue
      const { from, to } = stages.get(stage) ?? { from: Infinity, to: -Infinity }
      stages.set(stage, { from: Math.min(from, box[across]), to: Math.max(to, box[across] + box[length]) })
    }
    const bands = [...stages].toSorted(([one], [other]) => one - other).map(([, band]) => band)
    t.deepEqual(
      bands.slice(1).filter(({ from }, index) => from < (bands[index]?.to ?? 0)),
      [],
    )
  }
})

test('many that wait for the same many meet in a junction: the picture grows with their number, not with its square', (t) => {
  const { height } = place(SHAPES['12 stages, each container after all of the one before']?.() ?? drawPairs(0, []))
  t.true(height < 17 * 60, String(height))
})

test('containers of a stage stand as they are listed, where links do not ask for another order', (t) => {
  const { nodes } = place(drawLines('Pod/x', 'first a b c last', 'a: first', 'b: first', 'c: first', 'last: a b c'))
  const heights = ['a', 'b', 'c'].map((name) => nodes.get(name)?.y ?? 0)
  t.deepEqual(
    heights,
    heights.toSorted((one, other) => one - other),
  )
})

test('what no link touches stands in rows below, no wider than it must be', (t) => {
  const diagram = drawPairs(200, [[1, 0]])
  const { nodes, width } = place(diagram)
  const [linked = 0, ...alone] = diagram.nodes.map(({ name }) => nodes.get(name)?.y ?? 0)
  t.true(alone.slice(1).every((y) => y > linked))
  t.true(width <= 900, String(width))
})

test('no link at all, and names that every object has, are drawn like any other', (t) => {
  const alone = drawPairs(3, [])
  t.deepEqual(findFlaws(alone, place(alone)), [])
  const odd = drawLines('Pod/x', 'constructor valueof 1 0', 'valueof: constructor', '0: 1')
  t.deepEqual(findFlaws(odd, place(odd)), [])
})

test('links leave a box at its far side and arrive at the near one, straight: a steep one crosses no neighbour', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, (diagram) => {
      const { nodes, links } = place(diagram)
      const across = chooseDirection(diagram) === 'TB' ? 'y' : 'x'
      const length = across === 'y' ? 'height' : 'width'
      for (const [index, { points }] of links.entries()) {
        const link = diagram.links[index]
        const [from, to] = [nodes.get(link?.target ?? ''), nodes.get(link?.container ?? '')]
        const near = (a = NaN, b = NaN): boolean => Math.abs(a - b) < 1e-6
        t.true(near(points[0]?.[across], from && from[across] + from[length]))
        t.true(near(points.at(-1)?.[across], to?.[across]))
        const beside = across === 'y' ? 'x' : 'y'
        t.true(near(points[0]?.[beside], points[1]?.[beside]))
        t.true(near(points.at(-1)?.[beside], points.at(-2)?.[beside]))
      }
    }),
  )
})

for (const [name, make] of Object.entries({ 'to the first': longLinks, 'to half of it': halves })) {
  test(`links that pass hundreds of stages, ${name}: twice the containers have twice the points`, (t) => {
    const count = (size: number): number => place(make(size)).links.reduce((sum, { points }) => sum + points.length, 0)
    t.true(count(1000) <= 2.2 * count(500), `${count(500)}, ${count(1000)}`)
  })
}

test('a link that passes a stage bends beside it, however wide its boxes are', (t) => {
  const node = (name: string, stage: number): DiagramNode => ({
    ...{ name, stage, kind: 'container', main: false, critical: false },
  })
  const link = (container: string, target: string): DiagramLink => ({
    ...{ container, target, condition: 'ready', optional: false, critical: false },
  })
  const wide = 'a-name-that-is-very-much-wider-than-all-others'
  const diagram: Diagram = {
    title: '',
    nodes: [node('a', 0), node(`${wide}-too`, 0), node(wide, 1), node('other', 1), node('last', 2)],
    links: [
      ...[link(wide, 'a'), link(wide, `${wide}-too`), link('other', 'a')],
      ...[link('last', 'a'), link('last', wide), link('last', `${wide}-too`)],
    ],
    criticalMs: undefined,
  }
  const { nodes, links } = place(diagram)
  for (const { stage } of diagram.nodes) {
    const boxes = diagram.nodes.filter((one) => one.stage === stage).flatMap(({ name }) => nodes.get(name) ?? [])
    const from = boxes.reduce((least, { x }) => Math.min(least, x), Infinity)
    const to = boxes.reduce((most, { x, width }) => Math.max(most, x + width), -Infinity)
    for (const { points } of links) {
      const steep = points.slice(1).filter((point, index) => {
        const before = points[index] ?? point
        return point.y !== before.y && Math.min(to, point.x) - Math.max(from, before.x) > 1e-6
      })
      t.deepEqual(steep, [])
    }
  }
})
