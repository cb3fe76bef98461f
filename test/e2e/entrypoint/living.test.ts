/** `restart: true`: a command goes down with what it depends on, and comes back with it, in the same life of its container. */
import test from 'ava'
import { openStage, readEvents, sh, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { asksServer, serverScript } from '../../support/server.ts'

const serve = (name: string): readonly string[] => sh(serverScript(name))

const readyAs = (name: string): readonly string[] => ['--ready-exec', JSON.stringify(asksServer(name))]

const ALWAYS = ['--restart-policy', 'Always']

const after = (stage: Stage, target: string, ...more: readonly string[]): readonly string[] => {
  const file = stage.path(`run/${target}/ready`)
  return [...ALWAYS, '--wait-file', file, '--restart-on', file, ...more]
}

/** Ready once it has said that it is up, so that nobody overtakes it. */
const startDb = (stage: Stage): Wrapper =>
  stage.member('db', [...ALWAYS, '--restart-with=api', ...readyAs('db'), '--', ...serve('db')])

const trace = (stage: Stage): readonly string[] => (stage.has('trace') ? stage.read('trace').trim().split('\n') : [])

const happens = (stage: Stage, line: string, times = 1) =>
  eventually(`${line} for the ${times}th time`, () => trace(stage).filter((each) => each === line).length >= times)

/** As the kernel ends a container: its first process, and all others with it. */
function killContainer(stage: Stage, name: string, wrapper: Wrapper): void {
  const { pid = 0 } = stage.record(`run/${name}/started`) ?? {}
  wrapper.signal('SIGKILL')
  process.kill(-pid, 'SIGKILL')
}

test('a chain stops in reverse when its database is killed, and comes back in order', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  const api = stage.member('api', [
    ...after(stage, 'db', '--restart-with=web', ...readyAs('api')),
    '--',
    ...serve('api'),
  ])
  const web = stage.member('web', [...after(stage, 'api'), '--', ...serve('web')])
  await happens(stage, 'web up')
  // The command runs a moment before its wrapper says so.
  await stage.appears('run/web/started')
  killContainer(stage, 'db', db)
  await happens(stage, 'api down')
  t.deepEqual(trace(stage).slice(3), ['web down', 'api down'])
  await eventually('both wait', () =>
    ['api', 'web'].every((name) => stage.record(`run/${name}/restarting`)?.exitCode === 0),
  )
  for (const name of ['api', 'web']) {
    for (const flag of ['started', 'ready', 'stopped', 'exitCode'])
      t.false(stage.has(`run/${name}/${flag}`), `${name}/${flag}`)
  }
  startDb(stage)
  await happens(stage, 'web up', 2)
  t.deepEqual(trace(stage).slice(5), ['db up', 'api up', 'web up'], `${api.stderr()}\n${web.stderr()}`)
  t.is(stage.record('run/api/started')?.restarts, 1)
  t.false(stage.has('run/api/restarting'))
  const events = readEvents(api.stderr())
  t.true(events.includes('stopping it, to start anew: db was killed'), events.join('\n'))
  t.true(readEvents(web.stderr()).includes('stopping it, to start anew: api restarts: db was killed'))
  for (const wrapper of [web, api]) wrapper.signal('SIGTERM')
  t.deepEqual([(await web.end).code, (await api.end).code], [0, 0])
})

test('who depends on it without restart goes on', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  const file = stage.path('run/db/ready')
  stage.member('api', [...ALWAYS, '--wait-file', file, '--', ...serve('api')])
  stage.member('web', [...after(stage, 'db'), '--', ...serve('web')])
  await happens(stage, 'api up')
  await happens(stage, 'web up')
  killContainer(stage, 'db', db)
  await happens(stage, 'web down')
  startDb(stage)
  await happens(stage, 'web up', 2)
  t.false(trace(stage).includes('api down'))
})

test('a command that fails for the loss before it is told starts anew as well', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  // It ends with the process that it depends on, as one does whose connection breaks.
  const words = [
    ...after(stage, 'db'),
    '--',
    ...sh('echo api up >> trace; read pid < pid; while kill -0 $pid 2>&-; do sleep 0.002; done; exit 7'),
  ]
  // The command runs a moment before its wrapper says so.
  await stage.appears('run/db/started')
  const first = stage.record('run/db/started')?.pid
  stage.write('pid', `${first}\n`)
  const api = stage.member('api', words)
  await happens(stage, 'api up')
  killContainer(stage, 'db', db)
  await eventually('it waits to start anew', () => stage.record('run/api/restarting')?.exitCode !== undefined)
  startDb(stage)
  const second = await eventually('db is up again', () => {
    const pid = stage.record('run/db/started')?.pid
    return pid !== undefined && pid !== first && pid
  })
  stage.write('pid', `${second}\n`)
  await happens(stage, 'api up', 2)
  t.false(readEvents(api.stderr()).some((line) => /exit code 7/.test(line)))
})

test('a command that fails by itself fails its container', async (t) => {
  const stage = openStage(t)
  startDb(stage)
  const api = stage.member('api', [...after(stage, 'db'), '--', ...sh('exit 7')])
  t.is((await api.end).code, 7)
})

