import test from 'ava'
import * as fc from 'fast-check'
import { readNested } from '../../src/manifest/yaml.io.ts'
import { type OrderReading, readOrder } from '../../src/order/annotations.ts'
import { sortContainers } from '../../src/order/graph.ts'
import { block, describeAll, readPod } from '../support/order-reading.ts'

/** `app<-db:ready` = app starts when db is ready. */
function edgesOf({ order, faults }: OrderReading): readonly string[] {
  if (order === undefined) return describeAll(faults)
  return order.edges.map(({ container, target, condition, timeoutMs, optional }) =>
    [`${container}<-${target}:${condition}`, timeoutMs ?? [], optional ? 'optional' : []].flat().join(' '),
  )
}

const FORMS: Readonly<Record<string, readonly string[]>> = {
  [block('migrate: {db: ready}', 'app:', '  migrate: completed', '  cache: started')]: [
    'migrate<-db:ready',
    'app<-migrate:completed',
    'app<-cache:started',
  ],
  [block('app: [db, cache]')]: ['app<-db:ready', 'app<-cache:ready'],
  [block('app: db')]: ['app<-db:ready'],
  [block('app: {', '  db: ready,', '  cache: started', '}')]: ['app<-db:ready', 'app<-cache:started'],
  [block('app: [', 'db', ']')]: ['app<-db:ready'],
  'podorder.io/depends-on: >\n  app: {db: ready}': ['app<-db:ready'],
  'podorder.io/depends-on: "app: db"': ['app<-db:ready'],
  'podorder.io/depends-on: "{\\"app\\": {\\"db\\": \\"ended\\"}}"': ['app<-db:ended'],
  [block('app:', '  db: {condition: failed, timeout: 2m, optional: true}', '  cache: {optional: false}')]: [
    'app<-db:failed 120000 optional',
    'app<-cache:ready',
  ],
  [block('app: {db: service_started, cache: service_healthy, migrate: service_completed_successfully}')]: [
    'app<-db:started',
    'app<-cache:ready',
    'app<-migrate:completed',
  ],
  'podorder.io/steps: db, migrate ,app': ['migrate<-db:completed', 'app<-migrate:completed'],
  'podorder.io/steps: "*"': ['cache<-db:completed', 'migrate<-cache:completed', 'app<-migrate:completed'],
  [`podorder.io/steps: migrate, app\n${block('migrate: {db: ready}')}`]: [
    'migrate<-db:ready',
    'app<-migrate:completed',
  ],
}

for (const [annotations, edges] of Object.entries(FORMS)) {
  test(`${JSON.stringify(annotations)} is read as edges`, (t) => t.deepEqual(edgesOf(readPod(annotations)), edges))
}

