/** The restartPolicy that controllers of other projects give their pods, regardless of the pod template. Pure. */
import { fieldOf, textOf } from '../pod/api-object.ts'
import { parsePolicy } from '../pod/restarts.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import { type FoundPod, valueAt } from './found-pods.ts'
import { groupOf } from './template.ts'

/** `unknown`: only the cluster knows it; undefined: the template's policy counts. */
export type PodPolicy = RestartPolicy | 'unknown' | undefined

type Decides = (pod: FoundPod) => PodPolicy

/** The known kinds; the comments name the sources. */
const ROWS: readonly (readonly [group: string, kind: RegExp, decides: Decides])[] = [
  // pkg/webhooks/jobset_webhook.go; the trainer's runtimes become JobSets.
  ['jobset.x-k8s.io', /^JobSet$/, defaultTo('OnFailure')],
  ['trainer.kubeflow.org', /Runtime$/, defaultTo('OnFailure')],
  // SetRestartPolicy in pkg/core/pod.go of the training operator.
  ['kubeflow.org', /Job$/, readBeside],
  // BasicDriverFeatureStep and BasicExecutorFeatureStep.
  ['sparkoperator.k8s.io', /^(?:Scheduled)?SparkApplication$/, () => 'Never'],
  ['spark.apache.org', /^SparkApplication$/, () => 'Never'],
  // KubernetesTaskManagerFactory; job managers belong to a Deployment.
  [
    'flink.apache.org',
    /^Flink(?:BlueGreen)?Deployment$/,
    ({ path }) => (path.includes('taskManager') ? 'Never' : undefined),
  ],
  // DefaultHeadPodTemplate and DefaultWorkerPodTemplate of KubeRay.
  ['ray.io', /^Ray/, readRay],
]

/** Version 2 of Ray's autoscaler replaces pods itself. */
function readRay(pod: FoundPod): PodPolicy {
  const group = pod.path.findLastIndex((step) => step === 'headGroupSpec' || step === 'workerGroupSpecs')
  const cluster = group === -1 ? undefined : valueAt(pod, pod.path.slice(0, group))
  const isScaled = fieldOf(cluster, 'enableInTreeAutoscaling') === true
  return isScaled && textOf(cluster, 'autoscalerOptions', 'version') === 'v2' ? 'Never' : undefined
}

export function readPodPolicy(pod: FoundPod): PodPolicy {
  const group = readGroup(pod)
  return ROWS.find(([own, kind]) => own === group && kind.test(pod.kind))?.[2](pod)
}

/** Reads the policy if it is known and not the template's. */
export function readKnownPolicy(pod: FoundPod): RestartPolicy | undefined {
  const policy = readPodPolicy(pod)
  return policy === 'unknown' ? undefined : policy
}

/** The API group of the object that the pod belongs to; empty for the core group and when there is none. */
export function readGroup(pod: FoundPod): string {
  return groupOf(fieldOf(valueAt(pod, pod.objectPath), 'apiVersion'))
}

function defaultTo(policy: RestartPolicy): Decides {
  return ({ template }) => (textOf(template, 'spec', 'restartPolicy') === '' ? policy : undefined)
}

/** Reads the policy of a replica, which overrides its template's. With ExitCode, the operator restarts the pods itself. */
function readBeside(pod: FoundPod): PodPolicy {
  const said = textOf(valueAt(pod, pod.path.slice(0, -1)), 'restartPolicy')
  return said === 'ExitCode' ? 'Never' : (parsePolicy(said) ?? 'unknown')
}
