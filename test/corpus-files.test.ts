/** Whole files as people and programs write them: many documents, lists, JSON, other line ends, templates named by `--template`. */
import test from 'ava'
import { parseTemplateKind, type TemplateKind } from '../src/manifest/template-kinds.ts'
import { eject, inject } from './support/inject.ts'
import { goThereAndBack } from './support/there-and-back.ts'

interface Case {
  readonly pods: number
  readonly text: string
  readonly templates?: readonly string[]
}

/** A pod's metadata and spec in one line each, as flow. */
const METADATA = `{annotations: {podorder.io/depends-on: "web: {db: ready}"}}`
const SPEC = `{containers: [{name: web, image: example/web:1, command: [web]}, {name: db, image: example/db:1, command: [db], readinessProbe: {tcpSocket: {port: 5432}}}]}`
const podJson = (name: string): string =>
  `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}","annotations":{"podorder.io/steps":"a, b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"x:1","command":["a"]},{"name":"b","image":"x:1","command":["b","\\u00fc"]}]}}`

const CASES: Readonly<Record<string, Case>> = {
  'a chart, rendered: several objects, hooks, what is empty': {
    pods: 2,
    text: `---
# Source: shop/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: release-shop
automountServiceAccountToken: true
---
# Source: shop/templates/hpa.yaml
---
# Source: shop/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: release-shop
  labels:
    helm.sh/chart: shop-0.1.0
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: shop
  template:
    metadata:
      annotations:
        checksum/config: 5c1f3d
        podorder.io/depends-on: |
          web: {db: ready}
      labels:
        app.kubernetes.io/name: shop
    spec:
      serviceAccountName: release-shop
      securityContext:
        {}
      containers:
        - name: web
          securityContext:
            {}
          image: "registry.example/shop:1.16.0"
          command: [web]
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: 80
              protocol: TCP
          livenessProbe:
            httpGet:
              path: /
              port: http
          resources:
            {}
        - name: db
          image: "postgres:16"
          command: ["docker-entrypoint.sh"]
          args: ["postgres"]
          readinessProbe:
            exec: {command: [pg_isready]}
---
# Source: shop/templates/tests/test-connection.yaml
apiVersion: v1
kind: Pod
metadata:
  name: "release-shop-test"
  annotations:
    "helm.sh/hook": test
    "podorder.io/steps": wget, other
spec:
  containers:
    - name: wget
      image: busybox
      command: ['wget']
      args: ['release-shop:80']
    - {name: other, image: busybox, command: [sleep, "1"]}
  restartPolicy: Never
`,
  },
  'what kubectl get prints': {
    pods: 1,
    text: `apiVersion: apps/v1
kind: StatefulSet
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"apps/v1","kind":"StatefulSet"}
  creationTimestamp: "2026-11-30T01:02:03Z"
  generation: 3
  managedFields:
  - apiVersion: apps/v1
    fieldsType: FieldsV1
    fieldsV1:
      f:metadata:
        f:annotations:
          .: {}
          f:example.com/other: {}
    manager: kubectl
    operation: Update
    time: "2026-11-30T01:02:03Z"
  name: db
  resourceVersion: "123456"
  uid: 1771c46d-87ed-4fad-bd8c-de4e369d7969
spec:
  serviceName: db
  template:
    metadata:
      annotations:
        podorder.io/depends-on: 'exporter: {db: ready}'
      creationTimestamp: null
    spec:
      containers:
      - command:
        - postgres
        image: postgres:16
        name: db
        readinessProbe:
          failureThreshold: 3
          tcpSocket:
            port: 5432
        resources: {}
        terminationMessagePath: /dev/termination-log
      - command:
        - exporter
        image: exporter:1
        name: exporter
      schedulerName: default-scheduler
  updateStrategy:
    type: RollingUpdate
  volumeClaimTemplates:
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      creationTimestamp: null
      name: data
    spec:
      accessModes:
      - ReadWriteOnce
    status:
      phase: Pending
status:
  availableReplicas: 0
  replicas: 0
`,
  },
  'a List of several kinds, nested': {
    pods: 3,
    text: `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: v1
  kind: Service
  metadata: {name: web}
  spec: {ports: [{port: 80}]}
- apiVersion: v1
  kind: List
  items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {name: nightly}
    spec:
      schedule: "0 3 * * *"
      jobTemplate:
        spec:
          template:
            metadata: ${METADATA}
            spec: ${SPEC.replace('{containers', '{restartPolicy: Never, containers')}
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec: {selector: {}, template: {metadata: ${METADATA}, spec: ${SPEC}}}
- apiVersion: v1
  kind: Pod
  metadata: {name: one, ${METADATA.slice(1)}
  spec: ${SPEC}
`,
  },
  'JSON, one object behind the other': { pods: 2, text: `${podJson('one')}\n${podJson('two')}` },
  'JSON, one object behind the other, with YAML between': {
    pods: 2,
    text: `${podJson('one')}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n${podJson('two')}\n`,
  },
  'JSON with line breaks and tabs': {
    pods: 1,
    text: podJson('one').replaceAll(',"', ',\n\t"').replaceAll('{"', '{\n\t\t"'),
  },
  'lines of Windows, with a byte order mark': {
    pods: 1,
    text: `\uFEFFapiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: x # the pod\r\n  annotations:\r\n    podorder.io/depends-on: |\r\n      web: {db: ready}\r\nspec: ${SPEC}\r\n`,
  },
  'an anchor of one item that another one has': {
    pods: 1,
    text: `kind: List
apiVersion: v1
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: &meta {name: shop, labels: &labels {app: shop, tier: "0400"}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: *meta
  spec:
    selector: {matchLabels: *labels}
    template:
      metadata: {labels: *labels, ${METADATA.slice(1)}
      spec: ${SPEC}
`,
  },
  'directives, document ends and comments between': {
    pods: 2,
    text: `%YAML 1.1
# first
---
kind: Pod
apiVersion: v1
metadata: {name: one, ${METADATA.slice(1)}
spec: ${SPEC}
...
# between
---
# nothing
--- # the second
kind: Pod
apiVersion: v1
metadata: {name: two, ${METADATA.slice(1)}
spec: ${SPEC}
...
`,
  },
  'some pods say no order, and nobody may take them': {
    pods: 1,
    text: `kind: Pod
metadata: {name: 5}
spec: {containers: [{name: A_B, env: [{name: X, value: 5}]}]}
---
kind: Pod
apiVersion: v1
metadata: {name: one, ${METADATA.slice(1)}
spec: ${SPEC}
`,
  },
  'kinds that nobody knows, named on the command line': {
    pods: 3,
    templates: ['Sandbox=spec.box', 'example.com/Set=spec.groups[*].pod'],
    text: `apiVersion: agents.example.com/v1
kind: Sandbox
metadata: {name: x}
spec:
  box:
    # no name
    metadata: ${METADATA}
    spec: ${SPEC}
---
apiVersion: example.com/v1
kind: Set
spec:
  groups:
  - pod: {metadata: ${METADATA}, spec: ${SPEC}}
  - name: two
    pod:
      metadata: ${METADATA}
      spec: ${SPEC}
`,
  },
  'training: a launcher and workers, of which one is ordered': {
    pods: 1,
    text: `apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: train}
spec:
  pytorchReplicaSpecs:
    Master:
      replicas: 1
      restartPolicy: OnFailure
      template:
        metadata: ${METADATA}
        spec: ${SPEC}
    Worker:
      replicas: 4
      template:
        spec:
          containers:
          - {name: pytorch, image: example/train:1, args: [--epochs, "3"]}
`,
  },
  'a rollout with its analysis': {
    pods: 1,
    text: `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  strategy:
    canary:
      steps: [{setWeight: 20}, {pause: {duration: 10m}}]
  template:
    metadata: ${METADATA}
    spec: ${SPEC}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: success}
spec: {metrics: [{name: ok, provider: {job: {spec: {template: {spec: {containers: [{name: t, image: t}]}}}}}}]}
`,
  },
  'Knative, whose containers have no order among themselves without us': {
    pods: 1,
    text: `apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/min-scale: "1"
        podorder.io/depends-on: "web: {db: ready}"
    spec:
      containers: [{name: web, image: example/web:1, command: [web]}, {name: db, image: example/db:1, command: [db], readinessProbe: {tcpSocket: {port: 5432}}}]
`,
  },
}

