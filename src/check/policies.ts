/** Policies of the namespaces of an input: LimitRanges, ResourceQuotas and the Pod Security level. Pure. */
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import { type Amounts, NO_RESOURCES, readAmounts, type Resources } from './resources.ts'

export interface LimitItem {
  /** The name of the LimitRange. */
  readonly name: string
  readonly type: 'Container' | 'Pod'
  readonly min: Amounts
  readonly max: Amounts
  readonly ratio: Amounts
}

export interface Quota {
  readonly name: string
  /** Resource names such as `limits.cpu`. */
  readonly resources: readonly string[]
}

export interface Policies {
  readonly limits: readonly LimitItem[]
  /** Defaults for containers without their own values. */
  readonly defaults: Resources
  /** Quotas for all pods. Quotas with scopes are left out, because a scope depends on the cluster's view of a pod. */
  readonly quotas: readonly Quota[]
  /** Whether the namespace enforces Pod Security's level "restricted". */
  readonly restricted: boolean
}

const ENFORCE = 'pod-security.kubernetes.io/enforce'

/** @returns the policies by namespace; the empty name is for objects and pods that name no namespace */
export function collectPolicies(documents: readonly unknown[]): (namespace: string) => Policies {
  const objects = documents.flatMap(listObjects)
  const known = new Map<string, Policies>()
  return (namespace) => {
    const policies = known.get(namespace) ?? readPolicies(objects, namespace)
    known.set(namespace, policies)
    return policies
  }
}

function listObjects(document: unknown): readonly unknown[] {
  return textOf(document, 'kind') === 'List' ? listOf(document, 'items').flatMap(listObjects) : [document]
}

function readPolicies(objects: readonly unknown[], namespace: string): Policies {
  const ofKind = (kind: string): readonly unknown[] =>
    objects.filter((one) => textOf(one, 'kind') === kind && textOf(one, 'metadata', 'namespace') === namespace)
  const ranges = ofKind('LimitRange').map((range) => {
    return { name: textOf(range, 'metadata', 'name'), items: listOf(range, 'spec', 'limits') }
  })
  const unscoped = ofKind('ResourceQuota').filter(
    (quota) => fieldOf(quota, 'spec', 'scopes') === undefined && fieldOf(quota, 'spec', 'scopeSelector') === undefined,
  )
  return {
    limits: ranges.flatMap(({ name, items }) => items.flatMap((item) => readItem(name, item))),
    defaults: ranges.flatMap(({ items }) => items).reduce(fillIn, NO_RESOURCES),
    quotas: unscoped.map((quota) => {
      const resources = [...readAmounts(fieldOf(quota, 'spec', 'hard')).keys()]
      return { name: textOf(quota, 'metadata', 'name'), resources }
    }),
    restricted: objects.some(
      (one) =>
        textOf(one, 'kind') === 'Namespace' &&
        textOf(one, 'metadata', 'name') === namespace &&
        textOf(one, 'metadata', 'labels', ENFORCE) === 'restricted',
    ),
  }
}

function readItem(name: string, item: unknown): readonly LimitItem[] {
  const type = fieldOf(item, 'type')
  if (type !== 'Container' && type !== 'Pod') return []
  const read = (field: string): Amounts => readAmounts(fieldOf(item, field))
  return [{ name, type, min: read('min'), max: read('max'), ratio: read('maxLimitRequestRatio') }]
}

/**
 * Adds an item's defaults to those of earlier items. The default limit falls back to the max. The default request falls back to
 * the default limit, then to the min (pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem).
 */
function fillIn({ requests, limits }: Resources, item: unknown): Resources {
  if (fieldOf(item, 'type') !== 'Container') return { requests, limits }
  const read = (field: string): Amounts => readAmounts(fieldOf(item, field))
  const limit = new Map([...read('max'), ...read('default')])
  const request = new Map([...read('min'), ...limit, ...read('defaultRequest')])
  return { requests: new Map([...request, ...requests]), limits: new Map([...limit, ...limits]) }
}
