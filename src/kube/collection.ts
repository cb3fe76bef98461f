/** Which collections of the API a target is seen in, and where they are. Pure. */
import { SERVICE_NAME_LABEL } from './services.ts'
import { type Resource, resourcesOf, SLICES } from './kinds.ts'
import type { ObjectTarget } from './target.ts'

export interface Collection {
  /** `/api/v1/namespaces/shop/pods` */
  readonly path: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** @param namespace undefined: of all of them, or of none where the resource has none. */
export function pathOf({ group, version, plural }: Resource, namespace: string | undefined): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`
}

/**
 * A single object is selected by its name as well, and never asked for by a GET: only so can it be watched, and a Role can allow it
 * by name (RBAC takes `metadata.name` of a field selector for the name).
 */
export function collectionOf({ kind, which }: ObjectTarget, namespace: string): Collection {
  const path = pathOf(resourcesOf(kind)[0], namespace)
  return 'name' in which
    ? { path, fieldSelector: `metadata.name=${which.name}` }
    : { path, labelSelector: which.selector }
}

/** The slices of a service target: they carry its name as a label, but not for certain the labels by which it is selected. */
export function slicesOf({ which }: ObjectTarget, namespace: string): Collection {
  const labelSelector = 'name' in which ? `${SERVICE_NAME_LABEL}=${which.name}` : SERVICE_NAME_LABEL
  return { path: pathOf(SLICES, namespace), labelSelector }
}
