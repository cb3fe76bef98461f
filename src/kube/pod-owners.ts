/** Names of pods on the command line, as with kubectl: a pod such as `shop`, or its workload such as `deployment/shop`. Pure. */
import { proposeWord } from '../base/suggest.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'
import type { Resource } from './kinds.ts'

/** A kind that selects its pods by a selector. */
export interface OwnerKind extends Resource {
  readonly kind: string
  readonly names: readonly string[]
}

const apps = (kind: string, plural: string, ...names: readonly string[]): OwnerKind => ({
  ...{ kind, group: 'apps', version: 'v1', plural },
  names: [kind.toLowerCase(), plural, ...names],
})

/** Kinds in the order of messages. */
export const OWNERS: readonly OwnerKind[] = [
  apps('Deployment', 'deployments', 'deploy'),
  apps('StatefulSet', 'statefulsets', 'sts'),
  apps('DaemonSet', 'daemonsets', 'ds'),
  apps('ReplicaSet', 'replicasets', 'rs'),
  {
    ...{ kind: 'ReplicationController', group: '', version: 'v1', plural: 'replicationcontrollers' },
    names: ['replicationcontroller', 'replicationcontrollers', 'rc'],
  },
  { kind: 'Job', group: 'batch', version: 'v1', plural: 'jobs', names: ['job', 'jobs'] },
  { kind: 'Service', group: '', version: 'v1', plural: 'services', names: ['service', 'services', 'svc'] },
]

const PODS = ['pod', 'pods', 'po']

export type NamedPods = { readonly name: string } | { readonly owner: OwnerKind; readonly name: string }

/** @returns the pods named, or the problem in one clause */
export function readNamedPods(words: string): NamedPods | { readonly problem: string } {
  const [, type, name = ''] = /^(?:([^/]*)\/)?([^/]*)$/.exec(words) ?? []
  if (!/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/.test(name)) {
    return { problem: `${JSON.stringify(words)} names no pod; give POD, or TYPE/NAME such as deployment/shop` }
  }
  const wanted = type?.toLowerCase().replace(/\.(?:apps|batch)$/, '')
  if (wanted === undefined || PODS.includes(wanted)) return { name }
  const owner = OWNERS.find(({ names }) => names.includes(wanted))
  if (owner !== undefined) return { owner, name }
  const known = ['pod', ...OWNERS.map(({ names }) => names[0] ?? '')]
  return { problem: `unknown type "${type}"; ${proposeWord(wanted, known, `it is one of ${known.join(', ')}`)}` }
}

/** @returns undefined when the object has no selector, and so no pods of its own */
export function writeSelector(object: unknown): string | undefined {
  const selector = fieldOf(object, 'spec', 'selector')
  // The selector of Services and ReplicationControllers is a map of labels.
  const plain = fieldOf(selector, 'matchLabels') === undefined && fieldOf(selector, 'matchExpressions') === undefined
  const labels = Object.entries((plain ? selector : fieldOf(selector, 'matchLabels')) ?? {}) as [string, string][]
  const terms = [
    ...labels.map(([key, value]) => `${key}=${value}`),
    ...listOf(selector, 'matchExpressions').map((one) => {
      const key = textOf(one, 'key')
      const values = listOf(one, 'values').join(',')
      switch (textOf(one, 'operator')) {
        case 'In':
          return `${key} in (${values})`
        case 'NotIn':
          return `${key} notin (${values})`
        case 'DoesNotExist':
          return `!${key}`
        default:
          return key
      }
    }),
  ]
  return terms.length === 0 ? undefined : terms.join(',')
}

/** Finds in a workload's conditions why it has no pods: `FailedCreate: admission webhook … denied the request`. */
export function findRefusal(object: unknown): string | undefined {
  const failure = listOf(object, 'status', 'conditions').find(
    (one) =>
      ['ReplicaFailure', 'FailureTarget', 'Failed'].includes(textOf(one, 'type')) && textOf(one, 'status') === 'True',
  )
  if (failure === undefined) return undefined
  return `${textOf(failure, 'reason')}: ${textOf(failure, 'message')}`
}
