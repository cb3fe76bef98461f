/** Checks of orders in kinds of other projects, whose controllers change the pod template or restrict it. Pure. */
import { textOf } from '../pod/api-object.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { readGroup, readPodPolicy } from '../manifest/pod-policy.ts'
import { findOverwritten } from './overwritten.ts'
import { type Fault, findTree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'

export interface ForeignCheck {
  /** The pod would differ from the one that the wrappers are written for. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

/** Jobs do not accept Always, which is the default of pods (pkg/apis/batch/validation). */
const SILENT_JOB = {
  what: 'there is no restartPolicy, and the API server accepts a Job only with OnFailure or Never; the wrappers are written for Always',
  fix: 'write restartPolicy: OnFailure or Never in the pod template',
}

const UNKNOWN_POLICY = {
  what: 'the restartPolicy of these pods belongs beside the pod template, and is missing there; the wrappers are written for the one in the template',
  fix: 'write restartPolicy beside template',
}

const KNATIVE = {
  what: 'Knative accepts init containers only if its ConfigMap config-features allows them',
  fix: 'make sure that it has kubernetes.podspec-init-containers: enabled',
}

export function checkForeign(pod: FoundPod, order: Order): ForeignCheck {
  const { kind, template, tree } = pod
  const group = readGroup(pod)
  const at = (findTree(tree, ['spec', 'restartPolicy']) ?? findTree(tree, ['spec']) ?? tree).at
  const warnings: Fault[] = []
  if (isJob(group, kind) && textOf(template, 'spec', 'restartPolicy') === '') warnings.push({ at, ...SILENT_JOB })
  if (readPodPolicy(pod) === 'unknown') warnings.push({ at, ...UNKNOWN_POLICY })
  if (group === 'serving.knative.dev') warnings.push({ at: tree.at, ...KNATIVE })
  return { faults: findOverwritten(pod, group, order), warnings }
}

function isJob(group: string, kind: string): boolean {
  if (group === 'keda.sh') return kind === 'ScaledJob'
  return ['', 'batch', 'extensions'].includes(group) && /^(?:Cron)?Job$/.test(kind)
}
