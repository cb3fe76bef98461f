import test from 'ava'
import * as fc from 'fast-check'
import type { Order } from '../../src/order/order.ts'
import type { Container, PodTemplate } from '../../src/pod/pod.ts'
import { restorePod } from '../../src/rewrite/restore.ts'
import { missingCommands, rewritePod } from '../../src/rewrite/rewrite.ts'
import { writeProbing } from '../../src/probe/wrapper-probes.ts'
import { writeWrapperFlags } from '../../src/rewrite/wrapper.ts'
import { arbitraryOrder } from '../support/arbitrary-order.ts'

const OPTIONS = { image: 'podorder:1' }

const ORDER: Order = {
  containers: ['db', 'app'],
  edges: [{ container: 'app', target: 'db', condition: 'ready', optional: false, at: { line: 1, column: 1 } }],
  main: [],
  outside: [],
  stopOrder: 'together',
  waitTimeoutMs: undefined,
  sidecars: new Set<string>(),
  options: new Map(),
}

const POD: PodTemplate = {
  metadata: { name: 'shop', annotations: { 'podorder.io/depends-on': 'app: {db: ready}' } },
  spec: {
    restartPolicy: 'OnFailure',
    serviceAccountName: 'shop',
    volumes: [{ name: 'data', emptyDir: {} }],
    initContainers: [{ name: 'proxy', image: 'proxy', restartPolicy: 'Always' }],
    containers: [
      {
        ...{ name: 'db', image: 'db', command: ['db', '--port', '1'], args: ['--', '$(X)'], tty: true },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      { name: 'other', image: 'other' },
      { name: 'app', image: 'app', command: ['app'] },
    ],
  },
}

test('each ordered container runs its own words through the entrypoint', (t) => {
  const [db, , app] = rewritePod(POD, ORDER, OPTIONS).spec.containers
  const flags = ['--run-dir=/podorder/run', '--name=db', '--restart-policy=OnFailure']
  t.deepEqual(db, {
    name: 'db',
    image: 'db',
    command: ['/podorder/bin/entrypoint'],
    args: [...flags, '--', 'db', '--port', '1', '--', '$(X)'],
    tty: true,
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'podorder-bin', mountPath: '/podorder/bin', readOnly: true },
      { name: 'podorder-run', mountPath: '/podorder/run', readOnly: true },
      { name: 'podorder-run', mountPath: '/podorder/run/db', subPath: 'db' },
    ],
  })
  t.deepEqual(app?.args?.slice(-4), ['--wait-file=/podorder/run/db/ready', '--exec', '--', 'app'])
})

test('the init container comes first and meets PodSecurity’s level "restricted"', (t) => {
  t.deepEqual(rewritePod(POD, ORDER, OPTIONS).spec.initContainers?.[0], {
    name: 'podorder-init',
    image: 'podorder:1',
    args: ['install', '--to=/podorder/bin', '--run-dir=/podorder/run', '--containers=db,app'],
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: 'podorder-bin', mountPath: '/podorder/bin' },
      { name: 'podorder-run', mountPath: '/podorder/run' },
    ],
  })
})

test('everything else is untouched', (t) => {
  const before = structuredClone(POD)
  const rewritten = rewritePod(POD, ORDER, OPTIONS)
  t.deepEqual(POD, before)
  const { 'podorder.io/original': original, ...annotations } = rewritten.metadata?.annotations ?? {}
  t.deepEqual(
    { ...rewritten.metadata, annotations },
    { ...POD.metadata, annotations: { ...POD.metadata?.annotations } },
  )
  t.deepEqual(JSON.parse(original ?? ''), { containers: { db: { command: 3, args: 2 }, app: { command: 1 } } })
  t.is(rewritten.spec.containers[1], POD.spec.containers[1])
  t.is(rewritten.spec.initContainers?.[1], POD.spec.initContainers?.[0])
  t.deepEqual(
    rewritten.spec.containers.map(({ name }) => name),
    ['db', 'other', 'app'],
  )
  t.deepEqual(rewritten.spec.volumes, [
    { name: 'data', emptyDir: {} },
    { name: 'podorder-bin', emptyDir: {} },
    { name: 'podorder-run', emptyDir: {} },
  ])
  t.is(rewritten.spec['serviceAccountName'], 'shop')
})

