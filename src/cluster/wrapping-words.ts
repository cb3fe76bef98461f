/** Words for faults in how live objects are rewritten, with fixes. Pure. */
import type { JsonObject } from '../base/json-object.ts'
import { version } from '../base/version.ts'
import type { CheckResult } from '../check/finding.ts'
import { textOf } from '../pod/api-object.ts'
import { readOriginal } from '../pod/original.ts'
import type { LiveObject, LiveTemplate } from './read-live.ts'
import { judgeWrapping, saysSameOrder } from './wrapping.ts'

/** What a live object belongs to. */
export interface Owner {
  /** `Deployment/shop` */
  readonly name: string
  /** Undefined: it is not among those that were read, or says nothing to podorder. */
  readonly live: LiveObject | undefined
}

/** @param owner of a pod: what it belongs to */
export function tellWrapping(
  { pod: { template, tree }, order }: LiveTemplate,
  owner: Owner | undefined,
  object: JsonObject,
): readonly CheckResult[] {
  if (order === undefined) return []
  const { at } = tree
  const isPod = textOf(object, 'kind') === 'Pod'
  const namespace = textOf(object, 'metadata', 'namespace')
  const wrapping = judgeWrapping(template, order)
  const above = owner?.live?.templates[0]
  // A manifest that was injected says how its pods are to be; else the webhook does.
  const injected = above !== undefined ? readOriginal(above.pod.template) !== undefined : !isPod
  const again = injected ? 'inject its manifest again, and apply that' : renew(owner?.name, namespace)
  switch (wrapping.kind) {
    case 'unordered': {
      if (!isPod) return []
      const what = 'it has an order, but was not rewritten: its containers all started at once'
      const fix = injected
        ? renew(owner?.name, namespace)
        : `inject its manifest and apply that, or let the webhook do it: podorder doctor -n ${namespace} tells what is missing`
      return [{ rule: 'unordered', level: 'error', at, what, fix }]
    }
    case 'disabled': {
      if (!isPod) return []
      const what = 'it has an order and podorder.io/inject: disabled, so its order is not kept'
      return [{ rule: 'unordered', level: 'note', at, what, fix: 'remove one of the two' }]
    }
    case 'other-version': {
      const { has, image, differs } = wrapping
      const what = `podorder ${has} (${image}) is in it, and this is ${version}${differs ? ', which would write it otherwise' : ''}`
      return [{ rule: 'outdated', level: 'warning', at, what, fix: again }]
    }
    case 'changed': {
      const what = `it runs otherwise than its annotations say now: ${wrapping.how}`
      return [{ rule: 'outdated', level: 'warning', at, what, fix: again }]
    }
    case 'unknown':
    case 'kept':
  }
  if (!isPod || above === undefined || saysSameOrder(template, above.pod.template)) return []
  const what = `${owner?.name} has another order now, and this pod still has the old one`
  return [{ rule: 'outdated', level: 'warning', at, what, fix: watchRollout(owner?.name, namespace) }]
}

const ROLLED = /^(?:Deployment|StatefulSet|DaemonSet)\//

function renew(owner: string | undefined, namespace: string): string {
  if (owner === undefined) return 'create the pod again'
  return ROLLED.test(owner)
    ? `kubectl rollout restart ${owner.toLowerCase()} -n ${namespace}`
    : `let ${owner} create its pods again`
}

function watchRollout(owner: string | undefined, namespace: string): string {
  return owner !== undefined && ROLLED.test(owner)
    ? `kubectl rollout status ${owner.toLowerCase()} -n ${namespace} tells how far it is`
    : renew(owner, namespace)
}
