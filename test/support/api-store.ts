/** The objects of the fake API server, with their versions and history. */
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

/** A change of an object. `before` is undefined for a creation, `after` for a deletion. */
export interface Happening {
  readonly version: number
  /** The path of the resource, such as `/api/v1/pods` or `/apis/batch/v1/jobs`. */
  readonly resource: string
  readonly before: ApiObject | undefined
  readonly after: ApiObject | undefined
  /** The object after the change; for a deletion the last state, with the version of the deletion. */
  readonly object: ApiObject
}

export interface Store {
  /** The latest version. */
  readonly version: () => number
  /** The oldest version that has not expired for watches and lists. */
  oldest(): number
  /** Forgets all history, as the compaction of etcd does. */
  compact(): void
  list(resource: string): readonly ApiObject[]
  find(resource: string, namespace: string | undefined, name: string): ApiObject | undefined
  /** Creates or replaces an object. It gets a uid and the next version. */
  put(resource: string, object: ApiObject): ApiObject
  remove(resource: string, namespace: string | undefined, name: string): ApiObject | undefined
  /** Applies a recorded line of a watch, with its own uid and version. */
  replay(resource: string, line: string): void
  since(version: number): readonly Happening[]
  /** Listens to changes. @returns a function that ends the listening */
  listen(listener: (happening: Happening) => void): () => void
}

export function createStore(): Store {
  const objects = new Map<string, ApiObject>()
  const listeners = new Set<(happening: Happening) => void>()
  let history: Happening[] = []
  // Versions begin at 1000, as in a cluster that has existed for some time.
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
