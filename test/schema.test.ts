/** What judges the manifests that podorder writes is judged itself, by what a real API server has said. */
import test from 'ava'
import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readManifest, readNested } from '../src/manifest/yaml.io.ts'
import { readOrder } from '../src/order/annotations.ts'
import { checkTemplate } from '../src/order/template-check.ts'
import { readTemplate } from '../src/manifest/template.ts'
import { arbitraryManifest } from './support/arbitrary-manifest.ts'
import { arbitraryPod } from './support/arbitrary-pod.ts'
import { checkRestricted, type PodSpec } from './support/pod-security.ts'
import { isKnownKind, validateObject } from './support/schema.ts'

const FIXTURES = new URL('fixtures/schema/', import.meta.url)

interface Refused {
  readonly fields: readonly string[]
  readonly body: object
}

const refused = JSON.parse(
  readFileSync(new URL('refused.json', FIXTURES), 'utf8').replaceAll(/<string of (\d+) bytes>/g, (_, length) =>
    'x'.repeat(Number(length)),
  ),
) as Readonly<Record<string, Refused>>

const accepted = JSON.parse(gunzipSync(readFileSync(new URL('accepted.json.gz', FIXTURES))).toString()) as Readonly<
  Record<string, object>
>

for (const [name, { fields, body }] of Object.entries(refused)) {
  test(`what the API server refused is refused, at ${fields.join(', ')}: ${name}`, (t) => {
    const paths = validateObject(body).map((fault) => fault.slice(0, fault.indexOf(': ')))
    t.deepEqual([...new Set(paths)], fields)
  })
}

for (const [name, object] of Object.entries(accepted)) {
  test(`what the API server took is taken: ${name}`, (t) => t.deepEqual(validateObject(object), []))
}

const FINE = {
  name: 'a',
  image: 'b',
  ports: [{ name: 'http', containerPort: 80 }],
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
}

/** What is said of a pod with this container, and this beside its containers. */
function judge(container: object, spec: object = {}): readonly string[] {
  return validateObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: { volumes: [{ name: 'v' }], containers: [{ ...FINE, ...container }], ...spec },
  })
}

test('what was added since the recording is taken', (t) => {
  t.deepEqual(judge({ lifecycle: { postStart: { sleep: { seconds: 1 } } } }), [])
  t.deepEqual(judge({}, { volumes: [{ name: 'v', image: { reference: 'a', pullPolicy: 'Never' } }] }), [])
  const sidecar = { name: 'i', image: 'b', restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 1 } } }
  t.deepEqual(judge({}, { initContainers: [sidecar] }), [])
  const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'NotIn', values: [0, 300] } }
  t.deepEqual(judge({ restartPolicy: 'OnFailure', restartPolicyRules: [rule] }), [])
  t.deepEqual(judge({ env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'a', key: 'A' } } }] }), [])
})

