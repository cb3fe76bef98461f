/** What the controllers of other kinds do to a pod template. */
import test from 'ava'
import { eject, inject } from '../support/inject.ts'

const CONTAINERS = '{name: a, image: x, command: [a]}, {name: b, image: x, command: [b]}'

/** A template that says an order. @param policy of the pod; empty: none */
function template(policy: string, containers = CONTAINERS): string {
  const [, first = '', second = ''] = /name: ([\w-]+).*name: ([\w-]+)/.exec(containers) ?? []
  const spec = `${policy === '' ? '' : `restartPolicy: ${policy}, `}containers: [${containers}]`
  return `{metadata: {annotations: {podorder.io/depends-on: "${second}: {${first}: completed}"}}, spec: {${spec}}}`
}

const jobSet = (policy: string): string =>
  `apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nmetadata: {name: o}\nspec: {replicatedJobs: [{name: w, template: {spec: {template: ${template(policy)}}}}]}\n`
const pyTorch = (beside: string, policy: string): string =>
  `apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: o}\nspec: {pytorchReplicaSpecs: {Worker: {${beside}template: ${template(policy)}}}}\n`
const spark = (policy: string): string =>
  `apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: o}\nspec: {driver: {template: ${template(policy)}}}\n`
const flink = (place: string, policy: string, containers?: string): string =>
  `apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: o}\nspec: {${place}: {podTemplate: ${template(policy, containers)}}}\n`
const job = (policy: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: o}\nspec: {template: ${template(policy)}}\n`
const knative = `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: o}\nspec: {template: ${template('')}}\n`

/** The policy that the wrappers are made for; undefined: the order is refused. What is said, if anything. */
const CASES: Readonly<Record<string, readonly [text: string, policy: string | undefined, said?: RegExp]>> = {
  'a JobSet makes a silent policy OnFailure': [jobSet(''), 'OnFailure'],
  'a JobSet leaves one that is said': [jobSet('Never'), 'Never'],
  'a training job takes that of the replica': [pyTorch('restartPolicy: OnFailure, ', ''), 'OnFailure'],
  'over that of the template': [pyTorch('restartPolicy: Never, ', 'OnFailure'), 'Never'],
  'its own word is Never for the kubelet': [pyTorch('restartPolicy: ExitCode, ', ''), 'Never'],
  'nobody says it': [
    pyTorch('', 'Never'),
    'Never',
    /belongs beside the pod template.*; write restartPolicy beside template/,
  ],
  'Spark starts all with Never': [spark('OnFailure'), 'Never'],
  'Flink starts task managers with Never': [flink('taskManager', ''), 'Never'],
  'Flink starts job managers with Always': [flink('jobManager', ''), 'Always'],
  'Flink writes the command of its container': [
    flink(
      'jobManager',
      '',
      '{name: flink-main-container, image: x, command: [a]}, {name: log, image: x, command: [b]}',
    ),
    undefined,
    /^in:4:.* FlinkDeployment writes the command of flink-main-container itself, .*; leave it out of the order/,
  ],
  'a silent Job is not taken by the API server': [
    job(''),
    'Always',
    /the API server accepts a Job only with OnFailure or Never/,
  ],
  'a Job that says it': [job('OnFailure'), 'OnFailure'],
  'Knative must allow init containers': [knative, 'Always', /kubernetes\.podspec-init-containers: enabled/],
}

for (const [title, [text, policy, said]] of Object.entries(CASES)) {
  test(title, async (t) => {
    const { code, stdout, stderr } = await inject('in', text)
    if (said === undefined) t.notRegex(stderr, /beside|writes the command|API server takes|Knative/)
    else t.regex(stderr, said)
    t.is(code, policy === undefined ? 2 : 0, stderr)
    if (policy === undefined) t.is(stdout, '')
    if (policy === undefined) return
    const policies = [...stdout.matchAll(/--restart-policy=(\w+)/g)].map(([, word]) => word)
    t.deepEqual(policies, [policy, policy])
    t.is(stdout.includes('--hold'), policy === 'Always')
    t.is((await inject('in', stdout)).stdout, stdout)
    t.is((await eject('in', stdout)).stdout, text)
  })
}