/** `app<-job-we/x` = app starts when the Job x has ended, however. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  [block('app: {pod/x: ready, job/ns/x: completed, service/x: ready, "tcp://x:1": open, "http://x/": open}')]: [
    'app<-pod/x',
    'app<-job/ns/x',
    'app<-service/x',
    'app<-tcp://x:1',
    'app<-http://x/',
  ],
  [block('app: [job/x, "pod/-lapp=x,tier in (a,b)", "tcp://x:1", sidecar/db, "https://x/y"]')]: [
    'app<-job/x',
    'app<-pod/-lapp=x,tier in (a,b)',
    'app<-tcp://x:1',
    'app<-sidecar/db',
    'app<-https://x/y',
  ],
  [block('app: job/x')]: ['app<-job/x'],
  [block('app: {job/ns/x: ended, sidecar/setup: service_healthy}')]: ['app<-job-we/ns/x', 'app<-sidecar/setup'],
  [block('app: {job/x: {absent: completed}, job/y: {condition: ended, absent: completed}, job/z: {absent: waiting}}')]:
    ['app<-job/x absent counts', 'app<-job-we/y absent counts', 'app<-job/z'],
  [block('app: {job/x: {timeout: 2m, optional: true}, service/x: {condition: ready}}')]: [
    'app<-job/x 120000 optional',
    'app<-service/x',
  ],
}

for (const [annotations, waits] of Object.entries(OUTSIDE)) {
  test(`${JSON.stringify(annotations)} is read as waits outside the order`, (t) => {
    const { order, faults } = readPod(annotations, { init: 'setup' })
    t.deepEqual(describeAll(faults), [])
    const absent = (target: object) => ('absentCounts' in target ? 'absent counts' : [])
    t.deepEqual(
      order?.outside.map(({ container, target, timeoutMs, optional }) =>
        [`${container}<-${target.label}`, timeoutMs ?? [], optional ? 'optional' : [], absent(target)].flat().join(' '),
      ),
      waits,
    )
    t.like(order, { edges: [], containers: ['app'], stopOrder: 'together' })
  })
}

test('a sidecar that is not in the manifest may come by a webhook: that is told, not refused', (t) => {
  const { order, faults, warnings } = readPod(block('app: {sidecar/istio-proxy: ready}'))
  t.deepEqual(describeAll(faults), [])
  t.deepEqual(describeAll(warnings), [
    'pod.yaml:5:13: container "app": waits for "sidecar/istio-proxy", which is not in this manifest; the wait never ends unless a webhook adds it to the pod',
  ])
  t.deepEqual(
    order?.outside.map(({ target }) => target),
    [{ kind: 'sidecar', name: 'istio-proxy', label: 'sidecar/istio-proxy' }],
  )
})

test('what is outside takes no part in cycles, stops and the containers of an order', (t) => {
  const { order, faults } = readPod(block('app: {db: ready, sidecar/cache: ready, pod/db: ready}', 'db: [pod/app]'))
  t.deepEqual(describeAll(faults), [])
  t.like(order, { containers: ['db', 'app'], stopOrder: 'reverse' })
  t.is(order?.edges.length, 1)
  t.deepEqual(
    order?.outside.map(({ at }) => at),
    [
      { line: 5, column: 24 },
      { line: 5, column: 46 },
      { line: 6, column: 12 },
    ],
  )
})

test('an edge knows where it was said, in the outer file', (t) => {
  const { order } = readPod(block('migrate: {db: ready}', 'app:', '  - cache'))
  t.deepEqual(
    order?.edges.map(({ at }) => at),
    [
      { line: 5, column: 17 },
      { line: 7, column: 11 },
    ],
  )
})

test('names that YAML takes for numbers or booleans, and those of every object, are names', (t) => {
  const odd = readPod(block('no: {1e3: ready, "007": completed}', 'constructor: [no]', 'hasownproperty: constructor'), {
    containers: '"1e3" "007" "no" constructor hasownproperty',
  })
  t.deepEqual(edgesOf(odd), [
    'no<-1e3:ready',
    'no<-007:completed',
    'constructor<-no:ready',
    'hasownproperty<-constructor:ready',
  ])
  t.deepEqual(describeAll(readPod(block('__proto__: {toString: ready}')).faults), [
    'pod.yaml:5:7: unknown container "__proto__"; this pod has db, cache, migrate, app',
    'pod.yaml:5:19: container "__proto__": unknown container "toString"; this pod has db, cache, migrate, app',
  ])
})

test('the containers of an order are those in an edge, in main or in steps, in the pod’s own order', (t) => {
  t.deepEqual(readPod(`podorder.io/main: app\n${block('migrate: {db: ready}')}`).order?.containers, [
    'db',
    'migrate',
    'app',
  ])
  t.deepEqual(readPod('podorder.io/steps: cache').order?.containers, ['cache'])
})

test('main and stop-order and wait-timeout are taken over', (t) => {
  const said = readPod(
    `podorder.io/main: "app, migrate"\npodorder.io/stop-order: together\npodorder.io/wait-timeout: 1m30s\n${block('app: db')}`,
  )
  t.like(said.order, { main: ['app', 'migrate'], stopOrder: 'together', waitTimeoutMs: 90_000 })
})

const STOP_ORDERS = [
  [block('app: {db: ready}'), 'reverse'],
  [block('app: {db: started}'), 'reverse'],
  [block('app: {db: completed, cache: ended, migrate: failed}'), 'together'],
  ['podorder.io/steps: db, app', 'together'],
] as const
for (const [annotations, stopOrder] of STOP_ORDERS) {
  test(`the stop order of ${JSON.stringify(annotations)} is ${stopOrder}`, (t) => {
    t.is(readPod(annotations).order?.stopOrder, stopOrder)
  })
}

for (const [restartPolicy, waitTimeoutMs] of [
  ['Never', 3_600_000],
  ['OnFailure', undefined],
  ['Always', undefined],
] as const) {
  test(`under restartPolicy ${restartPolicy} a gate gives up after ${waitTimeoutMs ?? 'no'} ms, if nothing is said`, (t) => {
    const { order } = readPod(block('app: db'), { restartPolicy })
    t.true(order !== undefined && order.waitTimeoutMs === waitTimeoutMs)
  })
}

const NOTHING = [
  '{}',
  'other.io/depends-on: x',
  'podorder.io/inject: enabled',
  'podorder.io/command.app: "[]"',
  'podorder.io/ready: a',
]
for (const annotations of NOTHING) {
  test(`${annotations} orders nothing, and nothing is wrong with it`, (t) => {
    t.deepEqual(readPod(annotations), { order: undefined, faults: [], warnings: [], notes: [] })
  })
}

test('a pod without annotations is not ordered', (t) => {
  const parts = { annotations: undefined, containers: [], initContainers: [], restartPolicy: 'Always' } as const
  t.deepEqual(readOrder({ ...parts, parse: readNested }), { order: undefined, faults: [], warnings: [], notes: [] })
})

test('whatever the text of an annotation, it is an order that can be kept, or faults, or nothing', (t) => {
  const names = ['db', 'cache', 'migrate', 'app']
  const word = fc.constantFrom(
    ...names,
    'x',
    '*',
    'ready',
    'completed',
    '{',
    '}',
    '[',
    ']',
    ': ',
    ', ',
    '\n',
    '- ',
    '&a ',
    '*a',
    '|',
    '"',
  )
  const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(''))
  fc.assert(
    fc.property(text, text, text, (dependsOn, steps, main) => {
      const entries = Object.entries({ 'depends-on': dependsOn, steps, main }).filter(([, value]) => value !== '')
      const annotations = entries.map(([name, value]) => `podorder.io/${name}: ${JSON.stringify(value)}`)
      const { order, faults } = readPod(annotations.length === 0 ? '{}' : annotations.join('\n'))
      t.is(order === undefined, faults.length > 0 || entries.length === 0)
      if (order === undefined) return
      t.truthy(sortContainers(order.containers, order.edges))
      t.deepEqual(
        order.containers,
        names.filter((name) => order.containers.includes(name)),
      )
    }),
    { numRuns: 500 },
  )
})

test('a chain of 1,000 containers, and 1,000 in layers with 50,000 edges', (t) => {
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`)
  const containers = names.join(' ')
  t.is(readPod('podorder.io/steps: "*"', { containers }).order?.edges.length, 999)
  // Each waits for 50 or so of those before it, spread evenly over them.
  const lines = names.slice(1).map((name, index) => {
    const targets = names.slice(0, index + 1)
    return `${name}: [${targets.filter((_, other) => (other * 53) % targets.length < 53).join(', ')}]`
  })
  const { order, faults } = readPod(block(...lines), { containers })
  t.deepEqual(faults, [])
  t.true((order?.edges.length ?? 0) > 45_000)
})
