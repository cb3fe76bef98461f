/** What check, inject and the webhook say of times and signals of stops. */
import test from 'ava'
import { readManifest, readNested } from '../../src/manifest/yaml.io.ts'
import { readPodOrder } from '../../src/order/pod-order.ts'

interface Given {
  readonly graceS?: unknown
  readonly options?: string
  /** By container, what stands below `lifecycle`. */
  readonly lifecycle?: Readonly<Record<string, object>>
  readonly dependsOn?: object
}

const CHAIN = { web: { app: 'ready' }, app: { db: 'ready' } }

function check({ graceS, options, lifecycle = {}, dependsOn = CHAIN }: Given) {
  const names = [...new Set(['db', 'app', 'web', ...Object.keys(dependsOn)])]
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      annotations: {
        'podorder.io/depends-on': JSON.stringify(dependsOn),
        ...(options === undefined ? {} : { 'podorder.io/options': options }),
      },
    },
    spec: {
      restartPolicy: 'Always',
      ...(graceS === undefined ? {} : { terminationGracePeriodSeconds: graceS }),
      containers: names.map((name) => ({
        ...{ name, image: 'x', command: ['x'], readinessProbe: { tcpSocket: { port: 80 } } },
        ...(lifecycle[name] === undefined ? {} : { lifecycle: lifecycle[name] }),
      })),
    },
  }
  const [document] = readManifest(JSON.stringify(pod)).documents
  if (document === undefined) throw new Error('no document')
  const { faults, warnings } = readPodOrder(document.tree(), readNested)
  const say = (list: typeof faults) => list.map(({ what, fix }) => `${what}; ${fix}`)
  return { faults: say(faults), warnings: say(warnings) }
}

const NOTHING = { faults: [], warnings: [] }

test('what fits is not spoken of', (t) => {
  t.deepEqual(check({}), NOTHING)
  t.deepEqual(check({ graceS: 10 }), NOTHING)
  t.deepEqual(check({ options: 'db: {stopGracePeriod: 10s}\nweb: {stopGracePeriod: 15s}' }), NOTHING)
})

test('times that are said and do not fit are refused, with the sum and the way out', (t) => {
  const { faults } = check({ options: 'db: {stopGracePeriod: 20s}\nweb: {stopGracePeriod: 15s}' })
  t.deepEqual(faults, [
    'stopping web, app, db takes 35s one after another, and the pod has 30s (terminationGracePeriodSeconds); raise terminationGracePeriodSeconds to 37, or lower their stopGracePeriod',
  ])
})

test('a sleep before the stop counts; hooks alone are warned of, since the pod stops all the same', (t) => {
  const sleep = (seconds: number) => ({ preStop: { sleep: { seconds } } })
  t.deepEqual(check({ graceS: 60, lifecycle: { web: sleep(25), app: sleep(25) } }), NOTHING)
  const { faults, warnings } = check({ lifecycle: { web: sleep(20), app: sleep(15) } })
  t.deepEqual(faults, [])
  t.regex(warnings.join('\n'), /^stopping web, app, db takes 35s one after another, and the pod has 30s/)
  const both = check({ options: 'db: {stopGracePeriod: 16s}', lifecycle: { web: sleep(15) } })
  t.regex(both.faults.join('\n'), /takes 31s one after another/)
})

test('what is tight is warned of: little time for the first, or for a chain that says nothing', (t) => {
  const tight = check({ options: 'db: {stopGracePeriod: 14s}\nweb: {stopGracePeriod: 15s}' })
  t.deepEqual(tight.faults, [])
  t.regex(tight.warnings.join('\n'), /^stopping web, app, db one after another leaves little time/)
  for (const graceS of [0, 1, 3]) t.regex(check({ graceS }).warnings.join('\n'), /leaves little time/, String(graceS))
  const long = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`c${index + 1}`, { [`c${index}`]: 'ready' }]),
  )
  t.regex(check({ dependsOn: { ...long, c0: { db: 'ready' } } }).warnings.join('\n'), /… db \(22 containers\)/)
})

test('of two that follow the same one, the longer counts, not both', (t) => {
  const dependsOn = { app: { db: 'ready' }, web: { db: 'ready' } }
  t.deepEqual(check({ dependsOn, options: 'app: {stopGracePeriod: 20s}\nweb: {stopGracePeriod: 20s}' }), NOTHING)
})

test('signals that are none, or that nobody can take, are refused; a hook that always fails is warned of', (t) => {
  t.deepEqual(check({ lifecycle: { db: { stopSignal: 'SIGTREM' } } }).faults, [
    'unknown stop signal "SIGTREM"; did you mean "SIGTERM"?',
  ])
  t.regex(
    check({ options: 'db: {stopSignal: KILL}' }).faults.join('\n'),
    /^stopSignal is KILL, which no wrapper can catch/,
  )
  const odd = check({ lifecycle: { db: { stopSignal: 'SIGPWR' } } })
  t.deepEqual(odd.faults, [])
  t.regex(odd.warnings.join('\n'), /^stopSignal is SIGPWR, which no wrapper can catch/)
  t.deepEqual(check({ lifecycle: { db: { stopSignal: 'SIGRTMIN+3' } }, options: 'app: {stopSignal: INT}' }), NOTHING)
  const { faults, warnings } = check({ lifecycle: { db: { preStop: { tcpSocket: { port: 1 } } } } })
  t.deepEqual(faults, [])
  t.regex(warnings.join('\n'), /Kubernetes does not run preStop: tcpSocket/)
})
