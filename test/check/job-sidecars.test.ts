/** Pods that are to end, and what keeps them from it; each advice is followed, and helps. */
import test from 'ava'
import { findings } from '../support/check.ts'

interface Parts {
  readonly order?: string
  readonly labels?: string
  readonly annotations?: readonly string[]
  readonly restartPolicy?: string
  readonly inits?: string
  readonly more?: string
}

function write({
  order = 'app: {db: started}',
  labels = '{}',
  annotations = [],
  inits = '[]',
  more = '',
  ...rest
}: Parts): string {
  return `apiVersion: batch/v1
kind: Job
metadata: {name: x}
spec:
  template:
    metadata:
      labels: ${labels}
      annotations:
        podorder.io/depends-on: '${order}'
${annotations.map((line) => `        ${line}\n`).join('')}    spec:
      restartPolicy: ${rest.restartPolicy ?? 'Never'}
      initContainers: ${inits}
      containers:
        - {name: app, image: r.example/app:1, command: [/app]}
        - {name: db, image: r.example/db:1, command: [/db]}
        ${more}
`
}

const told = async (parts: Parts) =>
  (await findings(write(parts))).flatMap(({ level, at, what, fix }) =>
    /nothing stops it/.test(what) ? [`${level} ${at.line}: ${what.split(' ', 1)[0]}; ${fix}`] : [],
  )

const LOGS = '{name: logs, image: r.example/logs:1, command: [/logs]}'

test('an ordinary container that is watched as a sidecar keeps a Job from ending; as a native sidecar it does not', async (t) => {
  const order = 'app: {sidecar/logs: ready}\ndb: {sidecar/logs: ready}'.replace('\n', ', ')
  const fix = 'make it a native sidecar: an init container with restartPolicy Always'
  t.deepEqual(await told({ order: `{${order}}`, more: `- ${LOGS}` }), [`warning 9: "logs"; ${fix}`])
  t.deepEqual(await told({ order: `{${order}}`, inits: `[${LOGS.replace('}', ', restartPolicy: Always}')}]` }), [])
  t.deepEqual(await told({ order: `{${order}}`, more: `- ${LOGS}`, restartPolicy: 'OnFailure' }), [
    `warning 9: "logs"; ${fix}`,
  ])
  // A pod that goes on is not kept from anything; a Job must not say Always.
  t.deepEqual(await told({ order: `{${order}}`, more: `- ${LOGS}`, restartPolicy: 'Always' }), [])
})

const MESHES = [
  {
    proxy: 'istio-proxy',
    labels: '{sidecar.istio.io/inject: "true"}',
    off: '{sidecar.istio.io/inject: "false"}',
    native: ['sidecar.istio.io/nativeSidecar'],
  },
  {
    proxy: 'linkerd-proxy',
    labels: '{linkerd.io/inject: enabled}',
    off: '{linkerd.io/inject: disabled}',
    native: [
      'config.beta.linkerd.io/proxy-enable-native-sidecar',
      'config.alpha.linkerd.io/proxy-enable-native-sidecar',
    ],
  },
]
for (const { proxy, labels, off, native } of MESHES) {
  test(`${proxy}, which a mesh adds, does so too, unless it is to be a native sidecar`, async (t) => {
    const fix = `add the annotation ${native[0]}: "true" to the pod`
    t.deepEqual(await told({ labels }), [`warning 7: ${proxy},; ${fix}`])
    t.deepEqual(await told({ annotations: [labels.slice(1, -1)] }), [`warning 10: ${proxy},; ${fix}`])
    t.deepEqual(await told({ order: `app: {sidecar/${proxy}: ready}` }), [`warning 9: ${proxy},; ${fix}`])
    for (const annotation of native) t.deepEqual(await told({ labels, annotations: [`${annotation}: "true"`] }), [])
    t.deepEqual(await told({ labels: off }), [])
    t.deepEqual(await told({ labels, restartPolicy: 'Always' }), [])
    t.deepEqual(await told({ labels, inits: `[{name: ${proxy}, image: x, command: [x], restartPolicy: Always}]` }), [])
  })
}
