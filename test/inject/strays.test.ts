/** An order that no pod reads is an error, which says where it belongs; put there, it is read. */
import test from 'ava'
import { readdirSync, readFileSync } from 'node:fs'
import { check } from '../support/check.ts'
import { inject } from '../support/inject.ts'

const SPEC =
  'spec: {containers: [{name: web, image: w, command: [web]}, {name: db, image: d, command: [db], readinessProbe: {tcpSocket: {port: 1}}}]}'
const ORDER = `podorder.io/depends-on: "web: {db: ready}"`

interface Lost {
  readonly name: string
  readonly text: string
  readonly says: RegExp
  /** What is to be put into which line, as the advice has it. */
  readonly right?: string
}

const LOST: readonly Lost[] = [
  {
    name: "a Deployment's own metadata",
    text: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {${ORDER}}}\nspec: {template: {${SPEC}}}\n`,
    says: /^in\.yaml:3:35: nothing reads podorder\.io\/depends-on at metadata\.annotations; write it under spec\.template\.metadata\.annotations$/m,
    right: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}\n`,
  },
  {
    name: "a CronJob's job",
    text: `apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {metadata: {annotations: {${ORDER}}}, spec: {template: {${SPEC}}}}}\n`,
    says: /at spec\.jobTemplate\.metadata\.annotations; write it under spec\.jobTemplate\.spec\.template\.metadata\.annotations$/m,
    right: `apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}}}\n`,
  },
  {
    name: 'labels',
    text: `kind: Pod\nmetadata: {labels: {${ORDER}}}\n${SPEC}\n`,
    says: /podorder\.io\/depends-on is a label here, and nothing reads it; write it under metadata\.annotations$/m,
    right: `kind: Pod\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
  },
  {
    name: 'metadata itself',
    text: `kind: Pod\nmetadata: {${ORDER}}\n${SPEC}\n`,
    says: /nothing reads podorder\.io\/depends-on at metadata; write it under metadata\.annotations$/m,
    right: `kind: Pod\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
  },
  {
    name: 'a container',
    text: `kind: Pod\nspec: {containers: [{name: a, podorder.io/steps: "*"}]}\n`,
    says: /at spec\.containers\[0\]; write it under metadata\.annotations$/m,
  },
  {
    name: 'another prefix',
    text: `kind: Pod\nmetadata: {annotations: {podorder.dev/depends-on: "web: {db: ready}"}}\n${SPEC}\n`,
    says: /nothing reads the annotation podorder\.dev\/depends-on; did you mean "podorder\.io\/depends-on"\?$/m,
    right: `kind: Pod\nmetadata: {annotations: {podorder.io/depends-on: "web: {db: ready}"}}\n${SPEC}\n`,
  },
  {
    name: 'a prefix with a slip',
    text: `kind: Pod\nmetadata: {annotations: {pododer.io/steps: "*"}}\n${SPEC}\n`,
    says: /did you mean "podorder\.io\/steps"\?$/m,
  },
  {
    name: 'a kind without a pod template',
    text: `apiVersion: v1\nkind: Service\nmetadata: {annotations: {${ORDER}}}\n`,
    says: /no pod template is known in Service; put it on a pod or a pod template; if Service has one, name its path with --template Service=PATH$/m,
  },
  {
    name: 'a document without a kind',
    text: `metadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
    says: /the document has no kind; begin it with apiVersion: v1, kind: Pod; of a chart or a patch, give podorder what it makes$/m,
    right: `apiVersion: v1\nkind: Pod\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
  },
  {
    name: 'a list in a list',
    text: `kind: List\nitems:\n- kind: List\n  items:\n  - apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {annotations: {${ORDER}}}\n    spec: {template: {${SPEC}}}\n`,
    says: /^in\.yaml:7:30: .*; write it under spec\.template\.metadata\.annotations$/m,
  },
  {
    name: 'a list of patches',
    text: `- metadata: {annotations: {${ORDER}}}\n- {}\n`,
    says: /^in\.yaml:1:28: nothing reads podorder\.io\/depends-on at \[0\]\.metadata\.annotations: the document has no kind; /m,
  },
  {
    name: 'the annotations of a Namespace, whose label calls the webhook',
    text: 'apiVersion: v1\nkind: Namespace\nmetadata: {annotations: {podorder.io/inject: enabled}}\n',
    says: /^in\.yaml:3:26: nothing reads podorder\.io\/inject at metadata\.annotations; write it under metadata\.labels$/m,
  },
  {
    name: 'a label of a Namespace with a slip',
    text: 'kind: List\nitems:\n- {kind: Namespace, metadata: {labels: {podorder.io/inject: enable}}}\n',
    says: /^in\.yaml:3:61: the label podorder\.io\/inject is "enable"; did you mean "enabled"\?\n$/,
  },
  {
    name: 'a label of a pod template with another word',
    text: `apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {labels: {podorder.io/inject: "on"}}, ${SPEC}}}\n`,
    says: /: the label podorder\.io\/inject is "on"; write enabled or disabled\n$/,
  },
  {
    name: 'a list of objects',
    text: `- kind: Deployment\n  spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}\n`,
    says: /: the document has no kind; give podorder the Deployment in it as a document of its own$/m,
    right: `kind: Deployment\nspec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}\n`,
  },
  {
    name: 'an object among files, as Jsonnet has them',
    text: `{"web.yaml": {"kind": "Pod", "metadata": {"annotations": {"podorder.io/steps": "*"}}}}\n`,
    says: /: the document has no kind; give podorder the Pod in it as a document of its own$/m,
  },
  {
    name: "Flux' Kustomization, which kubectl does not build",
    text: `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {commonMetadata: {annotations: {${ORDER}}}}\n`,
    says: /: no pod template is known in Kustomization; put it on a pod or a pod template; /m,
  },
  {
    name: 'the metadata of a List',
    text: `kind: List\nmetadata: {annotations: {${ORDER}}}\nitems:\n- kind: Pod\n  ${SPEC}\n`,
    says: /^in\.yaml:2:26: nothing reads podorder\.io\/depends-on at metadata\.annotations; put it on a pod or a pod template in this List$/m,
    right: `kind: List\nitems:\n- kind: Pod\n  metadata: {annotations: {${ORDER}}}\n  ${SPEC}\n`,
  },
  {
    name: "the labels that OpenShift's Template gives to all",
    text: `apiVersion: template.openshift.io/v1\nkind: Template\nlabels: {${ORDER}}\nobjects:\n- kind: Pod\n  ${SPEC}\n`,
    says: /podorder\.io\/depends-on is a label here, and nothing reads it; put it on a pod or a pod template in this Template$/m,
  },
  {
    name: "a Deployment of OpenShift's Template",
    text: `kind: Template\nobjects:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {annotations: {${ORDER}}}\n  spec: {template: {${SPEC}}}\n`,
    says: /^in\.yaml:5:28: .* at metadata\.annotations; write it under spec\.template\.metadata\.annotations$/m,
    right: `kind: Template\nobjects:\n- apiVersion: apps/v1\n  kind: Deployment\n  spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}\n`,
  },
  {
    name: 'an object that has containers and no init containers',
    text: `apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
    says: /no pod template is known in ServingRuntime; /m,
  },
  {
    name: 'an object whose containers go into the pods of others',
    text: `apiVersion: apps.kruise.io/v1alpha1\nkind: SidecarSet\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
    says: /no pod template is known in SidecarSet; /m,
  },
  {
    name: 'another member of a set of templates',
    text: `apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {replicatedJobs: [{template: {spec: {template: {${SPEC}}}}}, {template: {metadata: {annotations: {${ORDER}}}, spec: {template: {${SPEC}}}}}]}\n`,
    says: /; write it under spec\.replicatedJobs\[1\]\.template\.spec\.template\.metadata\.annotations$/m,
    right: `apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nspec: {replicatedJobs: [{template: {spec: {template: {${SPEC}}}}}, {template: {spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}}}]}\n`,
  },
  {
    name: 'a manifest that another object holds, and whose template has no metadata',
    text: `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nspec: {workload: {manifests: [{kind: Deployment, spec: {template: {${SPEC}}}}, {kind: Deployment, metadata: {annotations: {${ORDER}}}, spec: {template: {${SPEC}}}}]}}\n`,
    says: /at spec\.workload\.manifests\[1\]\.metadata\.annotations; write it under spec\.workload\.manifests\[1\]\.spec\.template\.metadata\.annotations$/m,
    right: `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nspec: {workload: {manifests: [{kind: Deployment, spec: {template: {${SPEC}}}}, {kind: Deployment, spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}}]}}\n`,
  },
  {
    name: 'an object whose containers its operator merges into its own',
    text: `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {annotations: {${ORDER}}}\n${SPEC}\n`,
    says: /at metadata\.annotations; write it under spec\.podMetadata\.annotations, which the webhook reads$/m,
  },
]

