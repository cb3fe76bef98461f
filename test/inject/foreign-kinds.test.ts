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
const scheduledSpark = (policy: string): string =>
  `apiVersion: sparkoperator.k8s.io/v1beta2\nkind: ScheduledSparkApplication\nmetadata: {name: o}\nspec: {template: {executor: {template: ${template(policy)}}}}\n`
const apacheSpark = `apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {name: o}\nspec: {driverSpec: {podTemplateSpec: ${template('')}}}\n`
const blueGreen = `apiVersion: flink.apache.org/v1beta1\nkind: FlinkBlueGreenDeployment\nmetadata: {name: o}\nspec: {template: {spec: {taskManager: {podTemplate: ${template('')}}}}}\n`
/** @param first how the Ray container is started */
const ray = (first: string, { of = '', beside = '', annotated = '' } = {}): string => {
  const pod = template('', `{name: ray, image: x, ${first}}, {name: log, image: x, command: [b]}`)
  const head = `{headGroupSpec: {template: ${pod.replace('annotations: {', `annotations: {${annotated}`)}}${beside}}`
  return `apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: o${of}}\nspec: ${head}\n`
}
const OWN_RAY = 'ray.io/overwrite-container-cmd: "true"'
const mpi = (version: string, first: string, role = 'Worker'): string =>
  `apiVersion: kubeflow.org/${version}\nkind: MPIJob\nmetadata: {name: o}\nspec: {mpiReplicaSpecs: {${role}: {restartPolicy: Never, template: ${template('', `{name: mpi, image: x, ${first}}, {name: log, image: x, command: [b]}`)}}}}\n`
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
  'Spark does so on a schedule': [scheduledSpark('OnFailure'), 'Never'],
  "and by Apache's operator": [apacheSpark, 'Never'],
  'Flink does so in blue and green': [blueGreen, 'Never'],
  'Ray would be started behind the wrapper': [
    ray('command: [prepare]'),
    undefined,
    /^in:4:.* container "ray": RayCluster starts Ray behind the command of its first container, .*; write its "ray start" command, and annotate the template with ray\.io\/overwrite-container-cmd: "true"; or leave it out/,
  ],
  'Ray is the command': [ray('command: [ray start --head --block]'), 'Always'],
  'Ray has a command of its own': [ray('command: [own]', { annotated: `${OWN_RAY}, ` }), 'Always'],
  'the cluster has': [ray('command: [own]', { of: `, annotations: {${OWN_RAY}}` }), 'Always'],
  'an autoscaler that replaces pods': [
    ray('command: [ray start]', { beside: ', enableInTreeAutoscaling: true, autoscalerOptions: {version: v2}' }),
    'Never',
  ],
  'a worker of MPI without a command': [
    mpi('v2beta1', 'imagePullPolicy: Always'),
    undefined,
    /^in:4:.* container "mpi": MPIJob gives a worker without a command one of its own, .*; write "command" in the container, such as \[\/usr\/sbin\/sshd, -De\]/,
  ],
  'the older operator, which replaces args too': [mpi('v1', 'args: [a]'), undefined, /one of its own/],
  'a worker of MPI with the command': [mpi('v2beta1', 'command: [/usr/sbin/sshd, -De]'), 'Never'],
  'a launcher of MPI': [mpi('v2beta1', 'command: [mpirun]', 'Launcher'), 'Never'],
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
    if (said === undefined)
      t.notRegex(stderr, /beside|writes the command|API server takes|Knative|behind|of its own, and/)
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
