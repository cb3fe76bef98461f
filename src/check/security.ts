/** Checks whether podorder's init container may start, and whether all containers can use its volumes. Pure. */
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { CheckResult } from './finding.ts'
import { placeAlong, placeIn, findInit, listWrapped, type CheckedPod } from './checked-pod.ts'

export function checkSecurity(pod: CheckedPod): readonly CheckResult[] {
  return [...checkInit(pod), ...checkLabels(pod)]
}

/**
 * The init container that inject writes passes "restricted", and so do podorder's volumes (volume type `image` only since
 * Kubernetes 1.33, which introduced it). An init container that is already there is kept and may fail. The API server judges each
 * container (pod-security-admission/policy).
 */
function checkInit(pod: CheckedPod): readonly CheckResult[] {
  const init = findInit(pod)
  const of = (field: string): unknown => fieldOf(init, 'securityContext', field)
  const ofAny = (field: string): unknown => of(field) ?? fieldOf(pod.after.spec['securityContext'], field)
  const demands: readonly (readonly [string, boolean])[] = [
    ['allowPrivilegeEscalation: false', of('allowPrivilegeEscalation') === false],
    ['capabilities: {drop: [ALL]}', listOf(of('capabilities'), 'drop').includes('ALL')],
    ['runAsNonRoot: true', ofAny('runAsNonRoot') === true],
    [
      'seccompProfile: {type: RuntimeDefault}',
      /^(?:RuntimeDefault|Localhost)$/.test(textOf(ofAny('seccompProfile'), 'type')),
    ],
  ]
  const missing = demands.flatMap(([demand, isMet]) => (isMet ? [] : [demand]))
  // With an image volume there may be no init container.
  if (findInit(pod) === undefined) return []
  const index = pod.after.spec.initContainers?.findIndex(({ name }) => name === INIT_CONTAINER) ?? -1
  const common = {
    rule: 'security' as const,
    at: placeAlong(pod.tree, ['spec', 'initContainers', index, 'securityContext']),
    fix: 'eject, and inject again: then it is written as it should be',
  }
  const { restricted } = pod.policies
  const refusal = restricted
    ? 'is refused, since its namespace enforces "restricted"'
    : 'would be refused where "restricted" is enforced'
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            ...common,
            level: restricted ? 'error' : 'warning',
            what: `${INIT_CONTAINER} ${refusal}: it lacks ${missing.join(', ')}`,
          } as const,
        ]),
    ...(ofAny('runAsNonRoot') === true && ofAny('runAsUser') === 0
      ? [
          {
            ...common,
            level: 'error',
            what: `${INIT_CONTAINER} cannot start: it must not be root, but the pod's runAsUser is 0`,
          } as const,
        ]
      : []),
  ]
}

/**
 * The kubelet sets the SELinux label of an emptyDir once, for the first container that mounts it (kubelet_pods.go, makeMounts):
 * podorder-init, with the pod's level. Where SELinux enforces, a container with another level has no access.
 */
function checkLabels(pod: CheckedPod): readonly CheckResult[] {
  const labelled = textOf(pod.after.spec['securityContext'], 'seLinuxOptions', 'level')
  return listWrapped(pod).flatMap(({ name, securityContext }): readonly CheckResult[] => {
    const level = textOf(securityContext, 'seLinuxOptions', 'level')
    const isUnconfined =
      fieldOf(securityContext, 'privileged') === true || textOf(securityContext, 'seLinuxOptions', 'type') === 'spc_t'
    if (level === '' || level === labelled || isUnconfined) return []
    const at = placeIn(pod.tree, name, 'securityContext', 'seLinuxOptions', 'level')
    const what = `its SELinux level is not the pod's: where SELinux enforces, it cannot use podorder's volumes`
    const fix = `set "${level}" in the pod's own securityContext, for all its containers`
    return [{ rule: 'security', level: 'warning', at, container: name, what, fix }]
  })
}
