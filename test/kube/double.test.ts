/** The double says what a real Kubernetes has said: otherwise what passes with it means nothing. */
import test, { type ExecutionContext } from 'ava'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { readRefusals, readStream } from '../support/recordings.ts'

async function start(t: ExecutionContext): Promise<ApiServer> {
  const server = await startApiServer()
  t.teardown(() => server.close())
  return server
}

async function ask(
  server: ApiServer,
  path: string,
  {
    method = 'GET',
    body,
    token,
    contentType = 'application/json',
  }: { method?: string; body?: unknown; token?: string; contentType?: string } = {},
): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': contentType, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

function recorded(name: string): { readonly path: string; readonly status: number; readonly body: unknown } {
  const found = readRefusals().find((refusal) => refusal.case === name)
  if (found === undefined) throw new Error(name)
  return { path: found.request?.path ?? '', status: found.response.status, body: found.response.body }
}

test('401 and 403 are worded as recorded', async (t) => {
  const server = await start(t)
  server.trust({ good: 'system:serviceaccount:rec:norbac' })
  server.allow([])
  const cases = [
    ['403-sa-list-pods', 'GET'],
    ['403-sa-get-pod-by-name', 'GET'],
    ['403-sa-list-jobs', 'GET'],
    ['403-sa-list-endpointslices', 'GET'],
    ['403-sa-list-services', 'GET'],
    ['403-sa-list-pods-all-namespaces', 'GET'],
    ['403-sa-watch-pods', 'GET'],
    ['403-sa-patch-pod', 'PATCH'],
  ] as const
  for (const [name, method] of cases) {
    const { path, status, body } = recorded(name)
    const options = { method, token: 'good', ...(method === 'PATCH' ? { body: {} } : {}) }
    t.deepEqual(await ask(server, path, options), { status, body }, name)
  }
  const { path, status, body } = recorded('401-bad-token')
  t.deepEqual(await ask(server, path, { token: 'bad' }), { status, body })
})

test('a patch with the uid of another object is refused as recorded', async (t) => {
  const server = await start(t)
  server.store.put('/api/v1/pods', { metadata: { name: 'err-a', namespace: 'rec' } })
  const { path, status, body } = recorded('422-patch-with-other-uid')
  const other = { metadata: { uid: '00000000-0000-0000-0000-000000000000', annotations: { a: '3' } } }
  const contentType = 'application/merge-patch+json'
  t.deepEqual(await ask(server, path, { method: 'PATCH', contentType, body: other }), { status, body })
})

