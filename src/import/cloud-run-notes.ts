/** Remarks about fields that only Cloud Run has, and what to use in a cluster instead. */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { toLabel } from './draft.ts'

/** Fields that only Cloud Run has, and what to use instead; `Job`: the text for jobs, when it differs. */
const WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['containerConcurrency', 'use a HorizontalPodAutoscaler'],
  ['serviceAccountName', 'make a ServiceAccount, and bind it to the one of Google Cloud'],
  ['timeoutSeconds', 'it is the time of a request: set it at the ingress'],
  ['Job timeoutSeconds', 'set activeDeadlineSeconds of the Job'],
  ['maxRetries', 'set backoffLimit of the Job'],
  ['nodeSelector', 'choose nodes of your own cluster'],
  ['taskCount', 'set completions of the Job'],
  ['parallelism', 'set parallelism of the Job'],
  ['run.googleapis.com/cloudsql-instances', 'run the Cloud SQL proxy as a container'],
  ['run.googleapis.com/network-interfaces', 'the network of the cluster gives the pod its address'],
  ['run.googleapis.com/secrets', 'make a Secret of each'],
  ['run.googleapis.com/vpc-access-connector', 'the network of the cluster gives the pod its address'],
  ['run.googleapis.com/vpc-access-egress', 'write a NetworkPolicy for the pod'],
  ['autoscaling.knative.dev/maxScale', 'use a HorizontalPodAutoscaler'],
  ['autoscaling.knative.dev/minScale', 'use a HorizontalPodAutoscaler'],
  ['run.googleapis.com/maxScale', 'use a HorizontalPodAutoscaler'],
  ['run.googleapis.com/minScale', 'use a HorizontalPodAutoscaler'],
  ['run.googleapis.com/scalingMode', 'use a HorizontalPodAutoscaler, or none'],
  ['run.googleapis.com/manualInstanceCount', 'set replicas of the Deployment'],
  ['run.googleapis.com/ingress', 'choose the type of the Service, or write an Ingress'],
  ['run.googleapis.com/sessionAffinity', 'set sessionAffinity: ClientIP of the Service'],
  ['run.googleapis.com/startup-cpu-boost', 'ask for as much CPU as the start needs'],
  ['run.googleapis.com/binary-authorization', 'use an admission policy of the cluster'],
  ['run.googleapis.com/custom-audiences', 'let the ingress check who calls'],
  ['run.googleapis.com/iap-enabled', 'let the ingress check who calls'],
  ['run.googleapis.com/invoker-iam-disabled', 'let the ingress check who calls'],
  ['run.googleapis.com/encryption-key', 'encrypt the storage of the cluster'],
  ['traffic', 'use a service mesh, or a Deployment for each revision'],
])

/** Annotations that do not change what runs: a pod always has Linux and its CPU. */
const IDLE =
  /^run\.googleapis\.com\/(?:base-images|build-.*|client-name|client-version|container-dependencies|cpu-throttling|default-url-disabled|description|execution-environment|gpu-zonal-redundancy-disabled|ingress-status|launch-stage|operation-id|satisfiesPzs|sources|urls)$/

const OWN = /^(?:run\.googleapis\.com|autoscaling\.knative\.dev)\//

/** Fields of the pod that are read. */
const READ = new Set(['containers', 'volumes'])

/** Remarks on what only Cloud Run does with a pod. */
export function noteOwn(
  root: Tree,
  spec: Tree | undefined,
  template: Tree | undefined,
  kind: string,
  context: ComposeContext,
): void {
  const note = (entry: Entry): void => {
    const fix = WITHOUT_PLACE.get(`${kind} ${entry.key}`) ?? WITHOUT_PLACE.get(entry.key) ?? 'it is left out'
    context.remarks.note(placeOf(entry, context), undefined, `${entry.key} is Cloud Run’s own`, fix)
  }
  for (const entry of isMap(spec) ? spec.entries : []) if (!READ.has(entry.key)) note(entry)
  for (const key of ['taskCount', 'parallelism']) {
    const entry = findEntry(fieldAt(root, 'spec', 'template', 'spec'), key)
    if (entry !== undefined) note(entry)
  }
  const traffic = findEntry(fieldAt(root, 'spec'), 'traffic')
  if (traffic !== undefined && readItems(traffic.value).length > 1) note(traffic)
  for (const place of new Set([template, fieldAt(root, 'spec', 'template'), root])) {
    const annotations = fieldAt(place, 'metadata', 'annotations')
    for (const entry of isMap(annotations) ? annotations.entries : [])
      if (OWN.test(entry.key) && !IDLE.test(entry.key)) note(entry)
  }
}

/** Remarks on each secret of a variable; its key is the version. */
export function noteSecrets(tree: Tree, context: ComposeContext): void {
  for (const item of readItems(fieldAt(tree, 'env'))) {
    const secret = fieldAt(item, 'valueFrom', 'secretKeyRef')
    if (secret === undefined) continue
    const name = wordOf(fieldAt(secret, 'name')) ?? ''
    const key = wordOf(fieldAt(secret, 'key')) ?? 'latest'
    noteSecret(secret, name, `--from-literal=${key}=…`, context)
  }
}

/** @param words the content, as kubectl takes it */
export function noteSecret(secret: Tree, name: string, words: string, context: ComposeContext): void {
  const fix = `make it: kubectl create secret generic ${secretName(name)} ${words}`
  context.remarks.note(placeOf(secret, context), undefined, `the secret ${name} is kept by Google Cloud`, fix)
}

/** The name of the Secret for a secret of Google Cloud. */
export const secretName = (path: string): string => toLabel(path.split('/').at(-1) ?? path)
