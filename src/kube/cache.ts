/**
 * The objects of a collection as a follower knows them: of each only what the caller wants to keep. Pure.
 *
 * Versions are compared for equality and nothing else. Until Kubernetes 1.35 the API calls a resourceVersion opaque, and a
 * server of another kind (an aggregated API, etcd restored from a backup) need not count upwards. That is enough: within a
 * watch the API keeps the order of one collection's events, so all that can go wrong on the way is that something comes
 * again, and what comes again has a version that has been seen. Whatever else is out of place is put right by the next
 * event, or the next list.
 */
import type { WatchEvent } from './list-watch.ts'
import { textOf } from '../pod/api-object.ts'

/** `gone`: deleted, or selected no longer; the watch says DELETED of both. `item` is its last state. */
export interface CacheChange<Item> {
  readonly kind: 'put' | 'gone'
  readonly uid: string
  readonly item: Item
}

export interface Cache<Item> {
  readonly items: ReadonlyMap<string, Item>
  /** Takes a page of a list that will replace everything. */
  page(objects: readonly unknown[]): void
  /** The list is through. @returns what differs from before. */
  replace(): readonly CacheChange<Item>[]
  /** The list was not finished: its pages are forgotten. */
  discard(): void
  /** @returns undefined when it has been seen before. */
  take(event: Extract<WatchEvent, { object: unknown }>): CacheChange<Item> | undefined
}

/** A stream that is resumed a little too early repeats some events: so many are recognised. */
const REMEMBERED = 256

/** @param keep what is kept of an object. */
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