test('404, 409 and 400 are worded as recorded', async (t) => {
  const server = await start(t)
  for (const name of ['404-pod', '404-job', '404-service', '404-endpointslice']) {
    const { path, status, body } = recorded(name)
    t.deepEqual(await ask(server, path), { status, body }, name)
  }
  const stored = server.store.put('/api/v1/pods', { metadata: { name: 'err-a', namespace: 'rec' } })
  const stale = { metadata: { ...stored.metadata, resourceVersion: '1' } }
  for (const [name, method, contentType] of [
    ['409-conflict-put-with-old-resourceVersion', 'PUT', 'application/json'],
    ['409-conflict-merge-patch-with-old-resourceVersion', 'PATCH', 'application/merge-patch+json'],
  ] as const) {
    const { status, body } = recorded(name)
    const answer = await ask(server, '/api/v1/namespaces/rec/pods/err-a', { method, contentType, body: stale })
    t.deepEqual(answer, { status, body }, name)
  }
  const again = await ask(server, '/api/v1/namespaces/rec/pods', {
    method: 'POST',
    body: { metadata: { name: 'err-a' } },
  })
  const already = recorded('409-already-exists')
  t.deepEqual(again, { status: already.status, body: already.body })
  t.like(await ask(server, '/api/v1/namespaces/rec/pods?labelSelector=a%20b'), {
    status: 400,
    body: { message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt" },
  })
})

test('a list comes in consistent pages; a continue token expires and says how to go on', async (t) => {
  const server = await start(t)
  for (let index = 0; index < 5; index++) {
    server.store.put('/api/v1/pods', { metadata: { name: `p${index}`, namespace: 'rec' } })
  }
  const path = '/api/v1/namespaces/rec/pods?limit=2'
  type List = {
    metadata: { continue?: string; resourceVersion: string; remainingItemCount?: number }
    items: { metadata: { name: string } }[]
  }
  const first = (await ask(server, path)).body as List
  t.is(first.metadata.remainingItemCount, 3)
  server.store.remove('/api/v1/pods', 'rec', 'p3')
  server.store.put('/api/v1/pods', { metadata: { name: 'p25', namespace: 'rec' } })
  const second = (await ask(server, `${path}&continue=${first.metadata.continue}`)).body as List
  t.deepEqual(
    second.items.map(({ metadata }) => metadata.name),
    ['p2', 'p3'],
  )
  t.is(second.metadata.resourceVersion, first.metadata.resourceVersion)
  server.store.compact()
  const expired = await ask(server, `${path}&continue=${second.metadata.continue}`)
  t.is(expired.status, 410)
  const token = (expired.body as List).metadata.continue
  const rest = (await ask(server, `${path}&continue=${token}`)).body as List
  t.deepEqual(
    rest.items.map(({ metadata }) => metadata.name),
    ['p4'],
  )
  t.not(rest.metadata.resourceVersion, first.metadata.resourceVersion)
})

/** The lines that a watch gives until its server ends it. */
async function readWatch(server: ApiServer, path: string): Promise<readonly string[]> {
  const answer = await fetch(`${server.url}${path}`)
  return (await answer.text()).split('\n').filter((line) => line !== '')
}

test('a recorded stream is played back as it was sent', async (t) => {
  const server = await start(t)
  const lines = readStream('pod-readinessProbe-false-true-false-true')
  for (const line of lines) server.store.replay('/api/v1/pods', line)
  server.misbehave('watch', { endAfter: lines.length })
  const played = await readWatch(server, '/api/v1/namespaces/rec/pods?watch=true&resourceVersion=1000')
  t.deepEqual(
    played.map((line) => JSON.parse(line)),
    lines.map((line) => JSON.parse(line)),
  )
})

test('a watch shows what enters and leaves the selection, and that its version is too old', async (t) => {
  const server = await start(t)
  const put = (labels: Record<string, string>) =>
    server.store.put('/api/v1/pods', { metadata: { name: 'a', namespace: 'rec', labels } })
  put({ app: 'x' })
  put({ app: 'y' })
  put({ app: 'x', tier: 'b' })
  put({ app: 'x', tier: 'c' })
  server.misbehave('watch', { endAfter: 4 })
  const lines = await readWatch(server, '/api/v1/pods?watch=true&resourceVersion=1000&labelSelector=app+in+(x)')
  t.deepEqual(
    lines.map((line) => JSON.parse(line).type),
    ['ADDED', 'DELETED', 'ADDED', 'MODIFIED'],
  )
  server.store.compact()
  const [gone = ''] = await readWatch(server, '/api/v1/pods?watch=true&resourceVersion=1001')
  const like = JSON.parse(readStream('watch-410-gone-resourceVersion-1')[0] ?? '')
  const message = `too old resource version: 1001 (${server.store.oldest()})`
  t.deepEqual(JSON.parse(gone), { ...like, object: { ...like.object, message } })
})

test('patches of all three kinds change what they should, and nothing else', async (t) => {
  const server = await start(t)
  const path = '/api/v1/namespaces/rec/pods/a'
  server.store.put('/api/v1/pods', { metadata: { name: 'a', namespace: 'rec', annotations: { keep: '1', drop: '2' } } })
  const patch = (contentType: string, body: unknown) => ask(server, path, { method: 'PATCH', contentType, body })
  await patch('application/merge-patch+json', { metadata: { annotations: { drop: null, 'podorder.io/ready': 'a' } } })
  await patch('application/json-patch+json', [
    { op: 'add', path: '/metadata/annotations/podorder.io~1failed', value: 'b' },
  ])
  const { version } = server.store
  const before = version()
  await patch('application/strategic-merge-patch+json', { metadata: { annotations: { keep: '1' } } })
  t.is(version(), before)
  t.like(await ask(server, path), {
    status: 200,
    body: { metadata: { annotations: { keep: '1', 'podorder.io/ready': 'a', 'podorder.io/failed': 'b' } } },
  })
  t.is((await ask(server, path, { method: 'DELETE' })).status, 200)
  t.is((await ask(server, path)).status, 404)
})
