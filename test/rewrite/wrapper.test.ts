import test from 'ava'
import * as fc from 'fast-check'
import { readPlan } from '../../src/entrypoint/plan.ts'
import type { Order } from '../../src/order/order.ts'
import { planStops } from '../../src/order/stopping.ts'
import { parseOutside } from '../../src/order/outside-target.ts'
import type { RestartPolicy } from '../../src/pod/pod.ts'
import { diesForGood, type Restarts } from '../../src/pod/restarts.ts'
import { writeProbing } from '../../src/probe/wrapper-probes.ts'
import { writeWrapperFlags } from '../../src/rewrite/wrapper.ts'
import { expand } from '../../src/pod/expand.ts'
import { arbitraryOrder } from '../support/arbitrary-order.ts'

const SETTINGS = {
  runDir: '/podorder/run',
  downwardDir: '/podorder/downward',
  restartsOf: (): Restarts => ({ policy: 'Never', rules: [] }),
  graceMs: 30_000,
} as const

const edge = { condition: 'ready', optional: false, at: { line: 1, column: 1 } } as const

const UNPROBED = writeProbing({ name: 'plain' })

const ORDER: Order = {
  containers: ['db', 'migrate', 'app'],
  edges: [
    { ...edge, container: 'migrate', target: 'db', timeoutMs: 90_000 },
    { ...edge, container: 'app', target: 'migrate', condition: 'completed' },
    { ...edge, container: 'app', target: 'db', optional: true },
  ],
  outside: [],
  main: ['app'],
  stopOrder: 'reverse',
  waitTimeoutMs: 3_600_000,
  sidecars: new Set<string>(),
  options: new Map(),
}

const flags = (container: string, order = ORDER, restartPolicy: RestartPolicy = 'Never'): string =>
  writeWrapperFlags(order, { ...SETTINGS, restartsOf: () => ({ policy: restartPolicy, rules: [] }) })(
    container,
    UNPROBED,
  ).join(' ')

test('the flags of each container say what the order says of it', (t) => {
  t.is(
    flags('db'),
    '--run-dir=/podorder/run --name=db --restart-policy=Never --wait-timeout=1h --stop-file=/podorder/run/app/ended' +
      ' --stop-after=migrate --stop-after=app --stop-wait=28.5s --grace-period=30s',
  )
  t.is(
    flags('migrate'),
    '--run-dir=/podorder/run --name=migrate --restart-policy=Never' +
      ' --wait-file=/podorder/run/db/ready --wait-file-timeout=/podorder/run/db/ready=1m30s --wait-timeout=1h' +
      ' --stop-file=/podorder/run/app/ended --stop-before=db --stop-kill=28s --grace-period=30s',
  )
  t.is(
    flags('app'),
    '--run-dir=/podorder/run --name=app --restart-policy=Never' +
      ' --wait-file=/podorder/run/migrate/completed --wait-file=/podorder/run/db/ready' +
      ' --wait-file-optional=/podorder/run/db/ready --wait-timeout=1h --stop-before=db --stop-kill=28s --grace-period=30s',
  )
})

test('only what restartPolicy Always would run again is held', (t) => {
  const held = (restartPolicy: RestartPolicy) =>
    ORDER.containers.filter((container) => flags(container, ORDER, restartPolicy).includes('--hold'))
  t.deepEqual(held('Always'), ['migrate'])
  t.deepEqual(held('OnFailure'), [])
  t.deepEqual(held('Never'), [])
})

test('without main, nobody is stopped because others have ended', (t) => {
  t.false(flags('db', { ...ORDER, main: [] }).includes('--stop-file'))
})

test('containers outside every chain of stops, and a pod that stops together, keep the kubelet’s way', (t) => {
  const together: Order = { ...ORDER, main: [], stopOrder: 'together' }
  for (const container of together.containers) t.notRegex(flags(container, together), /--stop|--grace/)
  const batch: Order = { ...ORDER, main: [], edges: ORDER.edges.filter(({ condition }) => condition === 'completed') }
  for (const container of batch.containers) t.notRegex(flags(container, batch), /--stop|--grace/)
})

