/** The table of kinds with pod templates, and the paths of the templates. Pure. */

/** `spec.replicatedJobs[*].template`: `[*]` is each item of a list, `.*` each entry of a map; an empty path is the object itself. */
export interface TemplateKind {
  /** Undefined: any group. */
  readonly group?: string
  readonly kind: string
  readonly paths: readonly string[]
}

/** Kinds of Kubernetes (API reference, groups core, apps, batch). */
const OWN: Readonly<Record<string, string>> = {
  Pod: '',
  PodTemplate: 'template',
  ReplicationController: 'spec.template',
  ReplicaSet: 'spec.template',
  Deployment: 'spec.template',
  StatefulSet: 'spec.template',
  DaemonSet: 'spec.template',
  Job: 'spec.template',
  CronJob: 'spec.jobTemplate.spec.template',
}

/** Groups of these kinds: a manifest may have no group, or an old one. Other groups have kinds with the same names. */
const OWN_GROUPS = ['', 'apps', 'batch', 'extensions']

const UNITED = ['statefulSetTemplate', 'advancedStatefulSetTemplate', 'cloneSetTemplate', 'deploymentTemplate']
const RAY = ['headGroupSpec.template', 'workerGroupSpecs[*].template']
const below = (path: string, paths: readonly string[]): readonly string[] => paths.map((inner) => `${path}.${inner}`)

/** Kinds of CustomResourceDefinitions: group, kind, paths. Templates of other kinds are found by their form (see template.ts). */
const OTHERS: readonly (readonly [group: string, kind: string, ...paths: string[]])[] = [
  ['argoproj.io', 'Rollout', 'spec.template'],
  ['serving.knative.dev', 'Service', 'spec.template'],
  ['serving.knative.dev', 'Configuration', 'spec.template'],
  ['serving.knative.dev', 'Revision', ''],
  ['run.googleapis.com', 'Job', 'spec.template.spec.template'],
  ['jobset.x-k8s.io', 'JobSet', 'spec.replicatedJobs[*].template.spec.template'],
  [
    'leaderworkerset.x-k8s.io',
    'LeaderWorkerSet',
    ...below('spec.leaderWorkerTemplate', ['leaderTemplate', 'workerTemplate']),
  ],
  ...[
    ['TFJob', 'tf'],
    ['PyTorchJob', 'pytorch'],
    ['MPIJob', 'mpi'],
    ['XGBoostJob', 'xgb'],
    ['PaddleJob', 'paddle'],
    ['JAXJob', 'jax'],
    ['MXJob', 'mx'],
  ].map(([kind = '', word = '']) => ['kubeflow.org', kind, `spec.${word}ReplicaSpecs.*.template`] as const),
  ['kubeflow.org', 'Notebook', 'spec.template'],
  ['trainer.kubeflow.org', 'TrainingRuntime', 'spec.template.spec.replicatedJobs[*].template.spec.template'],
  ['trainer.kubeflow.org', 'ClusterTrainingRuntime', 'spec.template.spec.replicatedJobs[*].template.spec.template'],
  ['ray.io', 'RayCluster', ...below('spec', RAY)],
  ['ray.io', 'RayJob', ...below('spec.rayClusterSpec', RAY), 'spec.submitterPodTemplate'],
  ['ray.io', 'RayService', ...below('spec.rayClusterConfig', RAY)],
  ['apps.kruise.io', 'CloneSet', 'spec.template'],
  ['apps.kruise.io', 'StatefulSet', 'spec.template'],
  ['apps.kruise.io', 'DaemonSet', 'spec.template'],
  ['apps.kruise.io', 'BroadcastJob', 'spec.template'],
  [
    'apps.kruise.io',
    'AdvancedCronJob',
    ...below('spec.template', ['jobTemplate', 'broadcastJobTemplate']).map((path) => `${path}.spec.template`),
  ],
  ['apps.kruise.io', 'UnitedDeployment', ...below('spec.template', UNITED).map((path) => `${path}.spec.template`)],
  ['apps.openshift.io', 'DeploymentConfig', 'spec.template'],
  ['batch.volcano.sh', 'Job', 'spec.tasks[*].template'],
  ['kueue.x-k8s.io', 'Workload', 'spec.podSets[*].template'],
  ['keda.sh', 'ScaledJob', 'spec.jobTargetRef.template'],
  ['agents.x-k8s.io', 'Sandbox', 'spec.podTemplate'],
  ['extensions.agents.x-k8s.io', 'SandboxTemplate', 'spec.podTemplate'],
  ['sparkoperator.k8s.io', 'SparkApplication', 'spec.driver.template', 'spec.executor.template'],
  [
    'flink.apache.org',
    'FlinkDeployment',
    ...below('spec', ['podTemplate', 'jobManager.podTemplate', 'taskManager.podTemplate']),
  ],
  ['agones.dev', 'GameServer', 'spec.template'],
  ['agones.dev', 'GameServerSet', 'spec.template.spec.template'],
  ['agones.dev', 'Fleet', 'spec.template.spec.template'],
  ['actions.github.com', 'AutoscalingRunnerSet', 'spec.template'],
]

