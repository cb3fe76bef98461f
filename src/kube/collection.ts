/** The collections of the API that show a target, and their paths. Pure. */
import { SERVICE_NAME_LABEL } from './services.ts'
import { type Resource, resourcesOf, SLICES } from './kinds.ts'
import type { ObjectTarget } from './target.ts'

export interface Collection {
  /** `/api/v1/namespaces/shop/pods` */
  readonly path: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** @param namespace undefined: all namespaces, or a resource without a namespace. */
export function pathOf({ group, version, plural }: Resource, namespace: string | undefined): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`
}

/**
 * Selects a single object by a field selector instead of a GET request, so that it can be watched. A Role can still allow it by name:
 * RBAC uses `metadata.name` of a field selector as the name.
 */
export function collectionOf({ kind, which }: ObjectTarget, namespace: string): Collection {
  const path = pathOf(resourcesOf(kind)[0], namespace)
  return 'name' in which
    ? { path, fieldSelector: `metadata.name=${which.name}` }
    : { path, labelSelector: which.selector }
}

/** The slices of a service target. They have its name as a label, but not always the labels by which the Service is selected. */
export function slicesOf({ which }: ObjectTarget, namespace: string): Collection {
  const labelSelector = 'name' in which ? `${SERVICE_NAME_LABEL}=${which.name}` : SERVICE_NAME_LABEL
  return { path: pathOf(SLICES, namespace), labelSelector }
}