test('a rewritten pod is the very same pod afterwards', (t) => {
  const once = rewritePod(POD, ORDER, OPTIONS)
  t.is(rewritePod(once, ORDER, OPTIONS), once)
})

test('a pod without an order is the very same pod afterwards', (t) => {
  t.is(rewritePod(POD, { ...ORDER, containers: [], edges: [] }, OPTIONS), POD)
})

test('another root is used throughout', (t) => {
  const { spec } = rewritePod(POD, ORDER, { ...OPTIONS, root: '/opt/order' })
  t.false(JSON.stringify(spec).includes('"/podorder'))
  t.is(spec.containers[0]?.command?.[0], '/opt/order/bin/entrypoint')
})

test('what others have done to the init container stays, and it learns of new containers', (t) => {
  const once = rewritePod(POD, ORDER, OPTIONS)
  const [init, proxy] = once.spec.initContainers ?? []
  const moved = [proxy, { ...init, image: 'mirror/podorder:1', imagePullPolicy: 'Always' }] as readonly Container[]
  const seen: PodTemplate = { ...once, spec: { ...once.spec, initContainers: moved } }
  t.is(rewritePod(seen, ORDER, OPTIONS), seen)

  const twice = rewritePod(
    seen,
    { ...ORDER, containers: ['db', 'other', 'app'] },
    { ...OPTIONS, commandOf: () => ({ words: ['x'] }) },
  )
  t.is(twice.spec.initContainers?.[0], proxy)
  t.is(twice.spec.initContainers?.[1]?.image, 'mirror/podorder:1')
  t.is(twice.spec.initContainers?.[1]?.args?.at(-1), '--containers=db,other,app')
  t.deepEqual(twice.spec.containers[0], once.spec.containers[0])
})

test('an entrypoint of the user’s own, without our volumes, is a command like any other', (t) => {
  const container = { name: 'db', command: ['/podorder/bin/entrypoint'], args: ['--', 'x'] }
  const { spec } = rewritePod(
    { spec: { containers: [container] } },
    { ...ORDER, containers: ['db'], edges: [] },
    OPTIONS,
  )
  t.deepEqual(spec.containers[0]?.args?.slice(-4), ['--', '/podorder/bin/entrypoint', '--', 'x'])
})

const IMAGE_ONLY: readonly Container[] = [
  { name: 'db', image: 'db', args: ['--fast'] },
  { name: 'other', image: 'other' },
  { name: 'app', image: 'app', command: [] },
]

test('a command that only the image knows is missed, and taken from the caller', (t) => {
  const pod: PodTemplate = { spec: { containers: IMAGE_ONLY } }
  t.deepEqual(missingCommands(pod, ORDER), [IMAGE_ONLY[0], IMAGE_ONLY[2]])
  const commandOf = ({ image = '', args = [] }: Container) => ({ words: [`/bin/${image}`, ...args] })
  const [db, , app] = rewritePod(pod, ORDER, { ...OPTIONS, commandOf }).spec.containers
  t.deepEqual(db?.args?.slice(-3), ['--', '/bin/db', '--fast'])
  t.deepEqual(app?.args?.slice(-2), ['--', '/bin/app'])
  t.throws(() => rewritePod(pod, ORDER, OPTIONS), { message: 'the command of container db is not known' })
})

test('Kubernetes’ defaults count where the pod says nothing', (t) => {
  const order: Order = { ...ORDER, stopOrder: 'reverse' }
  const { restartPolicy: _, ...spec } = POD.spec
  const args = rewritePod({ spec }, order, OPTIONS).spec.containers[0]?.args?.join(' ') ?? ''
  t.regex(args, /--restart-policy=Always/)
  t.regex(args, /--stop-wait=28\.5s --grace-period=30s/)
})