for (const { name, text, says, right } of LOST) {
  test(`refused by inject and check: an order in ${name}`, async (t) => {
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.deepEqual([code, stdout], [2, ''])
    t.regex(stderr, says)
    const checked = await check('in.yaml', text)
    t.is(checked.code, 1)
    if (right === undefined) return
    const after = await inject('in.yaml', right)
    t.is(after.code, 0, after.stderr)
    t.regex(after.stdout, /podorder-init/)
    t.is((await check('in.yaml', right)).code, 0)
  })
}

test('one that is lost beside one that is read is an error all the same; outside --only it is not', async (t) => {
  const good = `kind: Pod\nmetadata: {name: good, annotations: {${ORDER}}}\n${SPEC}\n`
  const text = `${good}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: lost, annotations: {${ORDER}}}\nspec: {template: {${SPEC}}}\n`
  t.is((await inject('in.yaml', text)).code, 2)
  t.is((await inject('in.yaml', text, { only: ['good'] })).code, 0)
})

/** Each with the object's kind, and the place of its pods' annotations. */
const HANDED_ON: readonly (readonly [apiVersion: string, kind: string, body: string])[] = [
  [
    'monitoring.coreos.com/v1',
    'Prometheus',
    `spec: {podMetadata: {annotations: {${ORDER}}}, containers: [{name: web}]}`,
  ],
  ['kafka.strimzi.io/v1beta2', 'Kafka', `spec: {kafka: {template: {pod: {metadata: {annotations: {${ORDER}}}}}}}`],
  [
    'elasticsearch.k8s.elastic.co/v1',
    'Elasticsearch',
    `spec: {nodeSets: [{podTemplate: {metadata: {annotations: {${ORDER}}}, spec: {initContainers: []}}}]}`,
  ],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', `spec: {values: {web: {annotations: {${ORDER}}}}}`],
  ['argoproj.io/v1alpha1', 'Application', `spec: {source: {helm: {valuesObject: {annotations: {${ORDER}}}}}}`],
  ['argoproj.io/v1alpha1', 'Workflow', `spec: {templates: [{name: a, metadata: {annotations: {${ORDER}}}}]}`],
  ['tekton.dev/v1', 'TaskRun', `metadata: {annotations: {${ORDER}}}`],
  ['serving.kserve.io/v1beta1', 'InferenceService', `metadata: {annotations: {${ORDER}}}`],
  ['numaflow.numaproj.io/v1alpha1', 'Pipeline', `spec: {vertices: [{name: in, metadata: {annotations: {${ORDER}}}}]}`],
  ['opentelemetry.io/v1beta1', 'OpenTelemetryCollector', `spec: {podAnnotations: {${ORDER}}}`],
]
for (const [apiVersion, kind, body] of HANDED_ON)
  test(`a warning names the webhook: an order for the pods that ${kind} of ${apiVersion} makes`, async (t) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\n${body}\n`
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.deepEqual([code, stdout], [0, text])
    t.regex(
      stderr,
      new RegExp(
        `warning: in\\.yaml:3:\\d+: podorder\\.io/depends-on goes to pods that ${kind} makes in the cluster, .*; label their namespace podorder\\.io/inject=enabled`,
      ),
    )
    t.is((await check('in.yaml', text)).code, 0)
    t.is((await check('in.yaml', text, { strict: true })).code, 1)
  })

test('a kind of Kubernetes hands nothing on', async (t) => {
  const text = `apiVersion: apps/v1\nkind: Deployment\nspec: {podAnnotations: {${ORDER}}, template: {${SPEC}}}\n`
  t.is((await inject('in.yaml', text)).code, 2)
})

const FINE = {
  'the same on the template too, as commonAnnotations puts it': `apiVersion: apps/v1\nkind: Deployment\nmetadata: {annotations: {${ORDER}}}\nspec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}\n`,
  "the same on a CronJob's job too": `apiVersion: batch/v1\nkind: CronJob\nmetadata: {annotations: {${ORDER}}}\nspec: {jobTemplate: {metadata: {annotations: {${ORDER}}}, spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}}}\n`,
  'labels and selectors of the webhook': `kind: Namespace\nmetadata: {labels: {podorder.io/inject: enabled}}\n---\nkind: MutatingWebhookConfiguration\nwebhooks: [{objectSelector: {matchLabels: {podorder.io/inject: enabled}}}]\n`,
  'an alias of the annotations': `apiVersion: apps/v1\nkind: Deployment\nmetadata: {annotations: &a {${ORDER}}}\nspec: {template: {metadata: {annotations: *a}, ${SPEC}}}\n`,
  'what a controller keeps of old templates': `apiVersion: apps/v1\nkind: ControllerRevision\ndata: {spec: {template: {metadata: {annotations: {${ORDER}}}, ${SPEC}}}}\n`,
}
for (const [name, text] of Object.entries(FINE))
  test(`no error: ${name}`, async (t) => {
    const { code, stderr } = await inject('in.yaml', text)
    t.is(code, 0, stderr)
  })

const REFERENCE = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8')
const LABELS = [...REFERENCE.matchAll(/^\| `(podorder\.io\/\w+)` \| (a \w+)(?:, a \w+)? \| `(\w+)`: /gm)]

test('the labels of the reference are all read', (t) => {
  t.is(LABELS.length, 4)
})

for (const [, label, of = '', word] of LABELS)
  test(`no error: the label ${label} of ${of}, and a selector of it`, async (t) => {
    const kind = of === 'a pod' ? 'Pod' : 'Namespace'
    const object = `kind: ${kind}\nmetadata: {labels: {${label}: "${word}"}}\n${kind === 'Pod' ? SPEC : ''}\n`
    const policy = `kind: NetworkPolicy\nspec: {ingress: [{from: [{namespaceSelector: {matchLabels: {${label}: "${word}"}}}]}]}\n`
    const { code, stderr } = await inject('in.yaml', `${object}---\n${policy}`)
    t.is(code, 0, stderr)
  })

const DEPLOY = new URL('../../deploy/base/', import.meta.url)
for (const file of readdirSync(DEPLOY))
  test(`no error: deploy/base/${file}`, async (t) => {
    const { code, stdout } = await check(file, readFileSync(new URL(file, DEPLOY), 'utf8'))
    t.is(code, 0, stdout)
  })

const MANIFEST = `kind: Pod\nmetadata:\n  annotations:\n    ${ORDER}\n${SPEC}\n`
const indented = MANIFEST.replaceAll(/^/gm, '    ').trimEnd()

const BURIED: Readonly<Record<string, readonly [text: string, at: string]>> = {
  'a ConfigMap, as it stands': [`kind: ConfigMap\ndata:\n  pod.yaml: |\n${indented}\n`, '7:9'],
  'a ConfigMap, as JSON in quotes': [
    `kind: ConfigMap\ndata: {pod.json: '{"metadata":{"annotations":{"podorder.io/steps":"*"}}}'}\n`,
    '2:48',
  ],
  'a step of a workflow': [
    `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - resource:\n     manifest: |\n${indented.replaceAll(/^/gm, '    ')}\n`,
    '10:13',
  ],
}
for (const [name, [text, at]] of Object.entries(BURIED))
  test(`a warning, and no change: an order in the text of ${name}`, async (t) => {
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.deepEqual([code, stdout], [0, text])
    t.regex(
      stderr,
      new RegExp(`warning: in\\.yaml:${at}: podorder\\.io/.* stands within a text, .*; give podorder the manifest`),
    )
    const checked = await check('in.yaml', text)
    t.is(checked.code, 0)
    t.regex(checked.stdout, new RegExp(`in\\.yaml:${at}: warning: podorder\\.io/`))
  })

const VALUES: Readonly<Record<string, string>> = {
  "k3s' HelmChart": `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |\n    podAnnotations: {${ORDER}}\n`,
  "Argo CD's Application": `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  helm:\n   values: |\n    podAnnotations: {${ORDER}}\n`,
}
for (const [name, text] of Object.entries(VALUES))
  test(`a warning that names the webhook: an order in the values of ${name}`, async (t) => {
    const { code, stdout, stderr } = await inject('in.yaml', text)
    t.deepEqual([code, stdout], [0, text])
    t.regex(
      stderr,
      /warning: in\.yaml:\d+:22: podorder\.io\/depends-on goes to pods that a chart makes, .*; label their namespace/,
    )
  })

test('no warning of what kubectl keeps of a manifest, nor of what is no order', async (t) => {
  const last = JSON.stringify(JSON.stringify({ metadata: { annotations: { 'podorder.io/steps': '*' } } }))
  const text = `kind: Pod\nmetadata:\n  annotations:\n    ${ORDER}\n    kubectl.kubernetes.io/last-applied-configuration: ${last}\n    about: see podorder.io/steps\n${SPEC}\n`
  t.notRegex((await inject('in.yaml', text)).stderr, /warning/)
})

test('--strict fails when nothing is ordered', async (t) => {
  const text = `kind: Pod\n${SPEC}\n`
  t.is((await check('in.yaml', text)).code, 0)
  t.is((await check('in.yaml', text, { strict: true })).code, 1)
})
