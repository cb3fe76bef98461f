/** Liveness, startup and readiness probes, carried out as the kubelet does. */
import test from 'ava'
import { rmSync } from 'node:fs'
import { eventually } from '../../support/eventually.ts'
import { findFreePorts } from '../../support/order.ts'
import { openPlace, readLines, type RunLine, writePod } from '../../support/podorder.ts'

/** Ends well when it is told to, once it has said that it is up. */
const SERVE = 'trap "exit 0" TERM; touch up; while :; do sleep 0.05; done'
const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } })
/** A probe that must not fail before the container can take the stop that follows. */
const onceUp = (script: string) => exec(`until [ -e up ]; do sleep 0.05; done; ${script}`)
/** On a busy machine a probe must not fail for being slow. */
const OFTEN = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 60 }

/** `db started`, in the order in which it was told. */
function tellEvents(lines: readonly RunLine[], ...events: readonly string[]): readonly string[] {
  return lines.filter(({ event }) => events.includes(event)).map(({ container, event }) => `${container} ${event}`)
}

function isTold(lines: readonly RunLine[], event: string, container: string): boolean {
  return lines.some((line) => line.event === event && line.container === container)
}

test('a container whose liveness probe fails is told to stop, and started again even after success', async (t) => {
  const place = openPlace(t)
  const livenessProbe = { ...onceUp('echo "feeling ill"; exit 3'), ...OFTEN, failureThreshold: 2 }
  const patient = `echo x >> lives; [ "$(wc -l < lives)" = 2 ] && exit 0; ${SERVE}`
  place.write(
    'pod.yaml',
    writePod({
      spec: { restartPolicy: 'OnFailure' },
      containers: { patient: { command: ['sh', '-c', patient], livenessProbe } },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lines = readLines(stdout)
  const from = lines.findIndex(({ event }) => event === 'unhealthy')
  t.deepEqual(
    lines.slice(from, from + 6).map(({ event }) => event),
    ['unhealthy', 'unhealthy', 'stopping', 'ended', 'restarting', 'started'],
  )
  const [first, second, stopping, ended, restarting] = lines.slice(from)
  t.like(first, { failures: 1, threshold: 2, message: 'exit code 3: feeling ill' })
  t.like(second, { failures: 2 })
  t.like(stopping, { cause: 'liveness', message: 'exit code 3: feeling ill' })
  t.like(ended, { exitCode: 0, reason: 'Completed' })
  t.like(restarting, { restarts: 1, afterMs: 0 })
  await place.assertClean()
})

test('text and table say what was killed for what', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({ containers: { a: { command: ['sh', '-c', SERVE], livenessProbe: { ...onceUp('exit 7'), ...OFTEN } } } }),
  )
  const { code, stdout } = await place.run(['run', 'pod.yaml'])
  t.is(code, 0)
  t.true(stdout.includes('| a: its liveness probe fails (1 of 1): exit code 7\n'), stdout)
  t.true(stdout.includes('| a is killed: its liveness probe has failed: exit code 7\n'))
  t.regex(stdout, /restarts {2}killed by {2}exit/)
  t.regex(stdout, /\na .* 0 {2}liveness +0 {2}Completed/)
})

test('under restartPolicy Never that is its end', async (t) => {
  const place = openPlace(t)
  const livenessProbe = { ...exec('false'), ...OFTEN }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sleep', '1000'], livenessProbe } } }))
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 143)
  t.false(isTold(readLines(stdout), 'restarting', 'a'))
})

test('what does not stop is killed at the end of the probe’s own grace period, not of the pod’s', async (t) => {
  const place = openPlace(t)
  const livenessProbe = { ...onceUp('false'), ...OFTEN, terminationGracePeriodSeconds: 1 }
  place.write(
    'pod.yaml',
    writePod({
      spec: { terminationGracePeriodSeconds: 3600 },
      containers: {
        deaf: { command: ['sh', '-c', 'trap "" TERM; touch up; while :; do sleep 0.05; done'], livenessProbe },
      },
    }),
  )
  t.is((await place.run(['run', '--json', 'pod.yaml'])).code, 137)
  await place.assertClean()
})

test('a startup probe holds the others back; its success begins them', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      containers: {
        a: {
          command: [
            'sh',
            '-c',
            'until grep -q ready log; do sleep 0.05; done; touch up; until grep -q live log; do sleep 0.05; done',
          ],
          startupProbe: { ...exec('echo ready >> log; test -e up'), ...OFTEN, failureThreshold: 100 },
          livenessProbe: { ...exec('echo live >> log; test -e up'), ...OFTEN },
        },
      },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.is(place.read('log').trim().split('\n').lastIndexOf('ready') + 1, place.read('log').split('\n').indexOf('live'))
})

test('a startup probe whose budget is used up is the end of that life', async (t) => {
  const place = openPlace(t)
  const startupProbe = { ...exec('echo x >> tries; false'), ...OFTEN, failureThreshold: 3 }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sleep', '1000'], startupProbe } } }))
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  t.is(code, 143)
  t.is(place.read('tries'), 'x\nx\nx\n')
  t.like(
    readLines(stdout).find(({ event }) => event === 'stopping'),
    { cause: 'startup', message: 'exit code 1' },
  )
})

