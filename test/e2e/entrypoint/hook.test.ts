/** --post-start: the hook that the kubelet would run, run by the wrapper once there is an application to run it for. */
import test, { type ExecutionContext } from 'ava'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openStage, readEvents, type Runtime, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { findProcessesIn, isRunning, parseStat, readStat } from '../../support/proc.ts'

const hook = (handler: object): readonly string[] => ['--post-start', JSON.stringify(handler)]
const shell = (script: string): readonly string[] => hook({ exec: { command: sh(script) } })

const UNTIL_GO = 'until [ -e go ]; do sleep 0.01; done'

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`it runs after the start, before ready, live and any probe (${runtime})`, async (t) => {
    const stage = openStage(t)
    const flags = [...shell(`touch begun; ${UNTIL_GO}`), '--live-delay', '0s', '--ready-exec', '["touch","probed"]']
    stage.member('app', [...flags, '--', 'cat'], { runtime })
    await stage.appears('begun')
    t.true(stage.has('run/app/started'))
    for (const name of ['run/app/ready', 'run/app/live', 'probed']) t.false(stage.has(name), name)
    stage.write('go')
    for (const name of ['run/app/ready', 'run/app/live']) await stage.appears(name)
    t.true(stage.has('probed'))
  })
}

test('it has the container’s environment and directory, a process group of its own, and no voice in the log', async (t) => {
  const stage = openStage(t)
  const script = 'echo heard; echo heard >&2; pwd > where; cat /proc/self/environ > env; cat /proc/$$/stat > stat'
  const env = { PATH: process.env['PATH'] ?? '', CHOKIDAR_USEPOLLING: '1', OWN: 'x y' }
  const wrapper = stage.member('app', [...shell(script), '--', 'cat'], { env })
  await stage.appears('run/app/ready')
  t.is(stage.read('where'), `${stage.dir}\n`)
  for (const [name, value] of Object.entries(env)) t.true(stage.read('env').split('\0').includes(`${name}=${value}`))
  const { group } = parseStat(stage.read('stat'))
  t.not(group, readStat(wrapper.pid)?.group)
  t.not(group, stage.record('run/app/started')?.pid)
  wrapper.stdin.end()
  const end = await wrapper.end
  t.false(`${end.stdout}${end.stderr}`.includes('heard'))
})

test('when it fails the command is stopped, and that is a failure with the hook’s own words', async (t) => {
  const stage = openStage(t)
  const flags = [...shell('echo no route; exit 7'), '--live-delay', '0s']
  const end = await stage.member('app', [...flags, '--', 'sleep', '600']).end
  t.is(end.code, 143)
  const { message } = stage.record('run/app/failed') ?? {}
  t.regex(message ?? '', /^its postStart hook failed: exec sh -c .*: exit code 7: no route$/)
  t.like(stage.record('run/app/completed.err'), { exitCode: 143, reason: 'PostStartHookError', origin: 'app' })
  t.true(stage.has('run/app/ready.err'))
  t.false(stage.has('run/app/ready') || stage.has('run/app/live'))
  t.deepEqual(readEvents(end.stderr).slice(1), [`stopping it: ${message}`, `PostStartHookError: ${message}`])
})

test('a command that takes the stop for a success has failed all the same', async (t) => {
  const stage = openStage(t)
  const polite = sh('trap "exit 0" TERM; touch up; while :; do sleep 0.01; done')
  const end = await stage.member('app', [...shell('until [ -e up ]; do :; done; false'), '--', ...polite]).end
  t.is(end.code, 143)
  t.like(stage.record('run/app/failed'), { reason: 'PostStartHookError' })
})

test('a command that ignores the stop is killed with its group after the grace period', async (t) => {
  const stage = openStage(t)
  const stubborn = sh('trap "" TERM; sleep 600 & touch up; wait; wait')
  const flags = [...shell('until [ -e up ]; do :; done; false'), '--grace-period', '50ms']
  t.is((await stage.member('app', [...flags, '--', ...stubborn]).end).code, 137)
  t.deepEqual(findProcessesIn(stage.dir), [])
})

const LINGERING = shell('sleep 600 & echo $! > pid.new; mv pid.new pid; wait')

test('it ends with the command, with all that it has started', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', [...LINGERING, '--', ...sh('read go; exit 5')])
  await stage.appears('pid')
  wrapper.stdin.end('go\n')
  t.is((await wrapper.end).code, 5)
  t.like(stage.record('run/app/failed'), { reason: 'Error', message: 'exit code 5' })
  t.deepEqual(findProcessesIn(stage.dir), [])
})

