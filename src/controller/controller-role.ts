/** What the controller may do, and no more. Pure. */
import { CONTROLLER_NAME } from '../pod/own.ts'
import type { Grant } from '../kube/least-role.ts'

export interface RoleWish {
  /** undefined: pods of all namespaces. */
  readonly namespace: string | undefined
  /** undefined: there is no leader to elect. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined
  readonly events: boolean
}

/** A Lease cannot be created by name. */
export function listGrants({ namespace, lease, events }: RoleWish): readonly Grant[] {
  const pods = { resource: { group: '', plural: 'pods' }, verbs: ['list', 'watch', 'patch'] }
  const written = { resource: { group: '', plural: 'events' }, verbs: ['create'] }
  const leases = { group: 'coordination.k8s.io', plural: 'leases' }
  return [
    { name: CONTROLLER_NAME, namespace, rules: events ? [pods, written] : [pods] },
    ...(lease === undefined
      ? []
      : [
          {
            name: `${CONTROLLER_NAME}-lease`,
            namespace: lease.namespace,
            rules: [
              { resource: leases, verbs: ['create'] },
              { resource: leases, names: [lease.name], verbs: ['get', 'update'] },
            ],
          },
        ]),
  ]
}
