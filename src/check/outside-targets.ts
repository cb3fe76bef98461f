/** Requirements on the cluster of waits for targets outside the pod's order. Pure. */
import { quoteWord } from '../base/shell.ts'
import { findEntry } from '../manifest/tree.ts'
import type { CheckResult } from './finding.ts'
import { type CheckedPod, placeAlong } from './checked-pod.ts'

export function checkOutside(pod: CheckedPod): readonly CheckResult[] {
  return [...checkPermission(pod), ...checkController(pod), ...checkAbsence(pod)]
}

/** @returns one result for the pod, because its containers share a ServiceAccount. Roles are not judged: they may be defined anywhere. */
function checkPermission({ tree, after, order, namespace }: CheckedPod): readonly CheckResult[] {
  const waits = order.outside.flatMap(({ target, container, at }) =>
    'which' in target ? [{ target, container, at }] : [],
  )
  const [first] = waits
  if (first === undefined) return []
  const spec = findEntry(tree, 'spec')?.value ?? tree
  if (after.spec['automountServiceAccountToken'] === false) {
    const at = placeAlong(spec, ['automountServiceAccountToken'])
    const what = `${first.target.label} is watched through the API, but the pod has no token for the API`
    const fix = 'remove automountServiceAccountToken: false, or mount a token at the usual path'
    return [{ rule: 'permission', level: 'warning', at, container: first.container, what, fix }]
  }
  const account = after.spec['serviceAccountName']
  const words = [
    'podorder rbac',
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
    ...(typeof account === 'string' ? [`--service-account ${account}`] : []),
    ...new Set(waits.map(({ target }) => quoteWord(target.label))),
  ]
  const who = `ServiceAccount "${typeof account === 'string' ? account : 'default'}"`
  const what = `${who} needs permission to list and watch the targets`
  const fix = `apply what "${words.join(' ')}" prints, unless it has the permission already`
  return [{ rule: 'permission', level: 'note', at: first.at, container: first.container, what, fix }]
}

/** A target that was not created yet cannot be told from one that was removed. */
function checkAbsence({ order }: CheckedPod): readonly CheckResult[] {
  return order.outside.flatMap(({ target, container, at }): readonly CheckResult[] => {
    if (!('absentCounts' in target)) return []
    const what = `${target.label} counts as completed while it does not exist, also before it is created`
    const fix = 'create it before the pod'
    return [{ rule: 'advice', level: 'note', at, container, what, fix }]
  })
}

function checkController({ order }: CheckedPod): readonly CheckResult[] {
  const first = order.outside.find(({ target }) => target.kind === 'sidecar')
  if (first === undefined) return []
  const what = `${first.target.label} is watched by podorder's controller`
  const fix = 'make sure that "podorder controller" runs in the cluster'
  return [{ rule: 'controller', level: 'note', at: first.at, container: first.container, what, fix }]
}
