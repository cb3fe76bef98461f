/** Lists and watches of the fake API server. */
import { type Answer, badRequest, expiredToken, expiredVersion } from './api-answers.ts'
import { type Asked, readFieldSelector, readLabelSelector, type Selector } from './api-selection.ts'
import type { ApiObject, Happening, Store } from './api-store.ts'

const KINDS: Readonly<Record<string, string>> = {
  pods: 'Pod',
  jobs: 'Job',
  services: 'Service',
  endpointslices: 'EndpointSlice',
  leases: 'Lease',
  events: 'Event',
}

/** Returns the kind of a resource. The fake API server knows only some kinds. */
const kindOf = (plural: string): string => KINDS[plural] ?? 'Object'

function readSelector(asked: Asked, query: URLSearchParams): Selector {
  const byLabel = readLabelSelector(query.get('labelSelector') ?? '')
  const fields = query.get('fieldSelector')
  const byField = fields === null ? () => true : readFieldSelector(fields)
  return (object) =>
    (asked.namespace === undefined || object.metadata.namespace === asked.namespace) &&
    byLabel(object) &&
    byField(object)
}

/** Lists objects, consistently across pages: a continue token holds the version of the first page, and expires with it. */
export function listObjects(store: Store, asked: Asked, query: URLSearchParams): Answer {
  let selector: Selector
  try {
    selector = readSelector(asked, query)
  } catch (error) {
    return badRequest((error as Error).message)
  }
  const token = query.get('continue') ?? ''
  const begun = token === '' ? undefined : (JSON.parse(atob(token)) as { rv: number; start: string })
  if (begun !== undefined && begun.rv !== -1 && begun.rv < store.oldest()) {
    return expiredToken(btoa(JSON.stringify({ ...begun, rv: -1 })))
  }
  const version = begun === undefined || begun.rv === -1 ? store.version() : begun.rv
  const objects = rewind(store, asked.resource, version).filter(selector)
  const nameOf = ({ metadata }: ApiObject): string => `${metadata.namespace ?? ''}/${metadata.name}`
  const rest = begun === undefined ? objects : objects.filter((object) => nameOf(object) > begun.start)
  const limit = Number(query.get('limit') ?? '0') || rest.length
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const more = rest.length > limit && last !== undefined
  const metadata = {
    resourceVersion: String(version),
    ...(more ? { continue: btoa(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: nameOf(last) })) } : {}),
    ...(more && !query.has('labelSelector') ? { remainingItemCount: rest.length - limit } : {}),
  }
  // Items of a list have no kind and apiVersion.
  const items = page.map((object) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'kind' && name !== 'apiVersion')),
  )
  return { status: 200, body: { kind: `${kindOf(asked.plural)}List`, apiVersion: 'v1', metadata, items } }
}

/** Returns the objects as they were at a version. */
function rewind(store: Store, resource: string, version: number): readonly ApiObject[] {
  const objects = new Map(store.list(resource).map((object) => [nameIn(object), object]))
  for (const { before, object, ...happening } of store.since(version).toReversed()) {
    if (happening.resource !== resource) continue
    if (before === undefined) objects.delete(nameIn(object))
    else objects.set(nameIn(before), before)
  }
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
}

function nameIn({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

export interface Reading {
  /** Sends all changes since the requested version, and then each further change. */
  begin(): void
  bookmark(): string
  close(): void
}

export function openWatch(
  store: Store,
  asked: Asked,
  query: URLSearchParams,
  stream: { send(line: string): void; end(how: 'closed'): void },
): Reading {
  const selector = readSelector(asked, query)
  const asksFor = query.get('resourceVersion') ?? ''
  let stop = (): void => {}
  const tell = (happening: Happening): void => {
    const line = happening.resource === asked.resource ? describe(happening, selector) : undefined
    if (line !== undefined) stream.send(line)
  }
  return {
    begin() {
      const from = asksFor === '' || asksFor === '0' ? undefined : Number(asksFor)
      if (from !== undefined && from < store.oldest()) {
        stream.send(JSON.stringify({ type: 'ERROR', object: expiredVersion(asksFor, store.oldest()) }))
        return stream.end('closed')
      }
      stop = store.listen(tell)
      if (from !== undefined) return store.since(from).forEach(tell)
      for (const object of store.list(asked.resource).filter(selector)) {
        stream.send(JSON.stringify({ type: 'ADDED', object }))
      }
    },
    bookmark: () =>
      JSON.stringify({
        type: 'BOOKMARK',
        object: {
          kind: kindOf(asked.plural),
          apiVersion: 'v1',
          metadata: { resourceVersion: String(store.version()) },
        },
      }),
    close: () => stop(),
  }
}

/** Formats a change as a watch event. An object that enters the selection is ADDED, and one that leaves it is DELETED. */
function describe({ before, after, object }: Happening, selector: Selector): string | undefined {
  const was = before !== undefined && selector(before)
  const is = after !== undefined && selector(after)
  if (!was && !is) return undefined
  return JSON.stringify({ type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object })
}