export const TEMPLATE_KINDS: readonly TemplateKind[] = [
  ...OWN_GROUPS.flatMap((group) => Object.entries(OWN).map(([kind, path]) => ({ group, kind, paths: [path] }))),
  ...OTHERS.map(([group, kind, ...paths]) => ({ group, kind, paths })),
]

/** Kinds that hold old versions of other objects' templates: no pod starts from them directly. */
export const RECORDS: ReadonlySet<string> = new Set(['ControllerRevision'])

const MONITORING = 'monitoring.coreos.com'

/** Kinds with metadata and spec.containers that are not pods, by group. */
const NO_PODS: readonly (readonly [group: string, kind: string])[] = [
  // Their spec has no initContainers, and it contains the pod's annotations.
  ['serving.kserve.io', 'ServingRuntime'],
  ['serving.kserve.io', 'ClusterServingRuntime'],
  // Its containers are injected into other pods.
  ['apps.kruise.io', 'SidecarSet'],
  // Its operator merges these containers into those that it makes (pkg/prometheus, MergePatchContainers).
  ...['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'].map((kind) => [MONITORING, kind] as const),
]

/** The place of the pods' annotations in the kinds of the Prometheus operator; undefined for others. */
export function placeOfPodMetadata(group: string, kind: string): string | undefined {
  const isOne = group === MONITORING && NO_PODS.some((row) => row[0] === group && row[1] === kind)
  return isOne ? 'spec.podMetadata.annotations' : undefined
}

/** Whether an object may be a pod by its form. */
export function mayBePod(group: string, kind: string): boolean {
  return kind !== '' && !RECORDS.has(kind) && !NO_PODS.some((row) => row[0] === group && row[1] === kind)
}

/** Corrects a kind in wrong case or in the plural. @returns undefined when the kind is right, or not of Kubernetes */
export function correctKind(group: string, kind: string): string | undefined {
  if (!OWN_GROUPS.includes(group) || Object.hasOwn(OWN, kind)) return undefined
  const word = kind.toLowerCase().replace(/s$/, '')
  return Object.keys(OWN).find((own) => own.toLowerCase().replace(/s$/, '') === word)
}

const STEP = /^[\w-]+(?:\[\*\])?$|^\*$/

/** Reads `KIND=PATH` or `GROUP/KIND=PATH` of a command line. @returns one sentence when it has another form */
export function parseTemplateKind(text: string): TemplateKind | string {
  const [, group, kind = '', path = ''] = /^(?:([\w.-]+)\/)?([A-Z]\w*)=(.*)$/.exec(text) ?? []
  const clean = path.trim().replace(/^\./, '')
  const isPath = clean !== '' && clean.split('.').every((step) => STEP.test(step))
  if (!isPath) return `"${text}" is not KIND=PATH, such as Sandbox=spec.podTemplate or Set=spec.groups[*].template`
  return { ...(group === undefined ? {} : { group }), kind, paths: [clean] }
}

/** Splits `a[*].b` into a, *, b. */
export function splitPath(path: string): readonly string[] {
  return path === '' ? [] : path.replaceAll('[*]', '.*').split('.')
}
