import test from 'ava'
import * as fc from 'fast-check'
import { diagramOrder, markHistory } from '../../src/graph/diagram-order.ts'
import type { ContainerHistory } from '../../src/history/history.ts'
import { describeTerms, isPlain } from '../../src/graph/diagram.ts'
import { arbitraryDiagram, drawLines } from '../support/diagrams.ts'
import { block, readPod } from '../support/order-reading.ts'

function draw(annotations: string, containers: string): ReturnType<typeof diagramOrder> {
  const { order } = readPod(annotations, { containers })
  if (order === undefined) throw new Error("the test's own order is wrong")
  return diagramOrder('Pod/x', containers.split(' '), order)
}

test('every container has its stage, its kind and its place, and every wait is a link', (t) => {
  const diagram = draw(
    `${block('migrate: {db: ready}', 'app:', '  migrate: completed', '  cache: {condition: started, timeout: 2m, optional: true}')}\npodorder.io/main: app`,
    'app logger migrate db cache',
  )
  t.deepEqual(
    diagram.nodes.map(({ name, kind, stage, main }) => [name, kind, stage, main]),
    [
      ['app', 'container', 2, true],
      ['logger', 'plain', 0, false],
      ['migrate', 'container', 1, false],
      ['db', 'container', 0, false],
      ['cache', 'container', 0, false],
    ],
  )
  t.deepEqual(diagram.links, [
    { container: 'migrate', target: 'db', condition: 'ready', optional: false, critical: false },
    { container: 'app', target: 'migrate', condition: 'completed', optional: false, critical: false },
    { container: 'app', target: 'cache', condition: 'started', optional: true, timeoutMs: 120_000, critical: false },
  ])
})

test('a container shows its options, and a link that what depends on it starts anew with it', (t) => {
  const { nodes, links } = draw(
    `${block('app: {db: {condition: ready, restart: true, restartAfter: 30s}, "tcp://x:1": {restart: true}}')}\npodorder.io/options: |\n  app: {retries: 3, timeout: 90s, exec: false, quiet: true, command: [a]}\n  "*": {logFormat: json}`,
    'app db',
  )
  t.deepEqual(
    nodes.map(({ name, options }) => [name, options]),
    [
      ['app', ['retries 3', 'timeout 1m30s', 'quiet', 'logFormat json', 'exec false']],
      ['db', ['logFormat json']],
      ['tcp://x:1', undefined],
    ],
  )
  t.deepEqual(links.map(describeTerms), ['ready (restart after 30s)', 'open (restart)'])
  t.false(links.some(isPlain))
})

test('what is outside is called as it was written, is there once, and has the condition it was given', (t) => {
  const { nodes, links } = draw(
    block(
      'app: {job/a: ended, job/b: completed, "tcp://x:1": open, service/mail: ready, sidecar/proxy: ready}',
      'db: {service/mail: ready}',
    ),
    'app db proxy',
  )
  t.deepEqual(
    nodes.map(({ name, kind }) => `${name} ${kind}`),
    [
      ...['app container', 'db container', 'job/a outside', 'job/b outside'],
      ...['tcp://x:1 outside', 'service/mail outside', 'sidecar/proxy outside'],
    ],
  )
  t.deepEqual(
    links.map(({ container, target, condition }) => `${container} ${target} ${condition}`),
    [
      ...['app job/a ended', 'app job/b completed', 'app tcp://x:1 open'],
      ...['app service/mail ready', 'app sidecar/proxy ready', 'db service/mail ready'],
    ],
  )
})

test('init containers come before all others, but for podorder’s own, and for a sidecar that is waited for', (t) => {
  const { order } = readPod(block('app: {db: ready, sidecar/proxy: ready}'), { containers: 'app db' })
  if (order === undefined) throw new Error("the test's own order is wrong")
  const inits = ['podorder-init', 'setup', 'proxy', 'logs']
  t.deepEqual(
    diagramOrder('Pod/x', ['app', 'db'], order, inits).nodes.map(({ name, kind }) => `${name} ${kind}`),
    ['setup init', 'logs init', 'app container', 'db container', 'sidecar/proxy outside'],
  )
})

test('names are unique, links lead from node to node, and targets are of an earlier stage', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, ({ nodes, links }) => {
      const byName = new Map(nodes.map((node) => [node.name, node]))
      t.is(byName.size, nodes.length)
      for (const { container, target } of links) {
        const [from, to] = [byName.get(container), byName.get(target)]
        t.is(from?.kind, 'container')
        t.true(to?.kind === 'outside' || (to?.stage ?? Infinity) < (from?.stage ?? -1))
      }
    }),
  )
})

const run = (container: string, startedMs: number, readyMs: number, waitedFor?: string): ContainerHistory => ({
  container,
  state: 'ready',
  restarts: 0,
  lives: [{ sinceMs: 0, startedMs, readyMs, ...(waitedFor === undefined ? {} : { waitedFor }) }],
})

test('the critical path is who waited last for whom, with the time that each took', (t) => {
  const diagram = drawLines('Pod/x', 'db cache app later', 'app: db cache', 'later: app')
  const links = diagram.links.map(({ container, target }) => ({ container, target, condition: 'ready' as const }))
  const containers = [
    run('db', 0, 3000),
    run('cache', 0, 100),
    run('app', 3000, 3500, 'db/ready'),
    run('later', 3500, 4500, 'app/ready'),
  ]
  const marked = markHistory(diagram, { pod: 'x', startMs: 0, endMs: 5000, containers, links })
  t.is(marked.criticalMs, 4500)
  t.deepEqual(
    marked.nodes.map(({ name, critical, durationMs }) => [name, critical, durationMs]),
    [
      ['db', true, 3000],
      ['cache', false, 100],
      ['app', true, 500],
      ['later', true, 1000],
    ],
  )
  t.deepEqual(
    marked.links.filter(({ critical }) => critical).map(({ container, target }) => `${container} ${target}`),
    ['app db', 'later app'],
  )
})

test('one container alone is no critical path', (t) => {
  const diagram = drawLines('Pod/x', 'db app', 'app: db')
  const containers = [run('db', 0, 3000), run('setup', 0, 4000)]
  const marked = markHistory(diagram, { pod: 'x', startMs: 0, endMs: 5000, containers, links: [] })
  t.is(marked.criticalMs, undefined)
  t.false(marked.nodes.some(({ critical }) => critical))
  t.is(marked.nodes[0]?.durationMs, 3000)
})

test('of which nothing is known is left as it is', (t) => {
  const diagram = drawLines('Pod/x', 'db app', 'app: db')
  const nothing = { pod: 'x', startMs: 0, endMs: 0, containers: [], links: [] }
  t.deepEqual(markHistory(diagram, nothing), diagram)
})
