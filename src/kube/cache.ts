/**
 * A cache of a collection's objects. Of each object it keeps only what the caller wants. Pure.
 *
 * Versions are compared for equality only. Until Kubernetes 1.35 the API calls a resourceVersion opaque, and it need not grow
 * (aggregated APIs, etcd restored from a backup). Equality is enough: within a watch the API keeps the order of a collection's
 * events, so the only possible fault is a repeated event, whose version has been seen. The next event or list corrects
 * anything else.
 */
import type { WatchEvent } from './list-watch.ts'
import { textOf } from '../pod/api-object.ts'

/** `gone`: deleted, or not selected any more; the watch sends DELETED for both. `item` is the last state. */
export interface CacheChange<Item> {
  readonly kind: 'put' | 'gone'
  readonly uid: string
  readonly item: Item
}

export interface Cache<Item> {
  readonly items: ReadonlyMap<string, Item>
  /** Takes a page of a new list. */
  page(objects: readonly unknown[]): void
  /** Ends a list, which replaces all objects. @returns the differences. */
  replace(): readonly CacheChange<Item>[]
  /** Forgets the pages of a list that failed. */
  discard(): void
  /** @returns undefined for a repeated event. */
  take(event: Extract<WatchEvent, { object: unknown }>): CacheChange<Item> | undefined
}

/** How many events are remembered, to find those that a resumed stream repeats. */
const REMEMBERED = 256

/** @param keep picks what is kept of an object. */
export function createCache<Item>(keep: (object: unknown) => Item): Cache<Item> {
  let items = new Map<string, Item>()
  let versions = new Map<string, string>()
  let nextItems = new Map<string, Item>()
  let nextVersions = new Map<string, string>()
  const seen = new Set<string>()

  const discard = (): void => {
    nextItems = new Map()
    nextVersions = new Map()
  }
  const isRepeated = (uid: string, version: string): boolean => {
    if (versions.get(uid) === version) return true
    const name = `${uid} ${version}`
    if (seen.has(name)) return true
    seen.add(name)
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED) break
      seen.delete(oldest)
    }
    return false
  }

  return {
    get items() {
      return items
    },
    page(objects) {
      for (const object of objects) {
        const uid = textOf(object, 'metadata', 'uid')
        const version = textOf(object, 'metadata', 'resourceVersion')
        const known = versions.get(uid) === version ? items.get(uid) : undefined
        nextItems.set(uid, known ?? keep(object))
        nextVersions.set(uid, version)
      }
    },
    replace() {
      const gone = [...items].filter(([uid]) => !nextItems.has(uid))
      const put = [...nextItems].filter(([uid]) => versions.get(uid) !== nextVersions.get(uid))
      items = nextItems
      versions = nextVersions
      seen.clear()
      discard()
      return [
        ...gone.map(([uid, item]) => ({ kind: 'gone' as const, uid, item })),
        ...put.map(([uid, item]) => ({ kind: 'put' as const, uid, item })),
      ]
    },
    discard,
    take({ kind, object, version }) {
      const uid = textOf(object, 'metadata', 'uid')
      if (kind === 'gone' ? !items.has(uid) : isRepeated(uid, version)) return undefined
      const item = keep(object)
      if (kind === 'put') {
        items.set(uid, item)
        versions.set(uid, version)
      } else {
        items.delete(uid)
        versions.delete(uid)
      }
      return { kind, uid, item }
    },
  }
}
