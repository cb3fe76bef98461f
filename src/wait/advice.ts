/** Advice when a permission is missing. */
import { writeRoles } from '../kube/least-role.ts'
import type { Refusal } from '../kube/target-result.ts'
import type { ObjectTarget } from '../kube/target.ts'

/** @param targets all targets of the wait. @returns the end of a sentence about the refusal */
export function adviseRole(targets: readonly (ObjectTarget | { readonly kind: string })[], refusal: Refusal): string {
  if (refusal.kind !== 'denied') return ''
  const objects = targets.filter((target): target is ObjectTarget => 'which' in target)
  return `; this is the least that allows it:\n${writeRoles(objects, refusal.namespace, refusal.subject)}`
}
