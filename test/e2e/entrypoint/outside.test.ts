/** Waiting for what is outside the pod, in the gate: it holds at every start of the container. */
import test from 'ava'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiServer } from '../../support/api-server.ts'
import { eventually } from '../../support/eventually.ts'
import { condition, JOBS, meta, openScene, putJob, putPod, says } from '../../support/outside.ts'

const SERVICES = '/api/v1/services'
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices'
const FAILED = condition('Failed', { reason: 'BackoffLimitExceeded' })

const KINDS: readonly {
  readonly target: string
  readonly why: string
  readonly before: (server: ApiServer) => void
  readonly comes: (server: ApiServer) => void
}[] = [
  {
    target: 'pod/db',
    why: 'there is no such pod yet',
    before: () => {},
    comes: (server) => putPod(server, 'db', true),
  },
  {
    target: 'pod/rec/-lapp=db',
    why: 'db is pending',
    before: (server) => putPod(server, 'db', false),
    comes: (server) => putPod(server, 'db', true),
  },
  {
    target: 'job/migrate',
    why: 'migrate has not ended (1 active, 0 succeeded, 0 failed)',
    before: (server) => putJob(server, 'migrate'),
    comes: (server) => putJob(server, 'migrate', condition('Complete')),
  },
  {
    target: 'job-we/migrate',
    why: 'migrate has not ended (1 active, 0 succeeded, 0 failed)',
    before: (server) => putJob(server, 'migrate'),
    comes: (server) => putJob(server, 'migrate', FAILED),
  },
  {
    target: 'service/mail',
    why: 'mail has no endpoints',
    before: (server) => void server.store.put(SERVICES, { ...meta('mail'), spec: {} }),
    comes: (server) =>
      void server.store.put(SLICES, {
        ...meta('mail-1', { 'kubernetes.io/service-name': 'mail' }),
        endpoints: [{ addresses: ['192.0.2.1'] }],
      }),
  },
]

for (const { target, why, before, comes } of KINDS) {
  test(`${target} opens the gate when it holds, and at once when it does already`, async (t) => {
    const { server, stage, start } = await openScene(t)
    before(server)
    const wrapper = start([`--wait-for=${target}`])
    await says(wrapper, `waiting for ${target} (${why})`)
    t.is(wrapper.stdout(), '')
    comes(server)
    const { code, stdout } = await wrapper.end
    t.deepEqual([code, stdout], [0, 'open\n'])
    t.is(stage.record('run/app/started')?.waitedFor, target)
    const again = await start([`--wait-for=${target}`, '--rerun']).end
    t.deepEqual([again.code, again.stdout], [0, 'open\n'])
  })
}

test('on Node it is the same', async (t) => {
  const { server, start } = await openScene(t)
  const wrapper = start(['--wait-for', 'pod/db'], 'node')
  await says(wrapper, 'waiting for pod/db (there is no such pod yet)')
  putPod(server, 'db', true)
  t.is((await wrapper.end).stdout, 'open\n')
})

test('a server is waited for until it answers', async (t) => {
  const { start } = await openScene(t)
  let status = 503
  const http = createServer((_request, response) => response.writeHead(status).end())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.teardown(() => http.close())
  const { port } = http.address() as AddressInfo
  const tcp = await start([`--wait-for=tcp://127.0.0.1:${port}`]).end
  t.is(tcp.stdout, 'open\n')
  const wrapper = start(['--rerun', `--wait-for=http://127.0.0.1:${port}/healthz?a=b,c`])
  await says(wrapper, `waiting for http://127.0.0.1:${port}/healthz?a=b,c (HTTP status 503)`)
  status = 200
  t.is((await wrapper.end).stdout, 'open\n')
})

test('files and targets must all hold in one and the same look', async (t) => {
  const { server, stage, start } = await openScene(t)
  stage.write('flag')
  putPod(server, 'db', false)
  const wrapper = start(['--wait-file', stage.path('flag'), '--wait-for=pod/db'])
  await says(wrapper, 'waiting for pod/db (db is pending)')
  await eventually('a watch', () => server.watches() === 1)
  rmSync(stage.path('flag'))
  putPod(server, 'db', true)
  stage.write('flag')
  t.is((await wrapper.end).stdout, 'open\n')
})

test('a Job that is not there, as its time to live has passed, counts as completed where that is said', async (t) => {
  const { server, start } = await openScene(t)
  const waiting = start(['--wait-for=job/migrate'])
  await says(waiting, 'waiting for job/migrate (there is no such job yet)')
  const { code, stdout } = await start(['--wait-for=job/migrate', '--wait-for-absent=job/migrate']).end
  t.deepEqual([code, stdout], [0, 'open\n'])
  t.is(waiting.stdout(), '')
  putJob(server, 'migrate')
  const again = start(['--rerun', '--wait-for=job/migrate', '--wait-for-absent=job/migrate'])
  await says(again, 'waiting for job/migrate (migrate has not ended (1 active, 0 succeeded, 0 failed))')
  await eventually('two watches', () => server.watches() === 2)
  putJob(server, 'migrate', condition('Complete'))
  t.is((await again.end).stdout, 'open\n')
  t.is((await waiting.end).stdout, 'open\n')
})

test('what can never hold closes the gate under Never, with the reason for those that follow', async (t) => {
  const { server, stage, start } = await openScene(t)
  putJob(server, 'migrate', FAILED)
  const { code, stdout } = await start(['--wait-for=job/migrate']).end
  t.deepEqual([code, stdout], [1, ''])
  const why = 'migrate has failed (BackoffLimitExceeded)'
  t.like(stage.record('run/app/failed'), { reason: 'Skipped', message: `job/migrate can never hold: ${why}` })
  t.like(stage.record('run/app/completed.err'), { reason: 'Skipped', origin: 'job/migrate', message: why })
  const optional = await start(['--wait-for=job/migrate', '--wait-for-optional=job/migrate']).end
  t.deepEqual([optional.code, optional.stdout], [0, 'open\n'])
  t.true(
    optional.stderr.includes(`job/migrate can never hold: ${why}; it is optional, so the command starts without it`),
  )
})

for (const policy of ['OnFailure', 'Always']) {
  test(`under ${policy} a Job that has failed is waited for until somebody makes another one`, async (t) => {
    const { server, start } = await openScene(t)
    putJob(server, 'migrate', FAILED)
    const wrapper = start([`--restart-policy=${policy}`, '--wait-for=job/migrate'])
    await says(wrapper, 'waiting for job/migrate (migrate has failed (BackoffLimitExceeded))')
    await eventually('a watch', () => server.watches() === 1)
    server.store.remove(JOBS, 'rec', 'migrate')
    putJob(server, 'migrate', condition('Complete'))
    t.is((await wrapper.end).stdout, 'open\n')
  })
}

test('it holds at every restart of the container', async (t) => {
  const { server, start } = await openScene(t)
  const flags = ['--restart-policy=Always', '--wait-for=pod/db']
  putPod(server, 'db', true)
  t.is((await start(flags).end).stdout, 'open\n')
  putPod(server, 'db', false)
  const second = start(flags)
  await says(second, 'waiting for pod/db (db is pending)')
  putPod(server, 'db', true)
  t.is((await second.end).stdout, 'open\n')
})
