/** Keys with nothing behind them, as templates leave them when a list is empty: what is null is not there, in every command. */
import test from 'ava'
import { openPlace } from '../support/podorder.ts'

const POD_KEYS = ['initContainers', 'volumes', 'restartPolicy', 'terminationGracePeriodSeconds', 'securityContext']
const METADATA_KEYS = ['labels', 'namespace', 'generateName', 'creationTimestamp']
const CONTAINER_KEYS = [
  ...['args', 'env', 'envFrom', 'ports', 'volumeMounts', 'workingDir', 'resources', 'lifecycle', 'livenessProbe'],
  ...['readinessProbe', 'startupProbe', 'securityContext', 'restartPolicy', 'restartPolicyRules', 'tty', 'image'],
]

function writePod(name: string, where: 'metadata' | 'spec' | 'container', key: string): string {
  const at = (place: typeof where, indent: string): string => (place === where ? `${indent}${key}:\n` : '')
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
${at('metadata', '  ')}  annotations:
    podorder.io/depends-on: "web: {db: started}"
spec:
${at('spec', '  ')}  containers:
  - name: web
${key === 'image' ? '' : '    image: example/web:1\n'}    command: [web]
${at('container', '    ')}  - name: db
    image: example/db:1
    command: [db]
`
}

const PODS = [
  ...METADATA_KEYS.map((key) => writePod(`m-${key.toLowerCase()}`, 'metadata', key)),
  ...POD_KEYS.map((key) => writePod(`s-${key.toLowerCase()}`, 'spec', key)),
  ...CONTAINER_KEYS.map((key) => writePod(`c-${key.toLowerCase()}`, 'container', key)),
]

for (const words of [
  ['check', '--offline', 'pods.yaml'],
  ['inject', '-f', 'pods.yaml'],
  ['graph', 'pods.yaml'],
  ['graph', '--stop', '--format', 'mermaid', 'pods.yaml'],
  ['rbac', '-f', 'pods.yaml'],
]) {
  test(`${words.slice(0, -1).join(' ')}: a null is a missing key`, async (t) => {
    const place = openPlace(t)
    place.write('pods.yaml', PODS.join('---\n'))
    const { code, stderr, stdout } = await place.run(words)
    t.is(code, 0, stderr)
    t.notRegex(stdout + stderr, /TypeError|\n {4}at /)
  })
}

test('inject and eject: nulls come back as they were', async (t) => {
  const place = openPlace(t)
  const text = PODS.join('---\n')
  place.write('pods.yaml', text)
  place.write('injected.yaml', (await place.run(['inject', '-f', 'pods.yaml'])).stdout)
  t.is((await place.run(['eject', '-f', 'injected.yaml'])).stdout, text)
})
