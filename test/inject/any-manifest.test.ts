/** Whatever a manifest says, it is taken, or refused in words; nothing else happens. */
import test from 'ava'
import * as fc from 'fast-check'
import { check } from '../support/check.ts'
import { eject, inject } from '../support/inject.ts'

const ORIGINAL = '{"containers":{"a":{"command":1,"args":1}}}'

const arbitraryOdd = fc.oneof(
  fc.constantFrom(null, '', 0, true, 'text', [], {}, [null], [''], [{}], [[]], [{ name: null }], [{ name: 'a' }]),
  fc.constantFrom([{ name: 'podorder-init' }], [{ name: 'podorder-bin' }], [{ name: 'a', command: ['x'], args: 'y' }]),
)

/** Or left out. */
function arbitraryMap(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: fc.record(fields, { requiredKeys: [] }) }, arbitraryOdd)
}

const arbitraryContainer = arbitraryMap({
  name: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('a', 'b') }, arbitraryOdd),
  image: fc.oneof(fc.constant('x'), arbitraryOdd),
  command: fc.oneof({ weight: 4, arbitrary: fc.constant(['x']) }, arbitraryOdd),
  args: fc.oneof({ weight: 4, arbitrary: fc.constant(['--', 'y']) }, arbitraryOdd),
  env: arbitraryOdd,
  volumeMounts: arbitraryOdd,
  startupProbe: arbitraryOdd,
  lifecycle: arbitraryOdd,
})

const arbitraryList = fc.oneof(
  { weight: 6, arbitrary: fc.array(arbitraryContainer, { maxLength: 3 }) },
  { weight: 1, arbitrary: arbitraryOdd },
)

const arbitraryPod = fc.record(
  {
    metadata: arbitraryMap({
      labels: arbitraryOdd,
      annotations: arbitraryMap({
        'podorder.io/steps': fc.oneof({ weight: 4, arbitrary: fc.constantFrom('*', 'a, b') }, arbitraryOdd),
        'podorder.io/original': fc.oneof({ weight: 4, arbitrary: fc.constant(ORIGINAL) }, arbitraryOdd),
      }),
    }),
    spec: arbitraryMap({
      containers: arbitraryList,
      initContainers: arbitraryList,
      volumes: arbitraryOdd,
      securityContext: arbitraryOdd,
      restartPolicy: fc.constantFrom('Never', null, 5),
    }),
  },
  { requiredKeys: [] },
)

test('inject, eject and check end with a code and words', async (t) => {
  await fc.assert(
    fc.asyncProperty(arbitraryPod, fc.boolean(), async (pod, isTemplate) => {
      const document = isTemplate ? { kind: 'Deployment', spec: { template: pod } } : { kind: 'Pod', ...pod }
      const text = JSON.stringify(document)
      for (const command of [inject, eject, check]) {
        const { code, stderr } = await command('in.json', text)
        t.true(code === 0 || stderr !== '', text)
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 300) },
  )
})
