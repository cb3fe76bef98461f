import test from 'ava'
import { chooseInitResources } from '../../src/rewrite/init-resources.ts'

const LITTLE = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } }

const spec = (...resources: readonly object[]) => ({
  containers: resources.map((each, index) => ({ name: `c${index}`, resources: each })),
})
const both = (cpu: unknown, memory: unknown) => ({ requests: { cpu, memory }, limits: { cpu, memory } })

const KEPT: Readonly<Record<string, readonly [ReturnType<typeof spec>, unknown]>> = {
  'of two containers the larger CPU': [spec(both('250m', '1Gi'), both('1.5', '64Mi')), '1.5'],
  'limits without requests, which are the same then': [spec({ limits: { cpu: 1, memory: '1Gi' } }), 1],
  'the same amount in two spellings': [
    spec({ requests: { cpu: 1, memory: '1024Mi' }, limits: { cpu: '1000m', memory: '1Gi' } }),
    '1000m',
  ],
}

for (const [name, [pod, cpu]] of Object.entries(KEPT)) {
  test(`a Guaranteed pod stays one: ${name}`, (t) => {
    t.deepEqual(chooseInitResources(pod), { requests: { cpu, memory: '64Mi' }, limits: { cpu, memory: '64Mi' } })
  })
}

const OTHERS = {
  'no limits at all': spec({}),
  'one container without': spec(both('1', '1Gi'), {}),
  'a request below its limit': spec({ requests: { cpu: '500m' }, limits: { cpu: '1', memory: '1Gi' } }),
  'memory only': spec({ limits: { memory: '1Gi' } }),
  'limits of nothing': spec(both('0', '0')),
  'an init container without': { ...spec(both('1', '1Gi')), initContainers: [{ name: 'setup' }] },
  'resources of the pod as a whole that say nothing': { ...spec({}), resources: { limits: {}, requests: null } },
}

for (const [name, pod] of Object.entries(OTHERS)) {
  test(`little is asked for otherwise: ${name}`, (t) => {
    t.deepEqual(chooseInitResources(pod), LITTLE)
  })
}

test('nothing is asked for beside resources of the pod as a whole', (t) => {
  t.deepEqual(chooseInitResources({ ...spec({}), resources: { limits: { memory: '48Mi' } } }), {})
  t.deepEqual(chooseInitResources({ ...spec(both('1', '1Gi')), resources: both('2', '2Gi') }), {})
})
