/** Parses requests to the API: paths and selectors. */
import type { ApiObject } from './api-store.ts'

export interface Asked {
  /** The path of the resource, such as `/api/v1/pods`. */
  readonly resource: string
  readonly group: string
  readonly plural: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  /** The subresource, such as `status`. */
  readonly subresource: string | undefined
}

const PATH = /^(\/api\/v1|\/apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/

/** @returns undefined for a path without a resource */
export function readPath(path: string): Asked | undefined {
  const [, root, group = '', namespace, plural = '', name, subresource] = PATH.exec(path) ?? []
  if (root === undefined) return undefined
  return { resource: `${root}/${plural}`, group, plural, namespace, name, subresource }
}

export type Selector = (object: ApiObject) => boolean

/** Parses a label selector such as `app=db,tier in (a, b),!old`. @throws with the API's text for an invalid one */
export function readLabelSelector(text: string): Selector {
  const terms = [...text.matchAll(/\s*((?:\([^)]*\)|[^,(])+)\s*(?:,|$)/g)].map(([, term = '']) => readTerm(term.trim()))
  return ({ metadata: { labels = {} } }) => terms.every((holds) => holds(labels))
}

function readTerm(term: string): (labels: Readonly<Record<string, string>>) => boolean {
  const [, key = '', operator, values = ''] = /^!?([\w./-]+)\s*(?:(==?|!=|in|notin)\s*(.*))?$/.exec(term) ?? []
  if (key === '')
    throw new Error(
      `unable to parse requirement: found '${term.split(/\s+/)[1] ?? term}', expected: in, notin, =, ==, !=, gt, lt`,
    )
  const list = values
    .replace(/^\((.*)\)$/, '$1')
    .split(',')
    .map((value) => value.trim())
  const isOne = (labels: Readonly<Record<string, string>>): boolean => list.includes(labels[key] ?? '\0')
  switch (operator) {
    case undefined:
      return (labels) => key in labels !== term.startsWith('!')
    case '!=':
    case 'notin':
      return (labels) => !isOne(labels)
    default:
      return isOne
  }
}

/** Parses a field selector such as `metadata.name=db,status.phase!=Failed`. */
export function readFieldSelector(text: string): Selector {
  const terms = text.split(',').map((term) => {
    const [, path = '', operator, value = ''] = /^([\w.]+)(==?|!=)(.*)$/.exec(term) ?? []
    return (object: ApiObject): boolean => {
      let found: unknown = object
      for (const name of path.split('.')) found = (found as Readonly<Record<string, unknown>> | undefined)?.[name]
      return ((found ?? '') === value) === (operator !== '!=')
    }
  })
  return (object) => terms.every((holds) => holds(object))
}

/** Returns the name for the check by RBAC: that of the path, or that of a field selector for a single name. */
export function nameFor(asked: Asked, fieldSelector: string): string | undefined {
  return asked.name ?? /(?:^|,)metadata\.name==?([^,]+)/.exec(fieldSelector)?.[1]
}
