/** `podorder rbac TARGET…`: the least Role that allows to wait for these. */
import { writeRoles } from '../core/kube/role.ts'
import { type ObjectTarget, parseTarget } from '../core/kube/target.ts'

export interface RbacOptions {
  /** Of targets that name none, and of the ServiceAccount. */
  readonly namespace: string
  readonly serviceAccount: string
}

/** @returns the manifest, or one sentence on what is wrong, with the exit code. */
export function writeRbac(
  targets: readonly string[],
  options: RbacOptions,
): { readonly code: number; readonly text: string } {
  const objects: ObjectTarget[] = []
  for (const text of targets) {
    const target = parseTarget(text)
    if ('problem' in target) return { code: 2, text: target.problem }
    if ('which' in target) objects.push(target)
  }
  if (objects.length === 0) {
    return { code: 2, text: 'none of these needs the API; name a target such as pod/db, job/migrate or service/mail' }
  }
  return { code: 0, text: writeRoles(objects, options.namespace, options) }
}
