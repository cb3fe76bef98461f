/** For any order and any states: one sentence for each container, and origins that are really not as they are waited for. */
import test from 'ava'
import * as fc from 'fast-check'
import { explainPod } from '../../src/explain/explanation.ts'
import type { Order } from '../../src/order/order.ts'
import type { PodTemplate, RestartPolicy } from '../../src/pod/pod.ts'
import { rewritePod } from '../../src/rewrite/rewrite.ts'
import { arbitraryOrder } from '../support/arbitrary-order.ts'
import {
  ago,
  crashing,
  creating,
  ended,
  giveStatus,
  makePod,
  NOW,
  print,
  running,
  type Status,
  waiting,
} from '../support/explained.ts'

const probe = { tcpSocket: { port: 80 } }

const arbitrarySpec = fc.constantFrom<object>(
  {},
  { readinessProbe: probe },
  { startupProbe: probe },
  { livenessProbe: probe },
  { livenessProbe: { ...probe, initialDelaySeconds: 9 }, readinessProbe: probe },
)

const arbitraryStatus: fc.Arbitrary<Status | undefined> = fc.oneof(
  fc.constantFrom<Status | undefined>(
    undefined,
    creating,
    waiting('ErrImagePull', 'no such image'),
    waiting('CreateContainerConfigError', 'secret "x" not found'),
    crashing(3, 2),
    crashing(0, 2),
    crashing(124, 1),
    ended(128, 5, 0, { reason: 'StartError', message: 'exec: not found' }),
  ),
  fc
    .record({ ready: fc.boolean(), started: fc.boolean(), restartCount: fc.nat({ max: 2 }) })
    .map((signs) => running(600, signs)),
  fc
    .tuple(fc.constantFrom(0, 0, 1, 1, 3, 124, 137), fc.nat({ max: 50 }), fc.nat({ max: 4000 }))
    .map((times) => ended(...times)),
)

const arbitraryCase = fc.record({
  order: arbitraryOrder,
  policy: fc.constantFrom<RestartPolicy>('Never', 'OnFailure', 'Always'),
  specs: fc.array(arbitrarySpec, { minLength: 12, maxLength: 12 }),
  statuses: fc.array(arbitraryStatus, { minLength: 12, maxLength: 12 }),
  deleted: fc.constantFrom<'no' | 'now' | 'long ago' | 'and gone'>('no', 'no', 'now', 'long ago', 'and gone'),
})

interface Known {
  readonly spec: object
  readonly status: Status | undefined
}

/** What nobody can be waiting for any more, told from nothing but the status of the one that is waited for. */
function isSurelyMet(condition: string, { spec, status }: Known, policy: RestartPolicy): boolean {
  const { state, ready, started } = (status ?? {}) as {
    state?: { terminated?: { exitCode: number; reason: string }; running?: object }
    ready?: boolean
    started?: boolean
  }
  const end = state?.terminated
  if (end?.exitCode === 0)
    return (
      ['completed', 'ended'].includes(condition) || (policy !== 'Always' && ['started', 'ready'].includes(condition))
    )
  if (end !== undefined)
    return policy === 'Never' && end.reason !== 'StartError' && ['failed', 'ended'].includes(condition)
  const measured = 'readinessProbe' in spec && !('livenessProbe' in spec)
  return (
    state?.running !== undefined &&
    ready === true &&
    started === true &&
    measured &&
    ['started', 'ready'].includes(condition)
  )
}

test('each container gets one sentence, and every origin is not as it is waited for', (t) => {
  fc.assert(
    fc.property(arbitraryCase, ({ order, policy, specs, statuses, deleted }) => {
      const known = new Map(
        order.containers.map((name, index): [string, Known] => [
          name,
          { spec: specs[index] ?? {}, status: statuses[index] },
        ]),
      )
      const explanation = explainPod(
        build(order, policy, known, deleted),
        order,
        [],
        Date.parse(NOW),
        deleted === 'and gone',
      )
      t.deepEqual(
        explanation.containers.map(({ name }) => name).toSorted(),
        [...order.containers, 'podorder-init'].toSorted(),
      )
      t.notRegex(print(explanation), /undefined|NaN|null|\[object|\(\)|\bfor ,|\bfor ;/)
      const found = new Map(explanation.containers.map((finding) => [finding.name, finding]))
      for (const { name, rank, message, origins } of explanation.containers) {
        t.regex(message, /^[a-z].*\S$/u)
        if (rank === 'fine') t.deepEqual(origins, [], `${name}: ${message}`)
        for (const origin of origins.filter((one) => found.has(one))) {
          t.not(found.get(origin)?.rank, 'fine', `${name} names ${origin}: ${message}`)
          t.not(origin, name)
          if (deleted !== 'no') continue
          const awaited = order.edges.filter((edge) => edge.target === origin)
          const target = known.get(origin)
          t.true(
            target !== undefined && awaited.some(({ condition }) => !isSurelyMet(condition, target, policy)),
            `${name} names ${origin}: ${message}`,
          )
        }
      }
    }),
    { numRuns: 500 },
  )
})

function build(order: Order, policy: RestartPolicy, known: ReadonlyMap<string, Known>, deleted: string): PodTemplate {
  const containers = Object.fromEntries(
    [...known].map(([name, { spec, status }]) => [
      name,
      status === undefined ? ([spec] as const) : ([spec, status] as const),
    ]),
  )
  const at = { deletionTimestamp: deleted === 'now' ? NOW : ago(4000), deletionGracePeriodSeconds: 30 }
  const metadata = deleted === 'no' ? {} : at
  const pod = makePod({ metadata, spec: { restartPolicy: policy }, containers })
  return giveStatus(rewritePod(pod, order, { image: 'podorder:1' }), { containers })
}
