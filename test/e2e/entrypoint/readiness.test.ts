/** Readiness as the wrapper measures it, with the container's own probe. */
import test from 'ava'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ECHO_SIGNALS, openStage, readEvents, type Runtime, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { isRunning } from '../../support/proc.ts'

/** On a busy machine a probe must not fail for being slow. */
const EAGER = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 60 }
const ready = (probe: object): readonly string[] => ['--ready-probe', JSON.stringify(probe)]
const startup = (script: string, numbers: object = EAGER): readonly string[] => [
  '--startup-probe',
  JSON.stringify({ exec: { command: sh(script) }, ...numbers }),
]

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`ready comes with the probe’s success, goes with its failure, and comes back (${runtime})`, async (t) => {
    const stage = openStage(t)
    const flags = ready({ exec: { command: sh('[ -e up ] || { echo gone fishing; false; }') }, ...EAGER })
    const wrapper = stage.member('app', [...flags, '--', 'cat'], { runtime })
    await stage.appears('run/app/started')
    t.false(stage.has('run/app/ready'))
    stage.write('up')
    await stage.appears('run/app/ready')
    const follower = stage.member('early', ['--wait-file', stage.path('run/app/ready'), '--', 'cat'])
    await stage.appears('run/early/started')
    await stage.run(['--', 'rm', 'up'])
    await eventually('it is no longer ready', () => !stage.has('run/app/ready'))
    const why = 'no longer ready: exit code 1: gone fishing'
    await eventually('it says why', () => readEvents(wrapper.stderr()).includes(why))
    stage.write('up')
    await stage.appears('run/app/ready')
    follower.stdin.end()
    t.is((await follower.end).code, 0)
  })
}

test('successThreshold and failureThreshold are counted', async (t) => {
  const stage = openStage(t)
  const script = 'echo probe >> probes; [ -e up ] || { echo failure >> failures; false; }'
  const numbers = { ...EAGER, successThreshold: 2, failureThreshold: 2 }
  stage.write('up')
  const app = stage.member('app', [...ready({ exec: { command: sh(script) }, ...numbers }), '--', 'cat'])
  await stage.appears('run/app/ready')
  t.true(stage.read('probes').length >= 'probe\n'.length * 2)
  await stage.run(['--', 'rm', 'up'])
  await eventually('it is no longer ready', () => !stage.has('run/app/ready'))
  t.true(stage.read('failures').length >= 'failure\n'.length * 2)
  app.stdin.end()
  await app.end
})

test('a redirect to another host is a success, with one warning', async (t) => {
  const stage = openStage(t)
  let requests = 0
  const server = createServer((_request, response) => {
    requests++
    response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const wrapper = stage.member('app', [...ready({ httpGet: { port }, periodSeconds: 1 }), '--', 'cat'])
  await stage.appears('run/app/ready')
  const listWarnings = () => readEvents(wrapper.stderr()).filter((line) => line.includes('redirected'))
  await eventually('it warns', () => listWarnings().length > 0)
  const before = requests
  await eventually('it has asked again', () => requests > before)
  t.deepEqual(listWarnings(), ['redirected to another host, elsewhere.invalid: not followed'])
})

test('a probe that runs out of time is killed with all that it has started', async (t) => {
  const stage = openStage(t)
  const script = 'sleep 600 & echo $! > pid.new; mv pid.new pid; wait'
  stage.member('app', [...ready({ exec: { command: sh(script) }, periodSeconds: 600 }), '--', 'cat'])
  await stage.appears('pid')
  const pid = Number(stage.read('pid'))
  await eventually('it is killed', () => !isRunning(pid))
  t.false(stage.has('run/app/ready'))
})

test('the end of the command ends its probe, with all that it has started', async (t) => {
  const stage = openStage(t)
  const script = 'sleep 600 & echo $! > pid.new; mv pid.new pid; wait'
  const flags = ready({ exec: { command: sh(script) }, timeoutSeconds: 600 })
  const wrapper = stage.member('app', [...flags, '--', ...sh('read go; exit 6')])
  await stage.appears('pid')
  wrapper.stdin.end('go\n')
  t.is((await wrapper.end).code, 6)
  t.false(isRunning(Number(stage.read('pid'))))
})

test('a waiting container is not probed', async (t) => {
  const stage = openStage(t)
  const flags = [...startup('touch probed; false'), '--wait-file', 'go']
  const wrapper = stage.member('app', [...flags, '--', 'sleep', '600'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  t.false(stage.has('probed'))
  stage.write('go')
  t.is((await wrapper.end).code, 143)
  t.true(stage.has('probed'))
})

test('a command that does not come up in its time is stopped, and that is a failure', async (t) => {
  const stage = openStage(t)
  // It ends with 0 when it is told to stop.
  const end = await stage.member('app', [...startup('echo not yet; false'), '--', ...ECHO_SIGNALS]).end
  t.is(end.code, 143)
  const message = 'not started within the time of its startupProbe: exit code 1: not yet'
  t.like(stage.record('run/app/failed'), { exitCode: 143, reason: 'StartupProbeFailed', message })
  t.deepEqual(readEvents(end.stderr).slice(1), [`stopping it: ${message}`, `StartupProbeFailed: ${message}`])
})

test('one that ignores the stop is killed after the grace period', async (t) => {
  const stage = openStage(t)
  const flags = [...startup('until [ -e up ]; do sleep 0.02; done; false'), '--grace-period', '20ms']
  const end = await stage.member('app', [...flags, '--', ...sh('trap "" TERM; touch up; while :; do sleep 1; done')])
    .end
  t.is(end.code, 137)
})

test('a failed start is final for the followers under Never', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--wait-file', stage.path('run/db/ready'), '--', 'touch', 'ran'])
  await stage.member('db', [...startup('false'), '--', 'sleep', '600']).end
  t.is((await app.end).code, 1)
  t.like(stage.record('run/app/failed'), { reason: 'Skipped', origin: 'db' })
  t.false(stage.has('ran'))
})

for (const policy of ['OnFailure', 'Always']) {
  test(`a failed start is not final under ${policy}: the followers wait for the next`, async (t) => {
    const stage = openStage(t)
    const flags = ['--restart-policy', policy]
    const app = stage.member('app', [...flags, '--wait-file', stage.path('run/db/ready'), '--', 'echo', 'open'])
    const db = [...flags, ...startup('[ -e up ]'), '--', 'sleep', '600']
    t.is((await stage.member('db', db).end).code, 143)
    t.is(app.stdout(), '')
    stage.write('up')
    stage.member('db', db)
    t.is((await app.end).stdout, 'open\n')
  })
}
