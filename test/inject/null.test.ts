/** Null is as good as missing, as in Go: wherever it stands, the pod is rewritten as if nothing were said there. */
import test from 'ava'
import { parse } from 'yaml'
import { check } from '../support/check.ts'
import { eject, inject } from '../support/inject.ts'

const RICH = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'rich',
    namespace: 'shop',
    labels: { app: 'shop' },
    annotations: { 'podorder.io/depends-on': 'web: {db: ready, sidecar/proxy: ready}', other: 'x' },
  },
  spec: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 20,
    serviceAccountName: 'web',
    imagePullSecrets: [{ name: 'pull' }],
    securityContext: { runAsUser: 0 },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    os: { name: 'linux' },
    volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }],
    initContainers: [
      { name: 'setup', image: 'a:1', command: ['setup'], args: ['x'], env: [{ name: 'A', value: 'b' }] },
    ],
    containers: [
      {
        name: 'db',
        image: 'db:1',
        command: ['db'],
        args: ['--x'],
        workingDir: '/',
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        envFrom: [{ configMapRef: { name: 'c' } }],
        ports: [{ name: 'http', containerPort: 80 }],
        resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { cpu: '1', memory: '1Mi' } },
        securityContext: { runAsNonRoot: true },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        startupProbe: { exec: { command: ['up'] }, periodSeconds: 1 },
        readinessProbe: { httpGet: { port: 'http', path: '/', httpHeaders: [{ name: 'h', value: 'v' }] } },
        livenessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 3 },
        lifecycle: {
          postStart: { exec: { command: ['post'] } },
          preStop: { httpGet: { port: 80 } },
          stopSignal: 'SIGINT',
        },
      },
      { name: 'web', image: 'web:1', command: ['web'] },
      { name: 'proxy', image: 'proxy:1' },
    ],
  },
}

type Path = readonly (string | number)[]

function listPaths(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => listPaths(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => listPaths(item, [...path, key]))
  return [path, ...inner]
}

/** With null there, or (undefined) with nothing there. */
function put(value: unknown, [step, ...path]: Path, what: null | undefined): unknown {
  if (step === undefined) return what
  if (Array.isArray(value)) return value.with(Number(step), put(value[Number(step)], path, what))
  const fields = { ...(value as Readonly<Record<string, unknown>>) }
  fields[step] = put(fields[step], path, what)
  return fields
}

/** The annotation has notes of what was there. */
function withoutNotes(text: string): unknown {
  return JSON.parse(
    text.replace(/"podorder.io\/original": "(?:[^"\\]|\\.)*"/g, '"podorder.io/original": ""'),
    (_, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value as object).filter(([, part]) => part !== null))
        : (value as unknown),
  )
}

const print = (value: unknown): string => JSON.stringify(value, undefined, 2)

const PATHS = listPaths(RICH).filter((path) => typeof path.at(-1) === 'string')
// The API server makes an empty text of it: an order that says nothing.
const OWN = 'podorder.io/depends-on'

for (const path of PATHS.filter((one) => one.at(-1) !== OWN)) {
  test(`null at ${path.join('.')} is as nothing there, and comes back`, async (t) => {
    const [withNull, without] = [put(RICH, path, null), put(RICH, path, undefined)].map(print) as [string, string]
    const [ours, theirs] = [await inject('in.json', withNull), await inject('in.json', without)]
    t.is(ours.code, theirs.code, ours.stderr)
    t.notRegex(ours.stderr, /TypeError|\bat .*\.ts:\d/)
    const [checked, expected] = [await check('in.json', withNull), await check('in.json', without)]
    t.is(checked.code, expected.code, checked.stdout)
    if (ours.code !== 0) return
    t.deepEqual(withoutNotes(ours.stdout), withoutNotes(theirs.stdout))
    t.is((await eject('in.json', ours.stdout)).stdout, withNull)
  })
}

test('in YAML as well, where nothing stands behind the colon', async (t) => {
  const text = `apiVersion: v1
kind: Pod
metadata:
  labels:
  name: x
  annotations: {podorder.io/steps: "*", podorder.io/command.b: '["b"]'}
spec:
  restartPolicy: Never
  volumes:
  initContainers:
  containers:
  - name: a
    image: a
    command: [a]
    args:
    env:
    volumeMounts:
    livenessProbe:
    lifecycle:
  - name: b
    image: b
    args:
`
  const { code, stdout, stderr } = await inject('in.yaml', text)
  t.is(code, 0, stderr)
  t.deepEqual((await inject('in.yaml', stdout)).stdout, stdout)
  t.is((await eject('in.yaml', stdout)).stdout, text)
  const pod = parse(stdout) as {
    readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] }
  }
  t.is(pod.spec.containers[1]?.args.at(-1), 'b')
})

for (const hook of ['', '~', '!!null', 'null'])
  test(`a hook that is ${hook === '' ? 'not there' : hook} beside one that changes comes back as it was`, async (t) => {
    const text = `kind: Pod
metadata: {annotations: {podorder.io/depends-on: "web: {db: ready}"}}
spec:
  containers:
  - name: web
    command: [web]
    lifecycle:
      postStart: ${hook}
      preStop: {sleep: {seconds: 1}} # a moment
  - name: db
    command: [db]
`
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.is(code, 0, stderr)
    t.is((await inject('in.yaml', stdout)).stdout, stdout)
    t.is((await eject('in.yaml', stdout)).stdout, text)
  })