const STOPS: Readonly<Record<string, (stage: ReturnType<typeof openStage>, pid: number) => void>> = {
  SIGTERM: (_stage, pid) => process.kill(pid, 'SIGTERM'),
  'a stop file': (stage) => stage.write('stop'),
}

for (const [what, stop] of Object.entries(STOPS)) {
  test(`${what} calls it off, and its command ends as it will`, async (t) => {
    const stage = openStage(t)
    const script = `trap 'until ! kill -0 "$(cat pid)"; do sleep 0.01; done; exit 0' TERM; touch up; while :; do sleep 0.01; done`
    const flags = [...LINGERING, '--stop-file', 'stop']
    const wrapper = stage.member('app', [...flags, '--', ...sh(script)])
    for (const file of ['pid', 'up']) await stage.appears(file)
    stop(stage, wrapper.pid)
    t.is((await wrapper.end).code, 0)
    t.false(isRunning(Number(stage.read('pid'))))
    t.like(stage.record('run/app/completed'), { exitCode: 0, reason: 'Completed' })
    t.false(stage.has('run/app/ready'))
  })
}

test('a sleep is over after its seconds, or with the command', async (t) => {
  const stage = openStage(t)
  stage.member('short', [...hook({ sleep: { seconds: 1 } }), '--', 'cat'])
  const long = stage.member('long', [...hook({ sleep: { seconds: 600 } }), '--', 'cat'])
  await stage.appears('run/short/ready')
  t.false(stage.has('run/long/ready'))
  long.stdin.end()
  t.is((await long.end).code, 0)
})

/** Answers everything with `status`, and remembers what was asked. */
async function serve(t: ExecutionContext, status: number) {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = []
  const server = createServer(({ url, headers }, response) => {
    asked.push({ url, headers })
    response.writeHead(status).end('whatever')
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, asked }
}

test('an HTTP request is a success whatever its answer, and says who asks', async (t) => {
  const stage = openStage(t)
  const { port, asked } = await serve(t, 500)
  const httpHeaders = [{ name: 'X-Token', value: 'abc' }]
  stage.member('app', [...hook({ httpGet: { port, path: '/up?now', httpHeaders } }), '--', 'cat'])
  await stage.appears('run/app/ready')
  t.is(asked.length, 1)
  t.is(asked[0]?.url, '/up?now')
  t.like(asked[0]?.headers, { 'x-token': 'abc', 'user-agent': 'kube-lifecycle/podorder' })
})

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`an HTTPS request that plain HTTP answers is made again by HTTP, without Authorization (${runtime})`, async (t) => {
    const stage = openStage(t)
    const { port, asked } = await serve(t, 200)
    const httpHeaders = ['Authorization', 'X-Other'].map((name) => ({ name, value: 'abc' }))
    stage.member('app', [...hook({ httpGet: { scheme: 'HTTPS', port, httpHeaders } }), '--', 'cat'], { runtime })
    await stage.appears('run/app/ready')
    t.is(asked.length, 1)
    t.like(asked[0]?.headers, { authorization: undefined, 'x-other': 'abc' })
  })
}

test('a request that nobody answers is a failure', async (t) => {
  const stage = openStage(t)
  t.is((await stage.member('app', [...hook({ httpGet: { port: 1 } }), '--', 'cat']).end).code, 143)
  t.is(stage.record('run/app/failed')?.message, 'its postStart hook failed: GET http://:1/: connection refused')
})

test('every retry has its own', async (t) => {
  const stage = openStage(t)
  const retry = ['--retries', '2', '--retry-delay', '0s']
  const end = await stage.member('app', [...shell('echo hook >> hooks; false'), ...retry, '--', 'sleep', '600']).end
  t.is(end.code, 143)
  t.is(stage.read('hooks'), 'hook\n'.repeat(3))
})

test('a hook that Kubernetes would not run is refused with exit code 2', async (t) => {
  const end = await openStage(t).run([...hook({ tcpSocket: { port: 1 } }), '--', 'true'])
  t.is(end.code, 2)
  const problem = '--post-start: Kubernetes does not run tcpSocket hooks; use exec, httpGet or sleep'
  t.is(end.stderr, `entrypoint: ${problem} (entrypoint --help lists the flags)\n`)
})

test('a waiting container has no hook yet', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', [...shell('touch hooked'), '--wait-file', 'never', '--', 'true'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  wrapper.signal('SIGTERM')
  await wrapper.end
  t.false(stage.has('hooked'))
})
