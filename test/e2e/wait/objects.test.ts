/** `entrypoint wait` for pods, Jobs and Services, as its users see it. */
import test from 'ava'
import type { ApiServer } from '../../support/api-server.ts'
import { eventually } from '../../support/eventually.ts'
import { readStream } from '../../support/recordings.ts'
import { openCluster } from '../../support/wait.ts'

const PODS = '/api/v1/pods'
const JOBS = '/apis/batch/v1/jobs'
const SERVICES = '/api/v1/services'
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices'

const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
const PENDING = { phase: 'Pending' }

function putPod(server: ApiServer, name: string, status: object, labels: Record<string, string> = {}): void {
  server.store.put(PODS, { metadata: { name, namespace: 'rec', labels }, status })
}

for (const runtime of ['node', 'bun'] as const) {
  test(`${runtime}: a pod is waited for through a private authority, and its name, namespace and token are used`, async (t) => {
    const { server, wait } = await openCluster(t)
    server.trust({ 'secret-token': 'system:serviceaccount:rec:default' })
    putPod(server, 'db', PENDING)
    const nowhere = 'http://127.0.0.1:9'
    const waiting = wait(['pod', 'db'], { runtime, env: { HTTPS_PROXY: nowhere, https_proxy: nowhere } })
    await waiting.says('waiting for pod/db (db is pending)')
    await eventually('a watch', () => server.watches() === 1)
    putPod(server, 'db', READY)
    t.is(await waiting.code, 0)
    // On a busy machine a line before them says that it is still looking.
    t.deepEqual(waiting.lines().slice(-2), ['waiting for pod/db (db is pending)', 'pod/db: db is ready'])
    t.deepEqual(
      server.requests.map(({ verb, path, user, query }) => [verb, path, user, query.get('fieldSelector')]),
      ['list', 'watch'].map((verb) => [
        verb,
        '/api/v1/namespaces/rec/pods',
        'system:serviceaccount:rec:default',
        'metadata.name=db',
      ]),
    )
  })
}

test('recorded Jobs, played back: one completes, one fails for good', async (t) => {
  const { server, wait } = await openCluster(t)
  const good = wait(['job', 'job-ok'])
  const bad = wait(['job', 'job-fail'])
  const either = wait(['job-we', 'job-fail'])
  await eventually('three watches', () => server.watches() === 3)
  for (const line of readStream('job-completes.job')) server.store.replay(JOBS, line)
  for (const line of readStream('job-fails-backoffLimit-2.job')) server.store.replay(JOBS, line)
  t.is(await good.code, 0)
  t.is(await bad.code, 1)
  t.is(
    bad.lines().at(-1),
    'job/job-fail can never hold: job-fail has failed (BackoffLimitExceeded: Job has reached the specified backoff limit)',
  )
  t.is(await either.code, 0)
})

test('a Job that is deleted before its end ends the wait, also when nobody was watching just then', async (t) => {
  const { server, wait } = await openCluster(t)
  const running = { metadata: { name: 'migrate', namespace: 'rec' }, status: { active: 1 } }
  server.store.put(JOBS, running)
  const waiting = wait(['job', 'migrate'])
  await waiting.says('has not ended')
  await eventually('a watch', () => server.watches() === 1)
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('watch', { hold })
  server.endWatches('closed')
  await eventually('the next watch is asked for', () => server.requests.length === 3)
  server.store.remove(JOBS, 'rec', 'migrate')
  server.store.compact()
  resolve()
  t.is(await waiting.code, 1)
  t.is(waiting.lines().at(-1), 'job/migrate can never hold: migrate was deleted before it had ended')
})

