/** Following a collection, whatever happens to its watch. */
import test, { type ExecutionContext } from 'ava'
import type { KubeClient } from '../../src/kube/client.io.ts'
import { follow } from '../../src/kube/follow.io.ts'
import type { CacheChange } from '../../src/kube/cache.ts'
import type { Collection } from '../../src/kube/collection.ts'
import type { KubeFailure } from '../../src/kube/failure.ts'
import { textOf } from '../../src/pod/api-object.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { openSetting } from '../support/api-setting.ts'
import { eventually } from '../support/eventually.ts'
import { readStream } from '../support/recordings.ts'

const PODS = '/api/v1/pods'
const COLLECTION: Collection = { path: '/api/v1/namespaces/rec/pods' }

interface Followed {
  /** Name and version of each. */
  readonly items: () => readonly string[]
  readonly changes: readonly CacheChange<string>[]
  readonly failures: readonly (readonly [KubeFailure, boolean])[]
}

function followPods(t: ExecutionContext, client: KubeClient, collection = COLLECTION): Followed {
  let items: ReadonlyMap<string, string> = new Map()
  const changes: CacheChange<string>[] = []
  const failures: [KubeFailure, boolean][] = []
  const following = follow(client, collection, {
    keep: (pod) => `${textOf(pod, 'metadata', 'name')} ${textOf(pod, 'metadata', 'resourceVersion')}`,
    onChanges(now, latest) {
      items = now
      changes.push(...latest)
    },
    onTrouble: (failure, final) => failures.push([failure, final]),
  })
  t.teardown(() => following.close())
  return { items: () => [...items.values()], changes, failures }
}

function put(server: ApiServer, name: string, more: object = {}): string {
  const { metadata } = server.store.put(PODS, { metadata: { name, namespace: 'rec', ...more } })
  return `${name} ${metadata.resourceVersion}`
}

function agree(followed: Followed, server: ApiServer): Promise<unknown> {
  return eventually('the follower knows what the server has', () => {
    const there = server.store.list(PODS).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
    return JSON.stringify(followed.items().toSorted()) === JSON.stringify(there.toSorted())
  })
}

test('a list comes in pages, and what is watched follows it', async (t) => {
  const { client, server } = await openSetting(t)
  for (let index = 0; index < 1203; index++) put(server, `p${index}`)
  const followed = followPods(t, await client())
  await agree(followed, server)
  t.is(server.requests.filter(({ verb }) => verb === 'list').length, 3)
  put(server, 'p7')
  server.store.remove(PODS, 'rec', 'p8')
  put(server, 'new')
  await agree(followed, server)
  t.is(followed.changes.length, 1206)
})

test('a continue token that expires does not keep the list from being whole', async (t) => {
  const { client, server } = await openSetting(t)
  for (let index = 0; index < 600; index++) put(server, `p${index}`)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('list', {})
  server.misbehave('list', { hold })
  const followed = followPods(t, await client())
  await eventually('the second page has been asked for', () => server.requests.length === 2)
  server.store.compact()
  resolve()
  await agree(followed, server)
  const [, , third] = server.requests
  t.deepEqual([third?.verb, third?.query.get('limit')], ['list', null])
})

test('the pages of a list that was not finished are forgotten', async (t) => {
  const { client, server } = await openSetting(t)
  for (let index = 0; index < 600; index++) put(server, `p${index}`)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('list', {})
  server.misbehave('list', { hold, answer: { status: 500, body: 'no' } })
  const followed = followPods(t, await client())
  await eventually('the second page has been asked for', () => server.requests.length === 2)
  server.store.remove(PODS, 'rec', 'p0')
  resolve()
  await agree(followed, server)
  t.is(followed.items().length, 599)
})

test('text is whole, wherever the stream is cut into pieces', async (t) => {
  const { client, server } = await openSetting(t)
  server.misbehave('watch', { pieces: 1 })
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  put(server, 'größe € 🎉')
  await agree(followed, server)
  t.deepEqual(
    server.requests.map(({ verb }) => verb),
    ['list', 'watch'],
  )
})

test('a watch that ends in good order goes on where it was, bookmarks included', async (t) => {
  const { client, server } = await openSetting(t)
  put(server, 'a')
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  const version = server.store.version()
  server.store.put('/api/v1/services', { metadata: { name: 'noise' } })
  server.bookmark()
  server.endWatches('closed')
  await eventually('the next watch', () => server.watches() === 1)
  t.deepEqual(
    server.requests.map(({ verb, query }) => [verb, query.get('resourceVersion')]),
    [
      ['list', null],
      ['watch', String(version)],
      ['watch', String(version + 1)],
    ],
  )
  put(server, 'b')
  await agree(followed, server)
  t.is(followed.failures.length, 0)
})

