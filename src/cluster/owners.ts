/** To which workload a live object belongs: a pod to a ReplicaSet, that to a Deployment. Pure. */
import type { JsonObject } from '../base/json-object.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'

export interface OwnerName {
  readonly kind: string
  readonly name: string
}

/** From `metadata.ownerReferences`; there is at most one. */
function controllerOf(object: JsonObject): (OwnerName & { readonly uid: string }) | undefined {
  const owner = listOf(object, 'metadata', 'ownerReferences').find((one) => fieldOf(one, 'controller') === true)
  if (owner === undefined) return undefined
  return { kind: textOf(owner, 'kind'), name: textOf(owner, 'name'), uid: textOf(owner, 'uid') }
}

/** More than a Job of a CronJob of somebody's. */
const MOST_STEPS = 8

/** @returns finds what stands above all: an object, or only the name of one that is not among these; undefined for what belongs to nobody */
export function createOwnerFinder(
  objects: readonly JsonObject[],
): (object: JsonObject) => { readonly named: OwnerName; readonly object: JsonObject | undefined } | undefined {
  const byUid = new Map(objects.map((object) => [textOf(object, 'metadata', 'uid'), object]))
  return (object) => {
    let found: { readonly named: OwnerName; readonly object: JsonObject | undefined } | undefined
    let at: JsonObject | undefined = object
    for (let steps = 0; at !== undefined && steps < MOST_STEPS; steps++) {
      const owner = controllerOf(at)
      if (owner === undefined) break
      at = byUid.get(owner.uid)
      found = { named: { kind: owner.kind, name: owner.name }, object: at }
    }
    return found
  }
}

export function nameOfObject(object: JsonObject): string {
  return `${textOf(object, 'kind')}/${textOf(object, 'metadata', 'name')}`
}