const parse = (texts: readonly string[] = []): readonly TemplateKind[] =>
  texts.map((text) => {
    const kind = parseTemplateKind(text)
    if (typeof kind === 'string') throw new Error(kind)
    return kind
  })

for (const [name, { pods, text, templates }] of Object.entries(CASES)) {
  const given = templates === undefined ? {} : { templates: parse(templates) }
  test(`there and back: ${name}`, (t) => goThereAndBack(t, text, { pods, ...given }))
}

/** What no small change can be made to, or kubectl would not read as it was meant: one sentence, and nothing is written. */
const REFUSED: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'a key that is there twice': [
    `kind: Pod\nmetadata: ${METADATA}\nspec: {restartPolicy: Never, restartPolicy: Always, ${SPEC.slice(1)}\n`,
    /^in\.yaml:3:\d+: the key "restartPolicy" is there twice \(first at 3:\d+\); remove one of the two\n$/,
  ],
  'a tab in the indentation': [
    `kind: Pod\nmetadata: ${METADATA}\nspec:\n\tcontainers: []\n`,
    /^in\.yaml:\d+:\d+: .*tab.*\n$/i,
  ],
  'a template of a chart': [
    `kind: Pod\nmetadata: ${METADATA}\nspec: {{ .Values.spec }}\n`,
    /^in\.yaml:\d+:\d+: [^\n]+\n$/,
  ],
}

for (const [name, [text, says]] of Object.entries(REFUSED)) {
  test(`refused in a sentence: ${name}`, async (t) => {
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.deepEqual([code, stdout], [2, ''])
    t.regex(stderr, says)
  })
}

test('files without an order come out as they went in', async (t) => {
  const text = CASES['what kubectl get prints']?.text.replace(/ +annotations:\n +podorder\.io.*\n/, '') ?? ''
  for (const change of [inject, eject]) t.is((await change('in.yaml', text)).stdout, text)
})
