/**
 * Manifests as people write them: every kind that holds a pod template, in every layout that Kubernetes takes. Each goes through
 * inject, the API server's rules for pods, inject again, and back by eject, byte for byte.
 */
import test from 'ava'
import { findTemplates } from '../src/manifest/template.ts'
import { TEMPLATE_KINDS } from '../src/manifest/template-kinds.ts'
import { readPodManifest } from '../src/manifest/yaml.io.ts'
import { eject, inject } from './support/inject.ts'
import { validateObject } from './support/schema.ts'

/** A template, from the line of its metadata on, at column 0. */
type Layout = readonly [name: string, text: string]

const TEMPLATES: readonly Layout[] = [
  [
    'plain',
    `metadata:
  labels: {app: shop}
  annotations:
    podorder.io/depends-on: |
      web: {db: ready}
spec:
  containers:
  - name: web # the shop
    image: example/web:1
    command: [web]
    args:
    - --port=80
  - name: db
    image: example/db:1
    command: ["db"]
    readinessProbe: {tcpSocket: {port: 5432}}
`,
  ],
  [
    'numbers and words of YAML 1.1',
    `metadata:
  annotations: {podorder.io/depends-on: "web: {db: started}", "on": 'off'}
spec:
  automountServiceAccountToken: no
  enableServiceLinks: off
  terminationGracePeriodSeconds: 1_0
  activeDeadlineSeconds: 1e3
  volumes:
  - {name: key, secret: {secretName: key, defaultMode: 0400}}
  - {name: bin, configMap: {name: bin, defaultMode: 0755, optional: yes}}
  containers:
  - {name: web, image: w, command: [web], volumeMounts: [{name: key, mountPath: /key, readOnly: on}], tty: n}
  - {name: db, image: d, command: [db, "0400", 'yes', "1e3"], securityContext: {runAsUser: 0x3e8, privileged: off}}
`,
  ],
  [
    'merge keys and anchors',
    `metadata:
  annotations:
    podorder.io/depends-on: "web: {db: ready}"
spec:
  volumes:
  - &data
    name: data
    emptyDir: {}
  containers:
  - name: web
    image: &image example/shop:1
    command: [web]
    resources: &small
      limits: {memory: 64Mi, cpu: 1e-1}
  - image: *image
    name: db
    command: [db]
    resources:
      <<: *small
      requests: {memory: 32Mi}
    env:
    - &one {name: ONE, value: "1"}
    - <<: *one
      name: TWO
`,
  ],
  [
    'lines anywhere within brackets and quotes',
    `metadata: {
  annotations: {podorder.io/depends-on: "web: {
db: ready}"}
# the end
}
spec: {
  containers: [
    {name: web, image: w, command: [sh, -c,
"
  echo one &&
echo two
"]},
    {name: db, image: "d"# pinned
, command: [db, 'a
b'] }
# no more
]
}
`,
  ],
  [
    'nothing behind the colon',
    `metadata:
  labels:
  annotations:
    podorder.io/steps: '*'
    podorder.io/command.db: '["db"]'
spec:
  volumes:
  initContainers:
  nodeSelector:
  restartPolicy:
  containers:
  - name: web
    image: w
    command: [web]
    args:
    env:
    lifecycle:
    livenessProbe:
  - name: db
    image: d
    command: ~
    args:
    volumeMounts: null
    resources: {}
`,
  ],
  [
    'comments within what is replaced',
    `metadata:
  annotations:
    podorder.io/depends-on: "web: {db: completed}"
spec:
  containers:
  # first
  - name: web
    image: w
    command:
    # why
    - sh  # a shell
    # what
    - -c
    - |
      echo hi # no comment
    startupProbe: # up
      # by hand
      exec: {command: [up]}
  - name: db
    image: d
    command: [ # open
      db, # the db
      x ] # closed
    args: # words
    # one
    - z
`,
  ],
]

const indent = (text: string, columns: number): string =>
  text
    .replaceAll(/^(?=.)/gm, ' '.repeat(columns))
    .replaceAll(/^ +(?=(?:db: ready\}"|"\n|echo two\n|b'\]|, command))/gm, '')

/** An object of the kind, with the template at its place. */
function writeObject(group: string, kind: string, path: string, template: string): string {
  const head = `apiVersion: ${group === '' ? 'v1' : `${group}/v1`}\nkind: ${kind}\n`
  if (path === '')
    return head + template.replace('metadata:', 'metadata:').replace(/^metadata:\n/, 'metadata:\n  name: shop\n')
  const steps = path.split('.')
  let text = `${head}metadata:\n  name: shop\n`
  let column = 0
  for (const step of steps) {
    if (step === '*') {
      text += `${' '.repeat(column)}Worker:\n`
      column += 2
    } else if (step.endsWith('[*]')) {
      text += `${' '.repeat(column)}${step.slice(0, -3)}:\n${' '.repeat(column)}- name: w\n`
      column += 2
    } else {
      text += `${' '.repeat(column)}${step}:\n`
      column += 2
    }
  }
  return text + indent(template, column)
}

const KINDS = TEMPLATE_KINDS.filter(({ group }) => group !== 'extensions').flatMap(({ group = '', kind, paths }) =>
  paths.slice(0, 1).map((path) => ({ group, kind, path })),
)
const UNKNOWN = [
  { group: 'example.com', kind: 'Shop', path: 'spec.pod' },
  { group: 'example.com', kind: 'Fleet', path: 'spec.sets[*].template' },
]

const MANIFESTS = [...KINDS, ...UNKNOWN].flatMap(({ group, kind, path }, index) =>
  TEMPLATES.filter((_, which) => which === 0 || (index + which) % 2 === 0).map(([layout, template]) => ({
    name: `${group}/${kind}, ${layout}`,
    text: writeObject(group, kind, path, template),
  })),
)

const LISTS = TEMPLATES.map(([layout, template]) => ({
  name: `DeploymentList, ${layout}`,
  text: `apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata:\n    name: shop\n  spec:\n    template:\n${indent(template, 6)}`,
}))

const ALL = [...MANIFESTS, ...LISTS]

test('they are at least 150', (t) => {
  t.true(ALL.length >= 150, String(ALL.length))
})

for (const { name, text } of ALL) {
  test(`there and back: ${name}`, async (t) => {
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.is(code, 0, `${stderr}\n${text}`)
    t.notRegex(stderr, /layout|no pod/, stderr)
    const { documents, faults } = readPodManifest(stdout)
    t.deepEqual(faults, [])
    const templates = documents.flatMap(({ value }) => findTemplates(value))
    t.is(templates.length, 1)
    for (const { template } of templates) {
      t.is(template.spec.initContainers?.[0]?.name, 'podorder-init')
      t.true(template.spec.containers.every(({ command }) => command?.[0] === '/podorder/bin/entrypoint'))
      const metadata = { name: 'shop', ...template.metadata }
      t.deepEqual(validateObject(dropNulls({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec })), [])
    }
    t.is((await inject('in.yaml', stdout)).stdout, stdout, 'it is changed once')
    t.is((await eject('in.yaml', stdout)).stdout, text)
  })
}

/** As the API server does before it looks. */
function dropNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (part === null ? undefined : part))
}