test('property: the entrypoint reads back what the order said', (t) => {
  const restarts: fc.Arbitrary<Restarts> = fc.record({
    policy: fc.constantFrom<RestartPolicy>('Always', 'OnFailure', 'Never'),
    rules: fc.array(
      fc.record({
        action: fc.constantFrom('Restart', 'RestartAllContainers'),
        operator: fc.constantFrom('In', 'NotIn'),
        codes: fc.subarray([0, 1, 42, 137, 255]),
      }),
      { maxLength: 3 },
    ),
  })
  fc.assert(
    fc.property(arbitraryOrder, fc.array(restarts, { minLength: 1, maxLength: 4 }), (order, drawn) => {
      const restartsOf = (name: string) => drawn[order.containers.indexOf(name) % drawn.length] as Restarts
      const flagsOf = writeWrapperFlags(order, { ...SETTINGS, restartsOf })
      const stops = planStops(order, SETTINGS.graceMs)
      for (const container of order.containers) {
        // As the kubelet hands them over.
        const flags = flagsOf(container, UNPROBED).map((flag) => expand(flag, new Map([['PATH', '/bin']])))
        const reading = readPlan([...flags, '--', 'true'], '/')
        if (reading.kind !== 'plan') throw new Error(`${container}: ${JSON.stringify(reading)}`)
        const { plan } = reading
        t.is(plan.ownDir, `/podorder/run/${container}`)
        t.deepEqual(plan.restarts, restartsOf(container))
        // Of each one that it looks at it knows whether that comes back from a death without a word.
        for (const { path } of [...plan.waits, ...plan.stopFiles]) {
          const [owner = ''] = path.replace('/podorder/run/', '').split('/')
          t.is((plan.policies.get(owner) ?? plan.restarts.policy) === 'Never', diesForGood(restartsOf(owner)))
        }
        t.is(plan.waitTimeoutMs, order.waitTimeoutMs)
        t.deepEqual(
          plan.restartWith.map(({ label }) => label),
          order.edges
            .filter(({ target, restart }) => target === container && restart !== undefined)
            .map((each) => `${each.container}/stopped`),
        )
        const said = order.options.get(container)
        t.is(plan.retry.times, said?.retries ?? 0)
        t.is(plan.retry.delayMs, said?.retryDelay ?? 1000)
        t.is(plan.retry.maxDelayMs, said?.retryMaxDelay ?? 300_000)
        t.is(plan.timeoutMs, said?.timeout)
        t.is(plan.continueOnError, said?.onError === 'continue')
        t.is(plan.quiet, said?.quiet ?? false)
        t.is(plan.logFormat, said?.logFormat ?? 'text')
        t.deepEqual(
          plan.waits.map(({ label, timeoutMs, optional, restart }) => ({ label, timeoutMs, optional, restart })),
          order.edges
            .filter((edge) => edge.container === container)
            .map(({ target, condition, timeoutMs, optional, restart }) => ({
              label: `${target}/${condition}`,
              timeoutMs,
              optional,
              restart,
            })),
        )
        const waits = order.outside.filter((wait) => wait.container === container)
        t.deepEqual(
          (plan.outside?.waits ?? []).map(({ label, timeoutMs, optional }) => ({
            ...{ target: parseOutside(label), timeoutMs, optional },
          })),
          waits.map(({ target, timeoutMs, optional }) => ({ target, timeoutMs, optional })),
        )
        const attends = waits.some(({ target }) => target.kind === 'sidecar')
        t.is(plan.outside?.downwardDir, attends ? '/podorder/downward' : undefined)
        t.deepEqual(
          plan.stopFiles.map(({ label }) => label),
          order.main.includes(container) ? [] : order.main.map((name) => `${name}/ended`),
        )
        const stop = stops.get(container)
        t.deepEqual(
          plan.stopAfter.map(({ label }) => label),
          (stop?.after ?? []).map((name) => `${name}/stopped`),
        )
        t.deepEqual(
          plan.stopBefore.map(({ label }) => label),
          (stop?.before ?? []).map((name) => `${name}/stopped`),
        )
        t.is(plan.stopWaitMs, stop === undefined || stop.after.length === 0 ? undefined : stop.waitMs)
        t.is(plan.stopKillMs, stop?.killMs)
        t.is(plan.graceGiven, stop !== undefined)
        if (stop !== undefined) t.is(plan.graceMs, SETTINGS.graceMs)
      }
    }),
  )
})