const word = fc.string({ maxLength: 5 })
const extras = fc.record(
  {
    command: fc.array(word, { minLength: 1, maxLength: 3 }),
    args: fc.array(word, { maxLength: 3 }),
    tty: fc.boolean(),
  },
  { requiredKeys: ['command'] },
)
const arbitraryPod = fc
  .tuple(arbitraryOrder, fc.infiniteStream(extras), fc.infiniteStream(fc.boolean()))
  .map(([order, extra, others]) => {
    const containers: Container[] = []
    for (const name of order.containers) {
      containers.push({ name, ...extra.next().value })
      if (others.next().value === true) containers.push({ name: `${name}-other`, ...extra.next().value })
    }
    return { order, pod: { spec: { containers } } }
  })

test('property: twice is once', (t) => {
  fc.assert(
    fc.property(arbitraryPod, ({ order, pod }) => {
      const once = rewritePod(pod, order, OPTIONS)
      t.deepEqual(rewritePod(structuredClone(once), order, OPTIONS), once)
    }),
  )
})

const labels: fc.Arbitrary<object> = fc.constantFrom(
  {},
  { labels: {} },
  { labels: null },
  { labels: { app: 'shop' } },
  { labels: { 'podorder.io/ordered': 'true' } },
)

test('property: eject takes all of it back, the volume and the label for sidecars too', (t) => {
  fc.assert(
    fc.property(arbitraryPod, labels, ({ order, pod }, more) => {
      const before = { metadata: { ...more, annotations: { a: 'b' } }, ...pod }
      const after = rewritePod(before, order, OPTIONS)
      const attends = order.outside.some(({ target }) => target.kind === 'sidecar')
      t.is(after.spec.volumes?.some(({ name }) => name === 'podorder-downward') === true, attends)
      if (attends) t.is(after.metadata?.labels?.['podorder.io/ordered'], 'true')
      t.deepEqual(restorePod(after).template, before)
    }),
  )
})

test('property: behind the -- stand the container’s own words, and no path is mounted twice', (t) => {
  fc.assert(
    fc.property(arbitraryPod, ({ order, pod }) => {
      const flagsOf = writeWrapperFlags(order, {
        runDir: '/podorder/run',
        downwardDir: '/podorder/downward',
        restartsOf: () => ({ policy: 'Always', rules: [] }),
        graceMs: 30_000,
      })
      const { containers } = rewritePod(pod, order, OPTIONS).spec
      pod.spec.containers.forEach((container, index) => {
        const { args = [], volumeMounts = [], ...rest } = containers[index] ?? { name: '' }
        if (!order.containers.includes(container.name)) {
          t.is(containers[index], container)
          return
        }
        const { args: own = [], command = [], ...kept } = container
        t.deepEqual(args, [...flagsOf(container.name, writeProbing(container)), '--', ...command, ...own])
        t.deepEqual(rest, { ...kept, command: ['/podorder/bin/entrypoint'] })
        const attends = order.outside.some(
          (wait) => wait.container === container.name && wait.target.kind === 'sidecar',
        )
        t.is(volumeMounts.length, attends ? 4 : 3)
        t.is(new Set(volumeMounts.map(({ mountPath }) => mountPath)).size, volumeMounts.length)
      })
    }),
  )
})

test('a manifest grows by as much for the 1,000th container of a chain as for the 10th', (t) => {
  const sizeOf = (count: number): number => {
    const containers = Array.from({ length: count }, (_, index) => `c${String(index).padStart(4, '0')}`)
    const edges = containers.slice(1).map((container, index) => ({
      ...{ container, target: containers[index] ?? '', condition: 'completed' as const, optional: false },
      at: { line: 1, column: 1 },
    }))
    const pod = { spec: { containers: containers.map((name) => ({ name, command: ['true'] })) } }
    return JSON.stringify(rewritePod(pod, { ...ORDER, containers, edges }, OPTIONS)).length
  }
  t.is(sizeOf(1000) - sizeOf(999), sizeOf(10) - sizeOf(9))
})