test('readiness comes and goes with its probe, and kills nobody', async (t) => {
  const place = openPlace(t)
  const readinessProbe = { ...exec('test -e open'), ...OFTEN }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sh', '-c', SERVE], readinessProbe } } }))
  const run = place.start(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  await eventually('it runs', () => isTold(run.lines(), 'started', 'a'))
  t.false(isTold(run.lines(), 'ready', 'a'))
  place.write('open', '')
  await eventually('it is ready', () => isTold(run.lines(), 'ready', 'a'))
  rmSync(place.path('open'))
  const lost = await eventually('it is no longer ready', () => run.lines().find(({ event }) => event === 'unready'))
  t.is(lost.message, 'exit code 1')
  run.signal('SIGINT')
  t.is((await run.end).code, 130)
  await place.assertClean()
})

for (const annotations of [{}, { steps: 'a' }] as const) {
  const how = 'steps' in annotations ? 'through the entrypoint' : 'unwrapped'
  test(`an exec probe finds what its container finds: environment, directory, volumes, ${how}`, async (t) => {
    const place = openPlace(t)
    const seen = 'echo "$(pwd) $GREETING $(GREETING) $(cat /data/note)" > /data/seen'
    place.write(
      'pod.yaml',
      writePod({
        annotations,
        spec: { volumes: [{ name: 'data', emptyDir: {} }] },
        containers: {
          a: {
            command: [
              'sh',
              '-c',
              'echo noted > /data/note; until [ -s /data/seen ]; do sleep 0.05; done; cat /data/seen',
            ],
            workingDir: '/data',
            env: [{ name: 'GREETING', value: 'hello' }],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
            livenessProbe: { ...exec(`until [ -s note ]; do sleep 0.05; done; ${seen}`), timeoutSeconds: 20 },
          },
        },
      }),
    )
    const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
    t.is(code, 0, stdout)
    const line = readLines(stdout).find(({ event }) => event === 'output')?.line ?? ''
    t.regex(line, /\/volumes\/data hello hello noted$/)
  })
}

test('a probe that does not end in time has failed, and leaves nothing behind', async (t) => {
  const place = openPlace(t)
  const livenessProbe = { ...exec('sleep 1000 & sleep 1000'), ...OFTEN, timeoutSeconds: 1 }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sh', '-c', SERVE], livenessProbe } } }))
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(readLines(stdout).find(({ event }) => event === 'stopping')?.message, 'timed out after 1s')
  await place.assertClean()
})

test('a waiting container is not killed by its own probes, however long it waits', async (t) => {
  const place = openPlace(t)
  const needy = { command: ['sh', '-c', `touch up; until [ "$(wc -l < asked)" -gt 2 ]; do sleep 0.05; done`] }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'app: {db: ready}', main: 'app' },
      spec: { restartPolicy: 'OnFailure' },
      containers: {
        app: {
          ...needy,
          // Deadly before it has started.
          livenessProbe: { ...exec('test -e up && echo x >> asked'), ...OFTEN },
        },
        db: {
          command: ['sh', '-c', SERVE],
          // Comes up when the gate of app has been looked at often enough to kill it without protection.
          startupProbe: { ...exec('echo x >> slow; test "$(wc -l < slow)" -gt 12'), ...OFTEN, failureThreshold: 100 },
          livenessProbe: { ...exec('test "$(wc -l < slow)" -gt 12'), ...OFTEN },
        },
      },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lines = readLines(stdout)
  t.deepEqual(tellEvents(lines, 'restarting', 'unhealthy'), [])
  t.deepEqual(tellEvents(lines, 'started', 'ready').slice(0, 3), ['db started', 'db ready', 'app started'])
})

test('the init container after a native sidecar waits for its startup probe', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      spec: {
        initContainers: [
          {
            ...{ name: 'side', restartPolicy: 'Always', command: ['sh', '-c', SERVE] },
            startupProbe: {
              ...exec('echo x >> tries; test "$(wc -l < tries)" -gt 2'),
              ...OFTEN,
              failureThreshold: 100,
            },
          },
          { name: 'next', command: ['sh', '-c', 'test "$(wc -l < tries)" -gt 2'] },
        ],
      },
      containers: { a: 'true' },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.1', 'pod.yaml'])
  t.is(code, 0, stdout)
})

test('probes by the network: a port by its name, and what stands there', async (t) => {
  const place = openPlace(t)
  const script = `
    const server = require('node:http').createServer((request, response) => {
      response.writeHead(request.url === '/sick' ? 500 : 200).end()
    })
    server.listen(0, '127.0.0.1', () => require('node:fs').writeFileSync('port', String(server.address().port)))
    process.on('SIGTERM', () => process.exit(0))
  `
  const [port] = await findFreePorts(1)
  const web = (livenessProbe: object) => ({
    command: ['node', '-e', script.replace('listen(0', `listen(${port}`)],
    ports: [{ name: 'web', containerPort: port }],
    startupProbe: { tcpSocket: { port: 'web' }, ...OFTEN, failureThreshold: 100 },
    livenessProbe,
  })
  place.write('pod.yaml', writePod({ containers: { a: web({ httpGet: { port: 'web', path: '/sick' }, ...OFTEN }) } }))
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.like(
    readLines(stdout).find(({ event }) => event === 'stopping'),
    { cause: 'liveness', message: 'HTTP status 500' },
  )
})

test('a liveness probe that no kubelet would take is refused with its place', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    'kind: Pod\nspec:\n  containers:\n    - name: a\n      command: ["true"]\n      livenessProbe: {exec: {}}\n',
  )
  const { code, stderr } = await place.run(['run', 'pod.yaml'])
  t.is(code, 2)
  t.regex(stderr, /^pod\.yaml:6:22: container "a": livenessProbe: exec\.command .*\n$/)
})