/** Rules that no recorded request broke. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  'a list for a text': judge({ image: ['b'] }),
  'a number among the words': judge({ args: ['a', 1] }),
  'no quantity': judge({ resources: { limits: { memory: '64MB' } } }),
  'a request above its limit': judge({ resources: { requests: { cpu: '1' }, limits: { cpu: '500m' } } }),
  'a mount that leaves its volume': judge({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a/../..' }] }),
  'a port named twice': judge({ ports: [...FINE.ports, { name: 'http', containerPort: 81 }] }),
  'no port': judge({ livenessProbe: { httpGet: { port: 65_536 } } }),
  'no handler': judge({ readinessProbe: { periodSeconds: 1 } }),
  'no command to execute': judge({ lifecycle: { preStop: { exec: {} } } }),
  'liveness by two successes': judge({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
  'more than 32 bits': judge({ startupProbe: { tcpSocket: { port: 1 }, failureThreshold: 2 ** 31 } }),
  'rules without a policy': judge({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In' } }] }),
  'a rule without codes': judge({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart' }] }),
  'an unknown action': judge({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'In' } }],
  }),
  'an equals sign in the name of a variable': judge({ env: [{ name: 'A=B', value: '' }] }),
  'both process namespaces': judge({}, { hostPID: true, shareProcessNamespace: true }),
  'a sleep beyond the grace period': judge({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
  'a stop signal without a system': judge({ lifecycle: { stopSignal: 'SIGINT' } }),
  'a stop signal that Windows has not': judge({ lifecycle: { stopSignal: 'SIGINT' } }, { os: { name: 'windows' } }),
  'a device where a volume is mounted': judge(
    { volumeDevices: [{ name: 'w', devicePath: '/v' }] },
    { volumes: [{ name: 'v' }, { name: 'w' }] },
  ),
  'a device of a volume that is mounted': judge({ volumeDevices: [{ name: 'v', devicePath: '/w' }] }),
  'the host in a user namespace': judge({}, { hostUsers: false, hostPID: true }),
  'options of Windows on Linux': judge(
    { securityContext: { windowsOptions: { runAsUserName: 'a' } } },
    { os: { name: 'linux' } },
  ),
  'a debugger in a template': validateObject({
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name: 'x' },
    template: {
      spec: { containers: [FINE], ephemeralContainers: [{ name: 'd', image: 'b' }], volumes: [{ name: 'v' }] },
    },
  }),
  'a kind of which nothing is known': validateObject({ apiVersion: 'apps/v2', kind: 'Deployment' }),
  'an item of a list': validateObject({
    apiVersion: 'v1',
    kind: 'List',
    items: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
  }),
}

for (const [name, faults] of Object.entries(BROKEN)) {
  test(`refused: ${name}`, (t) => t.is(faults.length, 1, faults.join('\n')))
}

const MANIFESTS = new URL('manifests/', import.meta.url)

for (const name of readdirSync(MANIFESTS).filter((folder) => !folder.startsWith('refused-'))) {
  test(`an API server takes what the case ${name} begins with`, (t) => {
    const folder = new URL(`${name}/`, MANIFESTS)
    const [file = ''] = readdirSync(folder).filter((entry) => /^in\.(?:yaml|json)$/.test(entry))
    const { documents, faults } = readManifest(readFileSync(new URL(file, folder), 'utf8'))
    t.deepEqual(faults, [])
    t.deepEqual(
      documents.filter(({ value }) => isKnownKind(value)).flatMap(({ value }) => validateObject(value)),
      [],
    )
  })
}

/** Faults by the standard "restricted", for each pod of a case. */
function checkSecurity(name: string): readonly string[] {
  const { documents } = readManifest(readFileSync(new URL(`${name}/in.yaml`, MANIFESTS), 'utf8'))
  return documents.flatMap(({ value }) => checkRestricted((value as { readonly spec: PodSpec }).spec))
}

test('the cases of each PodSecurity level are of that level', (t) => {
  t.deepEqual(checkSecurity('security-restricted'), [])
  t.true(checkSecurity('security-baseline').includes('db: capabilities are added'))
  t.true(checkSecurity('security-privileged').includes('dind: privileged'))
  t.true(checkSecurity('security-pod-runs-as-root').includes('b: runAsUser is 0'))
  t.true(checkSecurity('security-selinux').includes('b: SELinux options'))
  t.true(checkSecurity('host-pid').includes('pod: a namespace of the host'))
})

/** As `podorder inject` reads it: template, then order. */
function readFaults(text: string): readonly unknown[] {
  const { documents, faults } = readManifest(text)
  const [tree] = documents.map((document) => document.tree())
  if (tree === undefined) return faults
  return [...faults, ...checkTemplate(tree), ...readOrder({ ...readTemplate(tree), parse: readNested }).faults]
}

test('every random pod is one that an API server takes, and its order is without fault', (t) => {
  fc.assert(
    fc.property(arbitraryPod, (pod) => {
      t.deepEqual(validateObject(pod), [])
      t.deepEqual(readFaults(JSON.stringify(pod)), [])
    }),
  )
})

test('every random manifest parses into its pod', (t) => {
  fc.assert(
    fc.property(arbitraryManifest, ({ pod, text, format }) => {
      const { documents, faults } = readManifest(text)
      t.deepEqual(faults, [])
      t.deepEqual(
        documents.map(({ value }) => value),
        [pod],
      )
      if (format === 'json') t.deepEqual(JSON.parse(text), pod)
    }),
  )
})
