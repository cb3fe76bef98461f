/**
 * Manifests as people write them: every kind that holds a pod template, in every layout that Kubernetes takes. Each goes through
 * inject, the API server's rules for pods, inject again, and back by eject, byte for byte.
 */
import test from 'ava'
import { TEMPLATE_KINDS } from '../src/manifest/template-kinds.ts'
import { goThereAndBack } from './support/there-and-back.ts'

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
    'commands that are merged',
    `metadata:
  annotations:
    podorder.io/depends-on: "web: {db: started, job: started}"
spec:
  containers:
  - &base {name: free, image: example/base:1, command: [run, -c], args: [free], tty: true}
  - <<: *base
    name: web
    args: [web]
  - {<<: *base, name: db, args: [db]}
  - {<<: [{args: [job]}, *base], name: job}
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
  [
    'restart policies, rules and native sidecars',
    `metadata:
  annotations:
    podorder.io/depends-on: |
      agent: {proxy: ready}
      db: {agent: started}
      web: {db: completed, proxy: ready}
spec:
  os: {name: linux} # which a stop signal needs
  restartPolicy: Never
  initContainers:
  # what all traffic goes through
  - name: proxy
    image: example/proxy:1
    command: [proxy]
    restartPolicy: Always
    startupProbe: {httpGet: {port: 15021, path: /ready}, periodSeconds: 1}
  - name: agent
    image: example/agent:1
    command: [agent]
    restartPolicy: Always # ended by the kubelet
    lifecycle: {preStop: {sleep: {seconds: 3}}}
  containers:
  - name: web
    image: example/web:1
    command: [web]
    restartPolicy: OnFailure
    lifecycle: {stopSignal: SIGQUIT}
  - name: db
    image: example/db:1
    command: [db, migrate]
    restartPolicy: Never
    restartPolicyRules:
    # the lock was taken
    - action: Restart
      exitCodes: {operator: In, values: [42, 0o53]}
    - {action: RestartAllContainers, exitCodes: {operator: NotIn, values: [0, 1]}}
`,
  ],
  [
    'values below their keys, within brackets',
    `metadata:
  annotations:
    { podorder.io/depends-on: 'web: {db: ready}' }
spec:
  {
    terminationGracePeriodSeconds: 5,
    containers:
      [
        {
          name: web,
          image: w,
          command:
            [
              sh,
              -c,
              "echo one &&
                echo two",
            ],
          startupProbe:
            { exec: { command: [ up ] } },
          lifecycle:
            { preStop:
                { exec: { command: [ down ] } } }
        },
        {
          name: db, # the database
          image: d,
          command:
            # first
            [ db ], # last
          readinessProbe: { tcpSocket: { port: 1 } }, volumeMounts:
            []
        }
      ],
    volumes:
      [ ]
  }
`,
  ],
  [
    'JSON',
    `metadata: {"annotations":{"podorder.io/depends-on":"web: {db: ready}"},"labels":{}}
spec: {"containers":[{"name":"web","image":"example/web:1","command":["web"],"args":[],"env":[{"name":"A","value":"0x1"}]},
  {"name":"db","image":"example/db:1","command":["db"],"readinessProbe":{"grpc":{"port":9}},"volumeMounts":[]}],"volumes":[]}
`,
  ],
  [
    'texts in blocks',
    `metadata:
  annotations:
    podorder.io/depends-on: >-
      web:
        {db: started}
    about: |+
      two lines

spec:
  containers:
  - name: web
    image: example/web:1
    command: [/bin/sh, -c]
    args:
    - |
      set -e
      # no comment
      exec web --port "$PORT"
    env:
    - name: PORT
      value: >-
        80
  - name: db
    image: example/db:1
    command:
    - sh
    - -c
    - |2-
        indented
      db
    - >
      folded
      words
`,
  ],
  [
    'dates and other words',
    `metadata:
  annotations:
    podorder.io/depends-on: 'web: {db: started}'
    released: 2026-11-30
    "yes": "2026-11-30T01:02:03Z"
spec:
  hostname: 2026-11-30t
  containers:
  - {name: web, image: example/web:1, command: [web, 2026-11-30, 2026-11-30T01:02:03Z, 12:30:45.5x, .5.5, ~x, =]}
  - {name: db, image: example/db:1, command: ['0400', "on", "~", 'null', "1_000", "0b1"]}
`,
  ],
  [
    'a command in the options, of a name that no annotation has room for',
    `metadata:
  annotations:
    podorder.io/depends-on: 'web: {the-one-that-has-a-very-long-name-and-an-image-nobody-asks: ready}'
    podorder.io/options: |
      the-one-that-has-a-very-long-name-and-an-image-nobody-asks: {command: [db, --fast], stopGracePeriod: 5s}
spec:
  containers:
  - name: web
    image: example/web:1
    command: [web]
  - name: the-one-that-has-a-very-long-name-and-an-image-nobody-asks
    image: example/db:1
    args: [--slow]
    readinessProbe:
      exec:
        command: [pg_isready]
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
  // Else KubeRay starts Ray behind the command of the first container.
  const own = group === 'ray.io' ? '  annotations: {ray.io/overwrite-container-cmd: "true"}\n' : ''
  let text = `${head}metadata:\n  name: shop\n${own}`
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
  paths.map((path, which) => ({ group, kind, path, which })),
)
const UNKNOWN: readonly { group: string; kind: string; path: string; which?: number }[] = [
  { group: 'example.com', kind: 'Shop', path: 'spec.pod' },
  { group: 'example.com', kind: 'Fleet', path: 'spec.sets[*].template' },
  // Keys of the names that fields of containers have.
  { group: 'example.com', kind: 'Composition', path: 'spec.resources[*].base' },
  { group: 'example.com', kind: 'Probe', path: 'spec.startupProbe.args' },
]

/** Each kind with half of the layouts; where it has further templates, one each. */
const MANIFESTS = [...KINDS, ...UNKNOWN].flatMap(({ group, kind, path, which: place = 0 }, index) =>
  TEMPLATES.filter((_, which) => which === 0 || (place === 0 && (index + which) % 2 === 0)).map(
    ([layout, template]) => ({
      name: `${group}/${kind} at ${path}, ${layout}`,
      text: writeObject(group, kind, path, template),
    }),
  ),
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
  test(`there and back: ${name}`, (t) => goThereAndBack(t, text))
}

for (const [layout, template] of TEMPLATES) {
  const text = writeObject('batch', 'Job', 'spec.template', template)
  test(`there and back, by an image volume: ${layout}`, (t) =>
    goThereAndBack(t, text, { rewrite: { binSource: 'image-volume' } }))
}
