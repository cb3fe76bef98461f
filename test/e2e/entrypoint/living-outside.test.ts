/** `restart: true` on what is outside the pod: an object of the API, a server that is asked, a sidecar by the downward API. */
import test, { type ExecutionContext } from 'ava'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { makeVolume, updateVolume } from '../../support/downward.ts'
import { sh, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { meta, openScene, putPod, says } from '../../support/outside.ts'

const SERVICES = '/api/v1/services'
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices'

const SERVE = sh(`trap 'echo down >> trace; exit 0' TERM; echo up >> trace; while :; do sleep 0.02; done`)

/** Lines of its command, each written when it starts or is told to stop. */
const trace = (stage: Stage): readonly string[] => (stage.has('trace') ? stage.read('trace').trim().split('\n') : [])
const reaches = (stage: Stage, ...lines: readonly string[]): Promise<unknown> =>
  eventually(lines.join(', '), () => trace(stage).join() === lines.join())

interface Kept {
  readonly stage: Stage
  readonly app: Wrapper
}

async function keep(t: ExecutionContext, target: string, more: readonly string[] = []) {
  const { server, stage, env } = await openScene(t)
  const start = (): Kept => ({
    stage,
    app: stage.member(
      'app',
      ['--restart-policy=Always', `--wait-for=${target}`, `--restart-on=${target}`, ...more, '--', ...SERVE],
      { env },
    ),
  })
  return { server, stage, start }
}

/** The whole way: lost, told why, waited for, and started anew in the same life. */
async function goRound({ stage, app }: Kept, target: string, lose: () => unknown, bring: () => unknown): Promise<void> {
  await reaches(stage, 'up')
  await stage.appears('run/app/started')
  await lose()
  await reaches(stage, 'up', 'down')
  await says(app, `stopping it, to start anew: ${target} no longer holds`)
  await eventually('it waits', () => stage.record('run/app/restarting')?.exitCode === 0)
  await bring()
  await reaches(stage, 'up', 'down', 'up')
  await eventually('it says so', () => stage.record('run/app/started')?.restarts === 1)
}

const endpoints = (...addresses: readonly string[]) => ({
  ...meta('db-1', { 'kubernetes.io/service-name': 'db' }),
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
})

test('a Service: when its last endpoint goes, not before', async (t) => {
  const { server, start } = await keep(t, 'service/db')
  server.store.put(SERVICES, { ...meta('db'), spec: {} })
  server.store.put(SLICES, endpoints('192.0.2.1', '192.0.2.2'))
  const kept = start()
  await reaches(kept.stage, 'up')
  server.store.put(SLICES, endpoints('192.0.2.2'))
  await goRound(
    kept,
    'service/db',
    () => server.store.put(SLICES, endpoints()),
    () => server.store.put(SLICES, endpoints('192.0.2.3')),
  )
  t.pass()
})

test('a pod: when it is no longer ready', async (t) => {
  const { server, start } = await keep(t, 'pod/db')
  putPod(server, 'db', true)
  await goRound(
    start(),
    'pod/db',
    () => putPod(server, 'db', false),
    () => putPod(server, 'db', true),
  )
  t.pass()
})

test('a Service that comes back within restartAfter stops nobody', async (t) => {
  const { server, stage, start } = await keep(t, 'service/db', ['--restart-after=service/db=1h'])
  server.store.put(SERVICES, { ...meta('db'), spec: {} })
  server.store.put(SLICES, endpoints('192.0.2.1'))
  const { app } = start()
  await reaches(stage, 'up')
  await stage.appears('run/app/started')
  server.store.put(SLICES, endpoints())
  server.store.put(SLICES, endpoints('192.0.2.1'))
  putPod(server, 'db', true)
  app.signal('SIGTERM')
  t.is((await app.end).code, 0)
  t.deepEqual(trace(stage), ['up', 'down'])
  t.false(app.stderr().includes('start anew'))
})

test('an API that cannot be reached, or asked, stops nobody', async (t) => {
  const { server, stage, start } = await keep(t, 'pod/db')
  putPod(server, 'db', true)
  const { app } = start()
  await reaches(stage, 'up')
  await stage.appears('run/app/started')
  const asked = server.requests.length
  server.allow([])
  server.endWatches('cut')
  await eventually('it asks again', () => server.requests.length > asked + 1)
  app.signal('SIGTERM')
  t.is((await app.end).code, 0)
  t.false(app.stderr().includes('start anew'), app.stderr())
})

/** A listener that can go and come back. */
async function listen(port = 0): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve))

test('a server: when it has not accepted connections for a while', async (t) => {
  const first = await listen()
  const { port } = first.address() as AddressInfo
  const target = `tcp://127.0.0.1:${port}`
  const { start } = await keep(t, target)
  let second: Server | undefined
  await goRound(
    start(),
    target,
    () => close(first),
    async () => (second = await listen(port)),
  )
  if (second !== undefined) await close(second)
  t.pass()
})

test('a sidecar that podorder does not wrap: when the downward API names it no more', async (t) => {
  const { stage, start } = await keep(t, 'sidecar/mesh', ['--downward-dir', 'downward'])
  const volume = stage.path('downward')
  makeVolume(volume)
  updateVolume(volume, 'set', { ready: 'mesh', failed: '' })
  await goRound(
    start(),
    'sidecar/mesh',
    () => updateVolume(volume, 'change', { ready: '', failed: '' }),
    () => updateVolume(volume, 'change', { ready: 'mesh', failed: '' }),
  )
  t.pass()
})
