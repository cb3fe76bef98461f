import test from 'ava'
import { readManifest } from '../../src/manifest/yaml.io.ts'
import { checkTemplate } from '../../src/order/template-check.ts'
import { findTemplates, readTemplate } from '../../src/manifest/template.ts'
import { describeFault, findTree, type Tree } from '../../src/manifest/tree.ts'

const POD = { spec: { containers: [{ name: 'app' }] } }

const KINDS: readonly (readonly [string, string, object, readonly string[]])[] = [
  ['v1', 'Pod', POD, []],
  ['v1', 'PodTemplate', { template: POD }, ['template']],
  ['v1', 'ReplicationController', { spec: { template: POD } }, ['spec', 'template']],
  ['apps/v1', 'ReplicaSet', { spec: { template: POD } }, ['spec', 'template']],
  ['apps/v1', 'Deployment', { spec: { template: POD } }, ['spec', 'template']],
  ['apps/v1', 'StatefulSet', { spec: { template: POD } }, ['spec', 'template']],
  ['apps/v1', 'DaemonSet', { spec: { template: POD } }, ['spec', 'template']],
  ['batch/v1', 'Job', { spec: { template: POD } }, ['spec', 'template']],
  [
    'batch/v1',
    'CronJob',
    { spec: { jobTemplate: { spec: { template: POD } } } },
    ['spec', 'jobTemplate', 'spec', 'template'],
  ],
]

for (const [apiVersion, kind, body, path] of KINDS) {
  test(`the pod template of a ${kind} is found, alone and in a List`, (t) => {
    const document = { apiVersion, kind, metadata: { name: 'it' }, ...body }
    const [found, ...others] = findTemplates(document)
    t.deepEqual(others, [])
    t.like(found, { kind, name: 'it', path })
    t.deepEqual(found?.template.spec, POD.spec)
    const list = { apiVersion: 'v1', kind: 'List', items: [{ kind: 'Secret' }, { kind: 'List', items: [document] }] }
    t.deepEqual(
      findTemplates(list).map((one) => one.path),
      [['items', 1, 'items', 0, ...path]],
    )
  })
}

const NONE: Readonly<Record<string, unknown>> = {
  'a kind without pods': { apiVersion: 'v1', kind: 'Service', spec: {} },
  'a kind of the same name in another group': {
    apiVersion: 'batch.volcano.sh/v1alpha1',
    kind: 'Job',
    spec: { template: POD },
  },
  'a Deployment without template': { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} },
  'a List without items': { apiVersion: 'v1', kind: 'List' },
  'a kind named like a property of every object': { apiVersion: 'v1', kind: 'constructor' },
  'no kind': { spec: POD.spec },
  text: 'Pod',
  nothing: null,
  'a list': [{ kind: 'Pod' }],
}

for (const [name, document] of Object.entries(NONE)) {
  test(`${name} holds no pod template`, (t) => t.deepEqual(findTemplates(document), []))
}

test('a pod that is to get its name from the API server is known by what it begins with', (t) => {
  t.is(findTemplates({ kind: 'Pod', metadata: { generateName: 'job-' }, ...POD })[0]?.name, 'job-')
})

function parse(text: string): Tree {
  const { documents, faults } = readManifest(text)
  const tree = documents[0]?.tree()
  if (tree === undefined) throw new Error(`the test's own YAML is wrong: ${JSON.stringify(faults)}`)
  return tree
}

const check = (text: string): readonly string[] =>
  checkTemplate(parse(text)).map((fault) => describeFault('pod.yaml', fault))

test('a path leads to the tree of a template', (t) => {
  const tree = parse('kind: List\nitems:\n  - {}\n  - spec:\n      template:\n        spec: {}\n')
  t.deepEqual(findTree(tree, ['items', 1, 'spec', 'template'])?.at, { line: 6, column: 9 })
  t.is(findTree(tree, ['items', 7, 'spec']), undefined)
  t.is(findTree(tree, ['kind', 0]), undefined)
})

test('the parts of a template, with the defaults of Kubernetes', (t) => {
  const tree = parse(
    'metadata:\n  annotations: {a: b}\nspec:\n  initContainers:\n  - name: i\n  containers:\n  - name: c\n',
  )
  t.like(readTemplate(tree), {
    containers: [{ name: 'c', at: { line: 7, column: 11 } }],
    initContainers: [{ name: 'i', at: { line: 5, column: 11 } }],
    restartPolicy: 'Always',
  })
  t.is(readTemplate(tree).annotations?.kind, 'map')
})

const RIGHT = [
  'spec: {containers: [{name: a, command: [x], args: []}, {name: b-1, command: null}], restartPolicy: Never}',
]
for (const text of RIGHT) test(`nothing is wrong with ${text}`, (t) => t.deepEqual(check(text), []))

const WRONG: Readonly<Record<string, readonly string[]>> = {
  'kind: Pod': ['pod.yaml:1:1: the pod has no spec; write spec: {containers: […]}'],
  'spec: []': ['pod.yaml:1:1: spec is not a map; write spec: {containers: […]}'],
  'spec: {}': ['pod.yaml:1:1: the pod has no containers; list at least one under spec.containers'],
  'spec:\n  containers: []': ['pod.yaml:1:1: the pod has no containers; list at least one under spec.containers'],
  'spec:\n  containers:': ['pod.yaml:1:1: the pod has no containers; list at least one under spec.containers'],
  'spec:\n  containers: {name: a}': [
    'pod.yaml:2:15: containers is a map, not a list; begin each container with "- name:"',
  ],
  'spec:\n  containers:\n    - a\n    - image: b\n    - name: 3': [
    'pod.yaml:3:7: containers[0] is text, not a map; give it a name, an image, a command',
    'pod.yaml:4:7: containers[1] has no name; give it one, such as name: app',
    'pod.yaml:5:13: the name of containers[2] is a number, not text; put it in quotes',
  ],
  'spec:\n  containers:\n    - name: App\n    - name: a_b\n    - name: -a': [
    'pod.yaml:3:13: container "App": the name is not a DNS label; use up to 63 of a-z, 0-9 and -, with no - at an end',
    'pod.yaml:4:13: container "a_b": the name is not a DNS label; use up to 63 of a-z, 0-9 and -, with no - at an end',
    'pod.yaml:5:13: container "-a": the name is not a DNS label; use up to 63 of a-z, 0-9 and -, with no - at an end',
  ],
  'spec:\n  containers:\n    - name: a\n  initContainers:\n    - name: a': [
    'pod.yaml:3:13: container "a": the name is taken by another container; give each container a name of its own',
  ],
  'spec:\n  restartPolicy: never\n  containers:\n    - name: a\n      command: sleep 5\n      args: ["-p", 8080, true]':
    [
      'pod.yaml:2:18: unknown restartPolicy "never"; did you mean "Never"?',
      'pod.yaml:5:16: container "a": command is text, not a list; write command: ["word", "word"]',
      'pod.yaml:6:20: container "a": args[1] is a number, not text; put it in quotes',
      'pod.yaml:6:26: container "a": args[2] is true or false, not text; put it in quotes',
    ],
}

for (const [text, faults] of Object.entries(WRONG)) {
  test(`what is wrong with ${JSON.stringify(text)} is said in the order of the file`, (t) =>
    t.deepEqual(check(text), faults))
}
