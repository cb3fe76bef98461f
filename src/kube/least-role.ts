/** The least Roles, as manifests. Pure. */
import type { Subject } from './subject.ts'
import { type Resource, resourcesOf } from './kinds.ts'
import type { ObjectTarget } from './target.ts'

export interface Rule {
  readonly resource: Pick<Resource, 'group' | 'plural'>
  /** undefined: all of them. */
  readonly names?: readonly string[] | undefined
  readonly verbs: readonly string[]
}

/** What one Role allows, where. */
export interface Grant {
  readonly name: string
  /** undefined: in all of them, by a ClusterRole. */
  readonly namespace: string | undefined
  readonly rules: readonly Rule[]
}

/**
 * A Role and its RoleBinding for each namespace that is waited in, in YAML. List and watch are all that is asked for; what
 * is waited for by name is allowed by name. EndpointSlices have names of their own choosing.
 * @param namespace of the targets that name none
 */
export function writeRoles(targets: readonly ObjectTarget[], namespace: string, subject: Subject): string {
  const byNamespace = Map.groupBy(targets, (target) => target.namespace ?? namespace)
  const grants = [...byNamespace].map(([place, of]) => {
    return { name: nameRole(place, subject), namespace: place, rules: collectRules(of) }
  })
  return writeGrants(grants, subject)
}

/** The name of a Role: a namespace that is not the ServiceAccount's may have Roles for others of its name. */
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

/** Each with its binding, in YAML. */
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

/** Quotes a name that a reader of YAML 1.1 might take for something else than text: `on`, `1e3`, and what is no name. */
function writeName(name: string): string {
  const isPlain =
    /^[a-z](?:[-.:a-z0-9]*[a-z0-9])?$/.test(name) && !/^(?:true|false|null|yes|no|on|off|[yn])$/.test(name)
  return isPlain ? name : JSON.stringify(name)
}