test('whatever a watch does to its lines, the follower ends up with what the server has', async (t) => {
  const { client, server } = await openSetting(t)
  put(server, 'old')
  server.misbehave('watch', { pieces: 3, twice: true, swap: true, endAfter: 4, how: 'half' })
  server.misbehave('watch', { hangUp: true })
  server.misbehave('watch', { answer: { status: 500, body: { message: 'no', code: 500 } } })
  server.misbehave('watch', { endAfter: 1, how: 'cut', twice: true })
  server.misbehave('watch', { endAfter: 1, how: 'closed', error: { code: 500, message: 'etcd' } })
  server.misbehave('watch', { answer: { status: 410, body: { message: 'too old', code: 410 } } })
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  for (let round = 0; round < 30; round++) {
    put(server, `pöd${round % 4}`, { annotations: { note: `äöü € 🎉 ${round}` } })
    if (round % 5 === 4) server.store.remove(PODS, 'rec', `pöd${round % 4}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await agree(followed, server)
  await eventually('all faults have been met', () => server.requests.filter(({ verb }) => verb === 'watch').length >= 6)
  put(server, 'last')
  await agree(followed, server)
  t.true(followed.failures.length > 0)
  t.true(followed.failures.every(([, final]) => !final))
})

test('a version that has been forgotten is no loss: what was deleted meanwhile is noticed', async (t) => {
  const { client, server } = await openSetting(t)
  put(server, 'stays')
  put(server, 'goes')
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('watch', { hold })
  server.endWatches('closed')
  await eventually('the next watch is asked for', () => server.requests.length === 3)
  server.store.remove(PODS, 'rec', 'goes')
  server.store.compact()
  resolve()
  await agree(followed, server)
  t.deepEqual(followed.changes.at(-1)?.kind, 'gone')
  t.is(server.requests.filter(({ verb }) => verb === 'list').length, 2)
})

test('recorded pods, played back, arrive event by event', async (t) => {
  const { client, server } = await openSetting(t)
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  const lines = readStream('deployment-scale-1-4-2-and-label-removed.pods')
  for (const line of lines) server.store.replay(PODS, line)
  await eventually('all of them', () => followed.changes.length === lines.length)
  t.deepEqual(
    followed.changes.map(({ kind }) => kind),
    lines.map((line) => (JSON.parse(line).type === 'DELETED' ? 'gone' : 'put')),
  )
})

test('a refusal from the start is final and tells why; no more is asked', async (t) => {
  const { client, server } = await openSetting(t)
  server.allow([])
  const followed = followPods(t, await client())
  await eventually('a failure', () => followed.failures.length === 1)
  t.like(followed.failures[0], [{ kind: 'forbidden' }, true])
  t.is(server.requests.length, 1)
})

test('a refusal after it was allowed is waited out', async (t) => {
  const { client, server } = await openSetting(t)
  put(server, 'a')
  const followed = followPods(t, await client())
  await eventually('a watch', () => server.watches() === 1)
  server.allow([])
  server.endWatches('closed')
  await eventually('a failure', () => followed.failures.length > 0)
  t.like(followed.failures[0], [{ kind: 'forbidden' }, false])
  put(server, 'b')
  server.allow([{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }])
  await agree(followed, server)
})

test('a server that is not there yet is waited for', async (t) => {
  const { authority, client, server } = await openSetting(t)
  const port = Number(new URL(server.url).port)
  await server.close()
  const followed = followPods(t, await client())
  await eventually('a failure', () => followed.failures.length > 0)
  t.like(followed.failures[0], [{ kind: 'unreachable', message: 'connection refused' }, false])
  const later = await startApiServer({ authority, port })
  t.teardown(() => later.close())
  put(later, 'a')
  await agree(followed, later)
})

test('closing leaves no watch behind', async (t) => {
  const { client, server } = await openSetting(t)
  const own = await client()
  const following = follow(own, COLLECTION, { keep: () => undefined, onChanges: () => {}, onTrouble: () => t.fail() })
  await eventually('a watch', () => server.watches() === 1)
  following.close()
  await eventually('no watch', () => server.watches() === 0)
  t.pass()
})
