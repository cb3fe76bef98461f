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

const ruled = (rules: string, policy = 'restartPolicy: Never, '): string =>
  `spec: {containers: [{name: a, ${policy}restartPolicyRules: ${rules}}]}`
const RULE = '{action: Restart, exitCodes: {operator: In, values: [42]}}'

const RIGHT = [
  // The API server takes these (Kubernetes 1.36).
  ruled(`[${RULE}, {action: RestartAllContainers, exitCodes: {operator: NotIn, values: [0]}}]`),
  ruled('[{action: Restart, exitCodes: {operator: In, values: []}}]'),
  ruled('[{action: Restart, exitCodes: {operator: NotIn}}]'),
  ruled('[{action: Restart, exitCodes: {operator: In, values: [-1, 256, 300]}}]'),
  ruled('[]', ''),
  ruled('null', ''),
  ruled(`[${Array.from({ length: 20 }, () => RULE).join(', ')}]`),
  `spec: {initContainers: [{name: i, restartPolicy: Always, restartPolicyRules: [${RULE}]}, {name: j, restartPolicy: OnFailure}], containers: [{name: a}]}`,
  'spec: {containers: [{name: a, command: [x], args: []}, {name: b-1, command: null}], restartPolicy: Never}',
]
for (const text of RIGHT) test(`nothing is wrong with ${text}`, (t) => t.deepEqual(check(text), []))

const WRONG: Readonly<Record<string, readonly string[]>> = {
  'kind: Pod': ['pod.yaml:1:1: the pod has no spec; write spec: {containers: […]}'],
  'spec: []': ['pod.yaml:1:1: spec is not a map; write spec: {containers: […]}'],
  'spec:\n  terminationGracePeriodSeconds: 10s\n  containers: [{name: a}]': [
    'pod.yaml:2:34: terminationGracePeriodSeconds is "10s"; write whole seconds, such as 30',
  ],
  'spec:\n  terminationGracePeriodSeconds: 1.5\n  containers: [{name: a}]': [
    'pod.yaml:2:34: terminationGracePeriodSeconds is 1.5; write whole seconds, such as 30',
  ],
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

/** Of one container, or init container, with its rules in the place of `R`: what is wrong, as its place and words. */
const WRONG_RULES: Readonly<Record<string, string>> = {
  '[{action: DoNotRestart, exitCodes: {operator: In}}]':
    'unknown restartPolicyRules[0].action "DoNotRestart"; write Restart or RestartAllContainers',
  '[{action: restart, exitCodes: {operator: In}}]':
    'unknown restartPolicyRules[0].action "restart"; did you mean "Restart"?',
  '[{exitCodes: {operator: In}}]': 'restartPolicyRules[0].action is missing; write Restart or RestartAllContainers',
  '[{action: Restart}]': 'restartPolicyRules[0] has no exitCodes; write exitCodes: {operator: In, values: [42]}',
  '[{action: Restart, exitCodes: [42]}]':
    'restartPolicyRules[0].exitCodes is a list, not a map; write exitCodes: {operator: In, values: [42]}',
  '[{action: Restart, exitCodes: {operator: Equals, values: [3]}}]':
    'unknown restartPolicyRules[0].exitCodes.operator "Equals"; write In or NotIn',
  '[{action: Restart, exitCodes: {values: [3]}}]':
    'restartPolicyRules[0].exitCodes.operator is missing; write In or NotIn',
  '[{action: Restart, exitCodes: {operator: In, values: 42}}]':
    'restartPolicyRules[0].exitCodes.values is a number, not a list; write values: [42]',
  '[{action: Restart, exitCodes: {operator: In, values: [1, "42"]}}]':
    'restartPolicyRules[0].exitCodes.values[1] is text, not a whole number; write exit codes, from 0 to 255',
  '[{action: Restart, exitCodes: {operator: In, values: [1.5]}}]':
    'restartPolicyRules[0].exitCodes.values[0] is a number, not a whole number; write exit codes, from 0 to 255',
  '{action: Restart}': 'restartPolicyRules is a map, not a list; begin each rule with "- action:"',
  '[Restart]':
    'restartPolicyRules[0] is text, not a map; write {action: Restart, exitCodes: {operator: In, values: [42]}}',
  [`[${Array.from({ length: 21 }, () => RULE).join(', ')}]`]:
    'restartPolicyRules has 21 rules; Kubernetes takes 20; list more exit codes in one rule',
  [`[{action: Restart, exitCodes: {operator: In, values: [${Array.from({ length: 256 }, (_, code) => code).join(', ')}]}}]`]:
    'restartPolicyRules[0].exitCodes.values has 256 values; Kubernetes takes 255; use operator NotIn with the other ones',
}

for (const [rules, fault] of Object.entries(WRONG_RULES)) {
  test(`one error with its place: ${rules.slice(0, 80)}`, (t) => {
    const own = `{name: a, restartPolicy: Never, restartPolicyRules: ${rules}}`
    for (const text of [`spec: {containers: [${own}]}`, `spec: {containers: [{name: b}], initContainers: [${own}]}`]) {
      const [said = '', ...others] = check(text)
      t.deepEqual(others, [])
      t.regex(said, /^pod\.yaml:1:\d+: container "a": /)
      t.is(said.slice(said.indexOf('"a": ') + 5), fault)
    }
  })
}

test('rules go with a policy, and the policy of a container is one of three', (t) => {
  const missing =
    'container "a": restartPolicyRules without a restartPolicy of the container; ' +
    'write the policy that counts where no rule matches, such as restartPolicy: Never, beside them'
  t.deepEqual(check(ruled(`[${RULE}]`, '')), [`pod.yaml:1:51: ${missing}`])
  t.deepEqual(check(ruled(`[${RULE}]`, 'restartPolicy: null, ')), [`pod.yaml:1:72: ${missing}`])
  t.deepEqual(check('spec: {containers: [{name: a, restartPolicy: Sometimes}]}'), [
    'pod.yaml:1:46: container "a": unknown restartPolicy "Sometimes"; write Always, OnFailure or Never',
  ])
  t.deepEqual(check('spec: {initContainers: [{name: i, restartPolicy: always}], containers: [{name: a}]}'), [
    'pod.yaml:1:50: container "i": unknown restartPolicy "always"; did you mean "Always"?',
  ])
})

for (const [text, faults] of Object.entries(WRONG)) {
  test(`what is wrong with ${JSON.stringify(text)} is said in the order of the file`, (t) =>
    t.deepEqual(check(text), faults))
}
