/** Roles with the least permissions, as manifests. Pure. */
import type { Subject } from './subject.ts'
import { type Resource, resourcesOf } from './kinds.ts'
import type { ObjectTarget } from './target.ts'

export interface Rule {
  readonly resource: Pick<Resource, 'group' | 'plural'>
  /** undefined: all names. */
  readonly names?: readonly string[] | undefined
  readonly verbs: readonly string[]
}

/** The permissions of one Role. */
export interface Grant {
  readonly name: string
  /** undefined: a ClusterRole for all namespaces. */
  readonly namespace: string | undefined
  readonly rules: readonly Rule[]
}

/**
 * Writes a Role and its RoleBinding for each namespace with targets, as YAML. The verbs are list and watch only. Targets with a name
 * are allowed by name, except EndpointSlices, which have generated names.
 * @param namespace of targets without a namespace
 */
export function writeRoles(targets: readonly ObjectTarget[], namespace: string, subject: Subject): string {
  const byNamespace = Map.groupBy(targets, (target) => target.namespace ?? namespace)
  const grants = [...byNamespace].map(([place, of]) => {
    return { name: nameRole(place, subject), namespace: place, rules: collectRules(of) }
  })
  return writeGrants(grants, subject)
}

/** The name of a Role. In other namespaces it includes the ServiceAccount's namespace: there may be accounts with the same name. */
function nameRole(place: string, { namespace, serviceAccount }: Subject): string {
  return `podorder-wait-${place === namespace ? '' : `${namespace}:`}${serviceAccount}`
}

function collectRules(targets: readonly ObjectTarget[]): readonly Rule[] {
  const verbs = ['list', 'watch']
  const byKind = Map.groupBy(targets, ({ kind }) => kind)
  return [...byKind].flatMap(([kind, of]): readonly Rule[] => {
    const names = of.flatMap(({ which }) => ('name' in which ? [which.name] : []))
    const [resource, ...others] = resourcesOf(kind)
    const rule = { resource, names: names.length === of.length ? [...new Set(names)] : undefined, verbs }
    return [rule, ...others.map((other) => ({ resource: other, verbs }))]
  })
}

/** Writes each grant with its binding, as YAML. */
export function writeGrants(grants: readonly Grant[], subject: Subject): string {
  return grants.map((grant) => writeGrant(grant, subject)).join('---\n')
}

function writeGrant({ name, namespace, rules }: Grant, { serviceAccount, namespace: home }: Subject): string {
  const role = namespace === undefined ? 'ClusterRole' : 'Role'
  const place = namespace === undefined ? '' : `  namespace: ${writeName(namespace)}\n`
  const quote = (words: readonly string[]): string => `[${words.map((word) => `"${word}"`).join(', ')}]`
  const written = rules.map(({ resource: { group, plural }, names, verbs }) =>
    [
      `  - apiGroups: ["${group}"]`,
      `    resources: ["${plural}"]`,
      ...(names === undefined ? [] : [`    resourceNames: ${quote(names)}`]),
      `    verbs: ${quote(verbs)}`,
    ].join('\n'),
  )
  const head = (kind: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: ${writeName(name)}\n${place}`
  return `${head(role)}rules:
${written.join('\n')}
---
${head(`${role}Binding`)}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${role}
  name: ${writeName(name)}
subjects:
  - kind: ServiceAccount
    name: ${writeName(serviceAccount)}
    namespace: ${writeName(home)}
`
}

/** Quotes names that YAML 1.1 does not read as text, such as `on` and `1e3`, and all that are not valid names. */
function writeName(name: string): string {
  const isPlain =
    /^[a-z](?:[-.:a-z0-9]*[a-z0-9])?$/.test(name) && !/^(?:true|false|null|yes|no|on|off|[yn])$/.test(name)
  return isPlain ? name : JSON.stringify(name)
}
