/** The order of the stop as something to be drawn. */
import test from 'ava'
import * as fc from 'fast-check'
import { diagramStop, type StoppedPod } from '../../src/graph/diagram-stop.ts'
import type { Diagram } from '../../src/graph/diagram.ts'
import { describeOrder, nameOrder } from '../../src/graph/graph-drawing.ts'
import { listGraphKeys } from '../../src/graph/graph-legend.ts'
import { formatGraph } from '../../src/graph/graph-text.ts'
import { choosePalette } from '../../src/base/palette.ts'
import { planStops } from '../../src/order/stopping.ts'
import { arbitraryOrder } from '../support/arbitrary-order.ts'
import { block, readPod } from '../support/order-reading.ts'

const ORDER = block('migrate: {db: ready}', 'app: {migrate: completed, cache: ready}', 'web: {app: ready}')

function draw(
  annotations: string,
  { containers = names('db', 'cache', 'migrate', 'app', 'web', 'log'), ...pod }: Partial<StoppedPod> = {},
): Diagram {
  const { order } = readPod(annotations, { containers: containers.map(({ name }) => name).join(' ') })
  if (order === undefined) throw new Error("the test's own order is wrong")
  return diagramStop(order, { title: 'Pod/x', containers, sidecars: [], graceMs: 30_000, ...pod })
}

function names(...list: readonly string[]): StoppedPod['containers'] {
  return list.map((name) => ({ name }))
}

const tellLinks = ({ links }: Diagram): readonly string[] =>
  links.map(({ container, target, condition }) => `${container} after ${target} ${condition}`)

test('links lead from what stops first to what it needed, which a step in between is not', (t) => {
  const diagram = draw(ORDER)
  t.deepEqual(tellLinks(diagram), [
    ...['db after migrate stopped', 'db after app stopped'],
    ...['cache after app stopped', 'app after web stopped'],
  ])
  t.deepEqual(
    diagram.nodes.map(({ name, kind, stage, leastMs }) => [name, kind, stage, leastMs]),
    [
      ['db', 'container', 2, 1000],
      ['cache', 'container', 2, 1000],
      ['migrate', 'container', 0, 28_000],
      ['app', 'container', 1, 1000],
      ['web', 'container', 0, 27_000],
      ['log', 'plain', 0, undefined],
    ],
  )
})

test('what the manifest says of a stop is told: signals, hooks, the time that is kept', (t) => {
  const options = 'podorder.io/options: |\n  db: {stopGracePeriod: 6s, stopSignal: int}\n  app: {stopSignal: TERM}'
  const containers = [
    { name: 'db', lifecycle: { preStop: { exec: { command: ['x'] } } } },
    { name: 'app', lifecycle: { stopSignal: 'SIGRTMIN+3', preStop: { sleep: { seconds: 5 } } } },
    { name: 'cache', lifecycle: { preStop: null } },
  ]
  const { nodes } = draw(`${block('app: {db: ready}', 'cache: {db: ready}')}\n${options}`, { containers })
  t.deepEqual(
    nodes.map(({ name, stopSignal, preStop, leastMs }) => [name, stopSignal, preStop, leastMs]),
    [
      ['db', 'SIGINT', 'exec', 6000],
      ['app', 'SIGRTMIN+3', 'sleep 5s', 23_000],
      ['cache', undefined, undefined, 23_000],
    ],
  )
})

test('native sidecars come last, the last listed first; a short grace period is what the kubelet makes of it', (t) => {
  const diagram = draw(ORDER, { sidecars: names('proxy', 'logs'), graceMs: 0 })
  t.deepEqual(
    diagram.nodes.filter(({ kind }) => kind === 'last').map(({ name }) => name),
    ['logs', 'proxy'],
  )
  t.is(diagram.graceMs, 2000)
})

test('where all stop together there is one stage and no link', (t) => {
  const diagram = draw(`${ORDER}\npodorder.io/stop-order: together`)
  t.deepEqual(diagram.links, [])
  t.deepEqual([...new Set(diagram.nodes.map(({ stage, leastMs }) => `${stage} ${leastMs}`))], ['0 undefined'])
})

test('text, picture and legend say that it is the stop', (t) => {
  const diagram = draw(ORDER, { sidecars: names('proxy') })
  t.is(
    `${formatGraph(diagram, 80, choosePalette(false)).join('\n')}\n`,
    `Pod/x stops within 30s: 5 containers in 3 stages, 1 not ordered, 1 after all others

 1 ─ migrate (at least 28s), web (at least 27s)
 2 ─ app (at least 1s)    after web stopped
 3 ┬ db (at least 1s)     after migrate, app stopped
   └ cache (at least 1s)  after app stopped
 - ─ log                  not ordered
 + ─ proxy                after all others
`,
  )
  t.is(nameOrder(diagram), 'Stop of Pod/x')
  t.is(
    describeOrder(diagram),
    '5 containers in 3 stages, 1 not ordered, 1 after all others, 4 waits. They have 30s in all.',
  )
  t.deepEqual(
    listGraphKeys(diagram).map(({ words }) => words),
    ['container', 'not ordered', 'after all others', 'stops before'],
  )
})

test('whatever the order, it is drawn as it is planned', (t) => {
  fc.assert(
    fc.property(arbitraryOrder, (drawn) => {
      const diagram = diagramStop(drawn, {
        ...{ title: '', containers: names(...drawn.containers), sidecars: [], graceMs: 30_000 },
      })
      const stops = planStops(drawn, 30_000)
      const stages = new Map(diagram.nodes.map(({ name, stage }) => [name, stage]))
      for (const { container, target } of diagram.links) {
        t.true(stops.get(container)?.after.includes(target))
        t.true((stages.get(target) ?? NaN) < (stages.get(container) ?? NaN))
      }
      t.is(
        diagram.links.length,
        [...stops.values()].reduce((sum, { after }) => sum + after.length, 0),
      )
    }),
  )
})
