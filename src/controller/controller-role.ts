/** The least permissions of the controller. Pure. */
import { CONTROLLER_NAME } from '../pod/own.ts'
import type { Grant } from '../kube/least-role.ts'

export interface RoleWish {
  /** undefined: all namespaces. */
  readonly namespace: string | undefined
  /** undefined: no leader election. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined
  readonly events: boolean
}

/** RBAC cannot restrict the creation of a Lease to a name. */
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
