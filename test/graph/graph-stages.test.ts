import test from 'ava'
import type { Diagram, Placement } from '../../src/graph/diagram.ts'
import { describeOrder } from '../../src/graph/graph-drawing.ts'
import { layOutStages } from '../../src/graph/graph-stages.ts'
import { sizeLabel, sizeNode } from '../../src/graph/graph-svg.ts'
import { MIXED_ORDER, VOTING_ORDER } from '../support/drawn-orders.ts'

/** Each node 80 by 40 px where it is said to be. */
function place(diagram: Diagram, at: (stage: number, index: number) => { x: number; y: number }): Placement {
  const nodes = diagram.nodes.map(
    ({ name, stage }, index) => [name, { ...at(stage, index), width: 80, height: 40 }] as const,
  )
  return { width: 1000, height: 600, nodes: new Map(nodes), links: [] }
}

test('stages that lie side by side are columns, with borders in the middle of the gaps', (t) => {
  const stages = layOutStages(
    VOTING_ORDER,
    place(VOTING_ORDER, (stage) => ({ x: stage * 200, y: 10 })),
  )
  t.deepEqual(stages, {
    direction: 'LR',
    bands: [
      { from: 0, to: 140 },
      { from: 140, to: 340 },
      { from: 340, to: 540 },
      { from: 540, to: 740 },
      { from: 740, to: 1000 },
    ],
    across: 60,
  })
})

test('stages that lie one below another are rows', (t) => {
  const stages = layOutStages(
    VOTING_ORDER,
    place(VOTING_ORDER, (stage) => ({ x: 0, y: stage * 100 })),
  )
  t.is(stages?.direction, 'TB')
  t.deepEqual(stages?.bands[1], { from: 70, to: 170 })
})

test('stages that lie among each other are not drawn, nor is one alone', (t) => {
  t.is(
    layOutStages(
      VOTING_ORDER,
      place(VOTING_ORDER, () => ({ x: 0, y: 0 })),
    ),
    undefined,
  )
  const single = { ...VOTING_ORDER, nodes: VOTING_ORDER.nodes.map((node) => ({ ...node, stage: 0 })) }
  t.is(
    layOutStages(
      single,
      place(single, (_, index) => ({ x: index * 200, y: 0 })),
    ),
    undefined,
  )
})

test('what nothing is linked with belongs to no band', (t) => {
  const placement = place(MIXED_ORDER, (stage, index) => (index === 6 ? { x: 300, y: 500 } : { x: stage * 200, y: 10 }))
  t.is(layOutStages(MIXED_ORDER, placement)?.across, 60)
})

test('the sentence counts what there is', (t) => {
  t.is(describeOrder(VOTING_ORDER), '5 containers in 5 stages, 5 waits.')
  t.is(
    describeOrder(MIXED_ORDER),
    '6 containers in 4 stages, 1 not ordered, 1 before all others, 6 waits, 1 target outside. The critical path takes 53.1 s.',
  )
})

test('boxes grow with their texts, up to where names are cut', (t) => {
  const [first] = VOTING_ORDER.nodes
  const [link] = VOTING_ORDER.links
  if (first === undefined || link === undefined) throw new Error('an empty order')
  const widthOf = (name: string): number => sizeNode({ ...first, name }).width
  t.true(widthOf('a'.repeat(20)) > widthOf('a'.repeat(10)))
  t.is(widthOf('a'.repeat(63)), widthOf('a'.repeat(40)))
  t.true(sizeNode({ ...first, main: true }).height > sizeNode(first).height)
  t.true(sizeLabel({ ...link, optional: true }).width > sizeLabel(link).width)
})