test('what a Job means that is not there can be said', async (t) => {
  const { server, wait } = await openCluster(t)
  const gone = wait(['wait', 'job/migrate', '--absent-job=completed'])
  t.is(await gone.code, 0)
  t.is(gone.lines().at(-1), 'job/migrate: there is no such job, which counts as completed')
  t.is(await wait(['job', '-lapp=migrate', '--absent-job', 'completed']).code, 0)
  for (const words of [
    ['wait', 'job/migrate'],
    ['wait', 'job/migrate', '--absent-job=waiting'],
  ]) {
    const waiting = wait(words)
    await waiting.says('waiting for job/migrate (there is no such job yet)')
    await eventually('a watch', () => server.watches() === 1)
    server.store.put(JOBS, {
      metadata: { name: 'migrate', namespace: 'rec' },
      status: { conditions: [{ type: 'Complete', status: 'True' }] },
    })
    t.is(await waiting.code, 0)
    server.store.remove(JOBS, 'rec', 'migrate')
    await eventually('no watch', () => server.watches() === 0)
  }
  const wrong = wait(['wait', 'job/migrate', '--absent-job=gone'])
  t.is(await wrong.code, 2)
  t.regex(wrong.lines().at(-1) ?? '', /--absent-job is waiting or completed, not "gone"/)
  // Of pods it says nothing.
  const pod = wait(['wait', 'pod/db', '--absent-job=completed', '--timeout=200ms'])
  t.is(await pod.code, 124)
})

test('a Service is there when its endpoints are, whoever has made them', async (t) => {
  const { server, wait } = await openCluster(t)
  const all = wait(['service', 'websvc'])
  const one = wait(['wait', 'service/websvc'])
  const bySelector = wait(['service', '-lapp=byhand'])
  await all.says('there is no such service yet')
  await one.says('there is no such service yet')
  await bySelector.says('no service matches yet')
  await eventually('six watches', () => server.watches() === 6)
  for (const line of readStream('services-endpoints.services').slice(0, 1)) server.store.replay(SERVICES, line)
  const lines = readStream('services-endpoints.endpointslices')
  for (const line of lines.slice(0, 4)) server.store.replay(SLICES, line)
  t.is(await one.code, 0)
  t.is(one.lines().at(-1), 'service/websvc: websvc has 1 of 2 endpoints ready')
  server.store.replay(SLICES, lines[4] ?? '')
  t.is(await all.code, 0)
  server.store.put(SERVICES, {
    metadata: { name: 'byhand', namespace: 'rec', labels: { app: 'byhand' } },
    spec: { clusterIP: 'None' },
  })
  server.store.put(SLICES, {
    metadata: { name: 'byhand-1', namespace: 'rec', labels: { 'kubernetes.io/service-name': 'byhand' } },
    endpoints: [{ addresses: ['192.0.2.1'] }],
  })
  t.is(await bySelector.code, 0)
})

test('all targets must hold at the same time', async (t) => {
  const { server, wait } = await openCluster(t)
  putPod(server, 'a', READY, { app: 'x' })
  putPod(server, 'b', PENDING, { app: 'x' })
  const waiting = wait(['wait', 'pod/a', 'pod/-lapp=x', 'pod/b'], { env: { DEBUG: '1' } })
  await waiting.says('waiting for pod/-lapp=x (b is pending), pod/b (b is pending)')
  await eventually('three watches', () => server.watches() === 3)
  putPod(server, 'a', PENDING, { app: 'x' })
  await waiting.says('pod/a: a is pending')
  putPod(server, 'b', READY, { app: 'x' })
  await waiting.says('pod/b: b is ready')
  putPod(server, 'a', READY, { app: 'x' })
  t.is(await waiting.code, 0)
})

test('an API that goes away and comes back is waited out, and said once', async (t) => {
  const { server, wait } = await openCluster(t)
  putPod(server, 'db', PENDING)
  const waiting = wait(['pod', 'db'])
  await eventually('a watch', () => server.watches() === 1)
  for (let times = 0; times < 2; times++) server.misbehave('watch', { hangUp: true })
  server.endWatches('cut')
  await waiting.says('trying again')
  await eventually('it says that it knows again', () => waiting.lines().at(-1) === 'waiting for pod/db (db is pending)')
  putPod(server, 'db', READY)
  t.is(await waiting.code, 0)
  t.is(waiting.lines().filter((line) => line.includes('trying again')).length, 1)
})
