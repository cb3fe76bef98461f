/** Containers whose command the controller of another project writes: it would replace or pass by the wrapper. Pure. */
import { textOf } from '../pod/api-object.ts'
import { type FoundPod, valueAt } from '../manifest/found-pods.ts'
import type { Container } from '../pod/pod.ts'
import { type Fault, findTree } from '../manifest/tree.ts'
import type { Order } from '../order/order.ts'

/** The main container of Flink's pods: CmdJobManagerDecorator and CmdTaskManagerDecorator write its command. */
const FLINK_MAIN = 'flink-main-container'

/** With it, KubeRay leaves the command as it is (BuildPod in controllers/ray/common/pod.go); also on the object. */
const RAY_OWN = 'ray.io/overwrite-container-cmd'

/** @returns faults of ordered containers */
export function findOverwritten(pod: FoundPod, group: string, order: Order): readonly Fault[] {
  const [first] = pod.template.spec.containers
  if (group === 'flink.apache.org') return order.containers.includes(FLINK_MAIN) ? [sayFlink(pod)] : []
  if (first === undefined || !order.containers.includes(first.name)) return []
  if (group === 'ray.io') return isRayStarted(pod, first) ? [sayRay(pod, first)] : []
  return group === 'kubeflow.org' && isFilledIn(pod, first) ? [sayFilledIn(pod, first)] : []
}

function sayFlink({ kind, tree }: FoundPod): Fault {
  const what = `${kind} writes the command of ${FLINK_MAIN} itself, and so replaces the wrapper`
  const fix = 'leave it out of the order: it can neither wait nor be waited for'
  return { at: findTree(tree, ['metadata', 'annotations'])?.at ?? tree.at, what, fix }
}

/** Whether KubeRay starts Ray behind the command of the first container: then Ray is not the wrapper's command. */
function isRayStarted(pod: FoundPod, { command, args }: Container): boolean {
  if (!pod.path.some((step) => step === 'headGroupSpec' || step === 'workerGroupSpecs')) return false
  const own = [pod.template, valueAt(pod, pod.objectPath)].map((value) =>
    textOf(value, 'metadata', 'annotations', RAY_OWN),
  )
  const startsRay = [...(command ?? []), ...(args ?? [])].join(' ').includes('ray start')
  return !startsRay && !own.some((text) => text.toLowerCase() === 'true')
}

function sayRay({ kind, tree }: FoundPod, { name }: Container): Fault {
  const what = `${kind} starts Ray behind the command of its first container, so that Ray would not be in the order`
  const fix = `write its "ray start" command, and annotate the template with ${RAY_OWN}: "true"; or leave it out of the order`
  return { at: placeOfFirst(tree), container: name, what, fix }
}

/** Whether MPIJob gives the first container of a worker a command: newWorker in v2beta1, and in v1 regardless of args. */
function isFilledIn(pod: FoundPod, { command, args }: Container): boolean {
  const isWorker = pod.kind === 'MPIJob' && pod.path.at(-2) === 'Worker'
  const isV1 = textOf(valueAt(pod, pod.objectPath), 'apiVersion') === 'kubeflow.org/v1'
  return isWorker && (command ?? []).length === 0 && (isV1 || (args ?? []).length === 0)
}

function sayFilledIn({ kind, tree }: FoundPod, { name }: Container): Fault {
  const what = `${kind} gives a worker without a command one of its own, and the wrapper would run that of the image`
  return {
    at: placeOfFirst(tree),
    container: name,
    what,
    fix: 'write "command" in the container, such as [/usr/sbin/sshd, -De]',
  }
}

function placeOfFirst(tree: FoundPod['tree']): Fault['at'] {
  return (findTree(tree, ['spec', 'containers', 0]) ?? tree).at
}