test('loss of readiness counts only with restart-after, and only if it lasts', async (t) => {
  const stage = openStage(t)
  const probe = JSON.stringify({ exec: { command: sh('[ -e up ]') }, periodSeconds: 1, failureThreshold: 1 })
  stage.write('up')
  stage.member('db', [...ALWAYS, '--ready-probe', probe, '--', ...serve('db')])
  const file = stage.path('run/db/ready')
  stage.member('api', [...after(stage, 'db'), '--', ...serve('api')])
  stage.member('web', [...after(stage, 'db', `--restart-after=${file}=200ms`), '--', ...serve('web')])
  await happens(stage, 'api up')
  await happens(stage, 'web up')
  await stage.run(['--', 'rm', 'up'])
  await happens(stage, 'web down')
  stage.write('up')
  await happens(stage, 'web up', 2)
  t.false(trace(stage).includes('api down'))
})

test('a signal while it waits to start anew ends the wrapper at once', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  const api = stage.member('api', [...after(stage, 'db'), '--', ...serve('api')])
  await happens(stage, 'api up')
  killContainer(stage, 'db', db)
  await eventually('it waits', () => stage.record('run/api/restarting')?.exitCode !== undefined)
  api.signal('SIGTERM')
  t.is((await api.end).code, 143)
  t.false(stage.has('run/api/restarting'))
})

test('a stop while it yields is a stop', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  const api = stage.member('api', [
    ...after(stage, 'db'),
    '--',
    ...sh(
      `told=; trap 'echo api passed >> trace' WINCH; trap 'echo api told >> trace; told=yes' TERM; echo api up >> trace
       until [ -n "$told" ] && [ -e go ]; do sleep 0.02; done; exit 3`,
    ),
  ])
  await happens(stage, 'api up')
  killContainer(stage, 'db', db)
  await happens(stage, 'api told')
  api.signal('SIGTERM')
  // The command must not end before its wrapper has heard of the stop: what comes behind it has passed.
  api.signal('SIGWINCH')
  await happens(stage, 'api passed')
  stage.write('go')
  t.is((await api.end).code, 3)
})

test('a retry of what it depends on counts as its death', async (t) => {
  const stage = openStage(t)
  const words = [
    '--retries=5',
    '--retry-delay=10ms',
    ...ALWAYS,
    '--',
    ...sh('echo db up >> trace; until [ -e die ]; do sleep 0.02; done; rm die; exit 4'),
  ]
  stage.member('db', words)
  stage.member('api', [...after(stage, 'db'), '--', ...serve('api')])
  await happens(stage, 'api up')
  stage.write('die')
  await happens(stage, 'api up', 2)
  t.is(trace(stage).filter((line) => line === 'api down').length, 1)
})

test('one that was started without it, since it was optional, goes on and holds nobody up', async (t) => {
  const stage = openStage(t)
  const file = stage.path('run/api/ready')
  const web = stage.member('web', [
    ...after(stage, 'api', `--wait-file-optional=${file}`, `--wait-file-timeout=${file}=1ms`),
    '--',
    ...serve('web'),
  ])
  await happens(stage, 'web up')
  await stage.appears('run/web/started')
  t.is(stage.record('run/web/started')?.without, 'api/ready')
  const db = startDb(stage)
  stage.member('api', [...after(stage, 'db', '--restart-with=web'), '--', ...serve('api')])
  await happens(stage, 'api up')
  await stage.appears('run/api/started')
  killContainer(stage, 'db', db)
  await happens(stage, 'api down')
  startDb(stage)
  await happens(stage, 'api up', 2)
  t.false(trace(stage).includes('web down'), web.stderr())
})

test('a job that has completed and is held is not run again, and not waited for', async (t) => {
  const stage = openStage(t)
  const top = startDb(stage)
  stage.member('api', [...after(stage, 'db', '--restart-with=job'), '--', ...serve('api')])
  stage.member('job', [
    ...after(stage, 'api', '--hold', '--restart-policy=OnFailure'),
    '--',
    ...sh('echo job done >> trace'),
  ])
  await happens(stage, 'job done')
  await stage.appears('run/job/completed')
  await happens(stage, 'api up')
  killContainer(stage, 'db', top)
  await happens(stage, 'api down')
  startDb(stage)
  await happens(stage, 'api up', 2)
  t.is(trace(stage).filter((line) => line === 'job done').length, 1)
})

test('a retry passes the gate again: what it depends on may have gone while it paused', async (t) => {
  const stage = openStage(t)
  const db = startDb(stage)
  const api = stage.member('api', [
    ...after(stage, 'db', '--retries=5', '--retry-delay=10s'),
    '--',
    ...sh('echo api up >> trace; until [ -e fail ]; do sleep 0.02; done; rm fail; exit 4'),
  ])
  await happens(stage, 'api up')
  stage.write('fail')
  await eventually('it pauses', () => api.stderr().includes('attempt 1 of 6 failed: exit code 4'))
  killContainer(stage, 'db', db)
  await eventually('it waits', () => /attempt 1 of 6 failed[^]*waiting for db\/ready/.test(api.stderr()))
  t.is(trace(stage).filter((line) => line === 'api up').length, 1)
  startDb(stage)
  await happens(stage, 'api up', 2)
})
