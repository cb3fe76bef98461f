import test from 'ava'
import { parseQuantity } from '../../src/pod/quantity.ts'
import { buildEnvironment } from '../../src/run/environment.ts'
import { gatherFacts, readField, readResource } from '../../src/run/fields.ts'
import { collectSources } from '../../src/pod/sources.ts'
import { listVolumeFiles } from '../../src/run/volume-files.ts'

const MACHINE = { hostName: 'desk', cores: 4, memoryBytes: 8 * 2 ** 30 }
const app = {
  name: 'app',
  resources: { limits: { cpu: '1500m', memory: '64Mi' }, requests: { memory: '32Mi' } },
}
const facts = gatherFacts(
  {
    metadata: { name: 'shop', labels: { tier: 'web', app: 'a "b"\nc' }, annotations: { note: 'x' } },
    spec: { containers: [app, { name: 'bare' }] },
  },
  'unused',
  'uid-1',
  MACHINE,
)
const given = collectSources([
  {
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { MODE: 'fast', url: 'http://x' },
    binaryData: { raw: 'AAE=' },
  },
  {
    kind: 'List',
    items: [{ kind: 'Secret', metadata: { name: 'login' }, data: { user: 'YWRh' }, stringData: { pass: 's3' } }],
  },
])
const input = { facts, given }

for (const [path, value] of [
  ['metadata.name', 'shop'],
  ['metadata.namespace', 'default'],
  ['metadata.uid', 'uid-1'],
  [`metadata.labels['tier']`, 'web'],
  [`metadata.labels['none']`, ''],
  ['metadata.labels', 'app="a \\"b\\"\\nc"\ntier="web"'],
  [`metadata.annotations['note']`, 'x'],
  ['spec.nodeName', 'desk'],
  ['spec.serviceAccountName', 'default'],
  ['status.podIP', '127.0.0.1'],
  ['status.phase', undefined],
  ['metadata.toString', undefined],
] as const) {
  test(`fieldRef ${path}`, (t) => t.is(readField(path, facts), value))
}

for (const [ref, value] of [
  [{ resource: 'limits.cpu' }, '2'],
  [{ resource: 'limits.cpu', divisor: '1m' }, '1500'],
  [{ resource: 'limits.memory', divisor: '1Mi' }, '64'],
  [{ resource: 'requests.memory' }, String(32 * 2 ** 20)],
  [{ resource: 'requests.cpu', divisor: '1m' }, '1500'],
  [{ resource: 'limits.cpu', containerName: 'bare' }, '4'],
  [{ resource: 'requests.cpu', containerName: 'bare' }, '0'],
  [{ resource: 'limits.memory', containerName: 'bare', divisor: '1Gi' }, '8'],
  [{ resource: 'limits.gpu' }, undefined],
  [{ resource: 'limits.cpu', containerName: 'nobody' }, undefined],
] as const) {
  test(`resourceFieldRef ${JSON.stringify(ref)}`, (t) => t.is(readResource(ref, 'app', facts), value))
}

test('quantities: decimal, binary, exponents; and what is none', (t) => {
  t.deepEqual(['1', '500m', '2k', '1Ki', '1.5Gi', '1e3', '2E', 'x', '1Kb', ''].map(parseQuantity), [
    1,
    0.5,
    2000,
    1024,
    1.5 * 2 ** 30,
    1000,
    2e18,
    undefined,
    undefined,
    undefined,
  ])
})

test('the environment: envFrom first, env after it and over it, references to earlier ones only', (t) => {
  const built = buildEnvironment(
    {
      name: 'app',
      envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'S_' }, { secretRef: { name: 'none', optional: true } }],
      env: [
        { name: 'S_MODE', value: 'slow' },
        { name: 'LATER', value: '$(USER_NAME) $(S_MODE) $(S_url) $$(S_url)' },
        { name: 'USER_NAME', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CORES', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'GONE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none', optional: true } } },
        { name: 'EMPTY' },
      ],
    },
    input,
  )
  t.deepEqual(built.kind === 'environment' ? Object.fromEntries(built.values) : built, {
    S_MODE: 'slow',
    S_url: 'http://x',
    S_raw: '\u0000\u0001',
    LATER: '$(USER_NAME) slow http://x $(S_url)',
    USER_NAME: 'ada',
    POD: 'shop',
    CORES: '2',
    EMPTY: '',
  })
})

for (const [what, container, problem] of [
  ['a ConfigMap', { envFrom: [{ configMapRef: { name: 'x' } }] }, 'envFrom: there is no configMap "x"'],
  [
    'a key',
    { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'login', key: 'x' } } }] },
    'env A: the secret "login" has no key "x"',
  ],
  [
    'a field',
    { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] },
    'env A: the downward API has no "status.phase"',
  ],
] as const) {
  test(`${what} that is not there is told of by name`, (t) => {
    t.deepEqual(buildEnvironment({ name: 'app', ...container }, input), { kind: 'problem', problem })
  })
}

test('the files of volumes', (t) => {
  const list = (source: object) => listVolumeFiles({ name: 'v', ...source }, facts, given)
  t.deepEqual(list({ emptyDir: {} }), [])
  t.deepEqual(list({ configMap: { name: 'settings', items: [{ key: 'MODE', path: 'a/mode' }], defaultMode: 0o400 } }), [
    { path: 'a/mode', content: { text: 'fast' }, mode: 0o400 },
  ])
  t.deepEqual(
    list({
      projected: {
        sources: [
          { secret: { name: 'login', items: [{ key: 'user', path: 'user', mode: 0o600 }] } },
          { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    }),
    [
      { path: 'user', content: { base64: 'YWRh' }, mode: 0o600 },
      { path: 'name', content: { text: 'shop' }, mode: 0o644 },
    ],
  )
  t.deepEqual(list({ secret: { secretName: 'x' } }), { problem: 'there is no secret "x"' })
  t.deepEqual(list({ secret: { secretName: 'x', optional: true } }), [])
})
