/** Error responses with the texts of a real API server. `test/kube/double.test.ts` compares them with recorded ones. */
import type { Asked } from './api-selection.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The body: a text is sent unchanged, any other value as JSON. */
  readonly body: unknown
}

function refuse(code: number, reason: string, message: string, more: object = {}): Answer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...more, code }
  return { status: code, body }
}

const qualify = ({ plural, group }: Asked): string => (group === '' ? plural : `${plural}.${group}`)
const detail = ({ plural, group, name }: Asked): object => ({
  details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural },
})

export const UNAUTHORIZED: Answer = refuse(401, 'Unauthorized', 'Unauthorized')

export function forbid(asked: Asked, verb: string, user: string): Answer {
  const what = asked.name === undefined ? qualify(asked) : `${qualify(asked)} "${asked.name}"`
  const where = asked.namespace === undefined ? 'at the cluster scope' : `in the namespace "${asked.namespace}"`
  const message = `${what} is forbidden: User "${user}" cannot ${verb} resource "${asked.plural}" in API group "${asked.group}" ${where}`
  return refuse(403, 'Forbidden', message, detail(asked))
}

export function missing(asked: Asked): Answer {
  return refuse(404, 'NotFound', `${qualify(asked)} "${asked.name}" not found`, detail(asked))
}

export function missingPath(): Answer {
  return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }
}

export function conflict(asked: Asked): Answer {
  const message = `Operation cannot be fulfilled on ${qualify(asked)} "${asked.name}": the object has been modified; please apply your changes to the latest version and try again`
  return refuse(409, 'Conflict', message, detail(asked))
}

export function alreadyExists(asked: Asked): Answer {
  return refuse(409, 'AlreadyExists', `${qualify(asked)} "${asked.name}" already exists`, detail(asked))
}

/** Returns the response to a change of the uid, which means that another object has taken the name. */
export function immutableUid(asked: Asked, uid: string): Answer {
  const kind = asked.plural.charAt(0).toUpperCase() + asked.plural.slice(1, -1)
  const why = `Invalid value: ${JSON.stringify(uid)}: field is immutable`
  const cause = { reason: 'FieldValueInvalid', message: why, field: 'metadata.uid' }
  // A real API server lists the cause twice.
  const details = { name: asked.name, kind, causes: [cause, cause] }
  return refuse(422, 'Invalid', `${kind} "${asked.name}" is invalid: metadata.uid: ${why}`, { details })
}

export function badRequest(message: string): Answer {
  return refuse(400, 'BadRequest', message)
}

export function expiredVersion(asked: string, oldest: number): object {
  return refuse(410, 'Expired', `too old resource version: ${asked} (${oldest})`).body as object
}

export function expiredToken(token: string): Answer {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
  return refuse(410, 'Expired', message, { metadata: { continue: token } })
}

export const THROTTLED: Answer = {
  status: 429,
  headers: { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' },
  body: 'Too many requests, please try again later.\n',
}
