/** The objects of an API server's double, their versions and their history. */
import { randomUUID } from 'node:crypto'

export interface ApiObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** `before`: undefined of one that has been created. `after`: undefined of one that has been deleted. */
export interface Happening {
  readonly version: number
  /** `/api/v1/pods`, `/apis/batch/v1/jobs` */
  readonly resource: string
  readonly before: ApiObject | undefined
  readonly after: ApiObject | undefined
  /** The object as it was when it was deleted, with the version of the deletion; else the same as `after`. */
  readonly object: ApiObject
}

export interface Store {
  /** The last one given. */
  readonly version: () => number
  /** Watches and lists from before this have expired. */
  oldest(): number
  /** Forgets all history: what etcd's compaction does. */
  compact(): void
  list(resource: string): readonly ApiObject[]
  find(resource: string, namespace: string | undefined, name: string): ApiObject | undefined
  /** Creates or replaces; a uid and the next version are given. */
  put(resource: string, object: ApiObject): ApiObject
  remove(resource: string, namespace: string | undefined, name: string): ApiObject | undefined
  /** One recorded line of a watch, with its own uid and version. */
  replay(resource: string, line: string): void
  since(version: number): readonly Happening[]
  /** @returns how to end it. */
  listen(listener: (happening: Happening) => void): () => void
}

export function createStore(): Store {
  const objects = new Map<string, ApiObject>()
  const listeners = new Set<(happening: Happening) => void>()
  let history: Happening[] = []
  // As in a cluster that has lived for a while.
  let version = 1000
  let oldest = 1000

  const keyOf = (resource: string, namespace: string | undefined, name: string): string =>
    `${resource} ${namespace ?? ''}/${name}`
  const keyOfObject = (resource: string, { metadata }: ApiObject): string =>
    keyOf(resource, metadata.namespace, metadata.name)
  const happen = (happening: Happening): void => {
    history.push(happening)
    for (const listener of listeners) listener(happening)
  }
  const stamp = (object: ApiObject, uid: string): ApiObject => ({
    ...object,
    metadata: { creationTimestamp: '2026-11-21T05:00:00Z', ...object.metadata, uid, resourceVersion: String(version) },
  })

  return {
    version: () => version,
    oldest: () => oldest,
    compact() {
      oldest = ++version
      history = []
    },
    list(resource) {
      const prefix = `${resource} `
      return [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, object]) => object)
    },
    find: (resource, namespace, name) => objects.get(keyOf(resource, namespace, name)),
    put(resource, object) {
      const key = keyOfObject(resource, object)
      const before = objects.get(key)
      version++
      const after = stamp(object, before?.metadata.uid ?? object.metadata.uid ?? randomUUID())
      objects.set(key, after)
      happen({ version, resource, before, after, object: after })
      return after
    },
    remove(resource, namespace, name) {
      const key = keyOf(resource, namespace, name)
      const before = objects.get(key)
      if (before === undefined) return undefined
      objects.delete(key)
      version++
      const object = stamp(before, before.metadata.uid ?? '')
      happen({ version, resource, before, after: undefined, object })
      return object
    },
    replay(resource, line) {
      const { type, object } = JSON.parse(line) as { type: string; object: ApiObject }
      const key = keyOfObject(resource, object)
      const before = objects.get(key)
      version = Math.max(version + 1, Number(object.metadata.resourceVersion))
      if (type === 'DELETED') objects.delete(key)
      else objects.set(key, object)
      happen({ version, resource, before, after: type === 'DELETED' ? undefined : object, object })
    },
    since: (from) => history.filter((happening) => happening.version > from),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
