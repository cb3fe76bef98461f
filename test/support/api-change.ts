/** The requests of the fake API server for single objects: get, create, replace, patch and delete. */
import { type Answer, alreadyExists, badRequest, conflict, immutableUid, missing, missingPath } from './api-answers.ts'
import type { Asked } from './api-selection.ts'
import type { ApiObject, Store } from './api-store.ts'

export interface Change {
  readonly asked: Asked
  readonly verb: 'get' | 'create' | 'update' | 'patch' | 'delete'
  readonly body: string
  readonly contentType: string
}

type Fields = { readonly [name: string]: unknown }

export function changeObject(store: Store, { asked, verb, body, contentType }: Change): Answer {
  let sent: Fields = {}
  try {
    sent = body === '' ? {} : (JSON.parse(body) as Fields)
  } catch {
    return badRequest('the object provided is unrecognized (must be of type Object)')
  }
  const { resource, namespace } = asked
  if (verb === 'create') return create(store, asked, sent as unknown as ApiObject)
  if (asked.name === undefined) return missingPath()
  const found = store.find(resource, namespace, asked.name)
  if (found === undefined) return missing(asked)
  switch (verb) {
    case 'get':
      return { status: 200, body: found }
    case 'delete':
      return { status: 200, body: store.remove(resource, namespace, asked.name) }
    case 'update':
    case 'patch': {
      const changed =
        verb === 'update'
          ? place(sent as unknown as ApiObject, asked)
          : contentType.startsWith('application/json-patch')
            ? patchByPaths(found, sent as unknown as readonly Operation[])
            : (merge(found, sent) as ApiObject)
      const { uid = found.metadata.uid ?? '' } = changed.metadata
      if (uid !== found.metadata.uid) return immutableUid(asked, uid)
      const version = changed.metadata.resourceVersion
      if (version !== undefined && version !== found.metadata.resourceVersion) return conflict(asked)
      // As in a real API server, a patch without an effect makes no new version.
      if (JSON.stringify(changed) === JSON.stringify(found)) return { status: 200, body: found }
      return { status: 200, body: store.put(resource, changed) }
    }
  }
}

function create(store: Store, asked: Asked, object: ApiObject): Answer {
  const { generateName } = object.metadata
  const name = object.metadata.name ?? `${String(generateName)}${store.version()}`
  if (store.find(asked.resource, asked.namespace, name) !== undefined) return alreadyExists({ ...asked, name })
  const named = { ...object, metadata: { ...object.metadata, name } }
  return { status: 201, body: store.put(asked.resource, place(named, asked)) }
}

/** Adds the namespace of the path to an object. */
function place(object: ApiObject, { namespace }: Asked): ApiObject {
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } }
}

/** Applies a merge patch (RFC 7386). A strategic merge patch differs in lists only. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merge(result[name], value)
  }
  return result
}

interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}

/** Applies a JSON patch (RFC 6902), for maps only. */
function patchByPaths(object: ApiObject, operations: readonly Operation[]): ApiObject {
  return operations.reduce<ApiObject>((result, { op, path, value }) => {
    const names = path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    const patch = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), op === 'remove' ? null : value)
    return merge(result, patch) as ApiObject
  }, object)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