test('a wrapper with nothing left to do after the start leaves the place to the command', (t) => {
  const steps: Order = {
    ...ORDER,
    containers: ['a', 'b'],
    edges: [{ ...edge, container: 'b', target: 'a', condition: 'completed' }],
    main: [],
    stopOrder: 'together',
  }
  const flagsOf = writeWrapperFlags(steps, SETTINGS)
  const isExec = (container: string, probes: object) =>
    flagsOf(container, writeProbing({ name: container, ...probes })).includes('--exec')
  t.true(isExec('b', {}))
  t.false(isExec('a', {}), 'somebody waits for its end')
  const probe = { tcpSocket: { port: 80 } }
  t.true(isExec('b', { livenessProbe: probe }))
  t.true(isExec('b', { readinessProbe: probe }), 'nobody waits for it to be ready')
  t.false(isExec('b', { livenessProbe: { ...probe, initialDelaySeconds: 5 } }), 'it is to be told that it lives, later')
  t.false(isExec('b', { startupProbe: probe }), 'its startup is enforced')
  t.false(isExec('b', { lifecycle: { postStart: { exec: { command: ['true'] } } } }), 'its hook is to be run')
  t.false(
    writeWrapperFlags({ ...steps, main: ['a'] }, SETTINGS)('b', UNPROBED).includes('--exec'),
    'it is stopped with main',
  )
  t.false(
    writeWrapperFlags({ ...ORDER, main: [] }, SETTINGS)('app', UNPROBED).includes('--exec'),
    'others stop after it',
  )
})

test('a container that the wrapper may have to kill gets the pod’s own grace period', (t) => {
  const together: Order = { ...ORDER, main: [], stopOrder: 'together' }
  const flagsOf = writeWrapperFlags(together, SETTINGS)
  const startupProbe = { tcpSocket: { port: 80 } }
  t.true(flagsOf('db', writeProbing({ name: 'db', startupProbe })).includes('--grace-period=30s'))
  t.false(flagsOf('db', writeProbing({ name: 'db', readinessProbe: startupProbe })).some((flag) => /grace/.test(flag)))
})

test('exec of the options: a wrapper leaves that has nothing to do, though others waited for the start; or stays', (t) => {
  const order: Order = {
    ...ORDER,
    main: [],
    stopOrder: 'together',
    edges: [{ ...edge, container: 'app', target: 'db' }],
  }
  const isExec = (exec: 'may' | 'never', container: string, edges = order.edges, probes: object = {}) =>
    writeWrapperFlags(
      { ...order, edges, sidecars: new Set<string>(), options: new Map([[container, { exec, places: {} }]]) },
      SETTINGS,
    )(container, writeProbing({ name: container, ...probes })).includes('--exec')
  const readinessProbe = { tcpSocket: { port: 80 } }
  t.true(isExec('may', 'db'))
  t.false(isExec('may', 'db', order.edges, { readinessProbe }), 'its probe tells when it is ready')
  t.true(isExec('may', 'db', [{ ...edge, container: 'app', target: 'db', condition: 'started' }], { readinessProbe }))
  t.false(isExec('may', 'db', [{ ...edge, container: 'app', target: 'db', condition: 'ended' }]))
  t.true(isExec('may', 'app'))
  t.false(isExec('never', 'app'))
})

test('the stop signal is what the manifest says, else what is known of the image; one that nobody can take is left out', (t) => {
  const signalOf = (said: string | undefined, lifecycle: object = {}) => {
    const order: Order =
      said === undefined ? ORDER : { ...ORDER, options: new Map([['db', { stopSignal: said, places: {} }]]) }
    const flags = writeWrapperFlags(order, SETTINGS)('db', writeProbing({ name: 'db', lifecycle }))
    return flags.find((flag) => flag.startsWith('--stop-signal='))
  }
  t.is(signalOf(undefined), undefined)
  t.is(signalOf('quit'), '--stop-signal=SIGQUIT')
  t.is(signalOf('quit', { stopSignal: 'SIGRTMIN+3' }), '--stop-signal=SIGRTMIN+3')
  t.is(signalOf(undefined, { stopSignal: '$(HOME) --x' }), undefined)
  t.is(signalOf('KILL'), undefined)
})

test('a probe with a grace period of its own leaves less time to find out who stops too', (t) => {
  const livenessProbe = { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 4 }
  const flags = writeWrapperFlags(ORDER, SETTINGS)('db', writeProbing({ name: 'db', livenessProbe }))
  t.true(flags.includes('--stop-alone=1s'), flags.join(' '))
})
