/** Lifecycle hooks, carried out as the kubelet does. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { findFreePorts } from '../../support/order.ts'
import { openPlace, readLines, type RunLine, writePod } from '../../support/podorder.ts'

const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } })
/** Writes down that it has been told to stop, and does. */
const SERVE = (name: string): string =>
  `trap "echo ${name} told >> log; exit 0" TERM; touch ${name}.up; while :; do sleep 0.05; done`

function find(lines: readonly RunLine[], event: string, container: string): RunLine | undefined {
  return lines.find((line) => line.event === event && line.container === container)
}

test('a postStart hook holds the next container up, and finds its own container running', async (t) => {
  const place = openPlace(t)
  const postStart = exec('until [ -e one.up ]; do sleep 0.05; done; echo hook >> log')
  place.write(
    'pod.yaml',
    writePod({
      containers: {
        one: {
          command: ['sh', '-c', 'touch one.up; until grep two log; do sleep 0.05; done'],
          lifecycle: { postStart },
        },
        two: 'echo two >> log',
      },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.is(place.read('log'), 'hook\ntwo\n')
  await place.assertClean()
})

test('a failed postStart hook kills its container; the next one starts after that', async (t) => {
  const place = openPlace(t)
  const lifecycle = { postStart: exec('until [ -e one.up ]; do sleep 0.05; done; echo says no; exit 9') }
  place.write(
    'pod.yaml',
    writePod({ containers: { one: { command: ['sh', '-c', SERVE('one')], lifecycle }, two: 'echo two >> log' } }),
  )
  const { stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(place.read('log'), 'one told\ntwo\n')
  t.like(find(readLines(stdout), 'stopping', 'one'), { cause: 'postStart', message: 'exit code 9: says no' })
  t.is((await place.run(['run', 'pod.yaml'])).stdout.match(/one is killed: its postStart hook has failed/g)?.length, 1)
})

test('the output of a hook is not its container’s', async (t) => {
  const place = openPlace(t)
  const lifecycle = { postStart: exec('echo from the hook'), preStop: exec('echo from the hook') }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sh', '-c', SERVE('a')], lifecycle } } }))
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('it is up', () => place.has('a.up'))
  run.signal('SIGINT')
  const { stdout } = await run.end
  t.false(stdout.includes('from the hook'))
})

test('a container that ends while its postStart hook runs takes it along, and holds nobody up', async (t) => {
  const place = openPlace(t)
  const lifecycle = { postStart: exec('touch hook; sleep 1000') }
  const one = { command: ['sh', '-c', 'until [ -e hook ]; do sleep 0.05; done'], lifecycle }
  place.write('pod.yaml', writePod({ containers: { one, two: 'touch two' } }))
  t.is((await place.run(['run', 'pod.yaml'])).code, 0)
  t.true(place.has('two'))
  await place.assertClean()
})

test('Ctrl-C during a postStart hook: what waits behind it is never started', async (t) => {
  const place = openPlace(t)
  const one = { command: ['sh', '-c', SERVE('one')], lifecycle: { postStart: exec('touch hook; sleep 1000') } }
  place.write('pod.yaml', writePod({ containers: { one, two: 'touch two' } }))
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('the hook runs', () => place.has('hook') && place.has('one.up'))
  run.signal('SIGINT')
  t.is((await run.end).code, 130)
  t.false(place.has('two'))
  await place.assertClean()
})

for (const annotations of [{}, { steps: 'a' }] as const) {
  const how = 'steps' in annotations ? 'through the entrypoint' : 'unwrapped'
  test(`a preStop hook is over before its container is told to stop, ${how}`, async (t) => {
    const place = openPlace(t)
    const lifecycle = { preStop: exec('sleep 0.2; echo hook >> log') }
    place.write(
      'pod.yaml',
      writePod({ annotations, containers: { a: { command: ['sh', '-c', SERVE('a')], lifecycle } } }),
    )
    const run = place.start(['run', '--json', 'pod.yaml'])
    await eventually('it is up', () => place.has('a.up'))
    run.signal('SIGTERM')
    t.is((await run.end).code, 143)
    t.is(place.read('log'), 'hook\na told\n')
    await place.assertClean()
  })
}

test('a preStop hook that fails is told of, and stops nothing', async (t) => {
  const place = openPlace(t)
  const lifecycle = { preStop: exec('exit 5') }
  place.write('pod.yaml', writePod({ containers: { a: { command: ['sh', '-c', SERVE('a')], lifecycle } } }))
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('it is up', () => place.has('a.up'))
  run.signal('SIGINT')
  const { stdout } = await run.end
  t.is(find(readLines(stdout), 'hook-failed', 'a')?.message, 'exit code 5')
  t.is(place.read('log'), 'a told\n')
})

test('a preStop hook that takes the whole grace period: told at its end, killed two seconds after, the hook with it', async (t) => {
  const place = openPlace(t)
  const lifecycle = { preStop: exec('echo hook >> log; while :; do sleep 0.05; done') }
  place.write(
    'pod.yaml',
    writePod({
      spec: { terminationGracePeriodSeconds: 1 },
      containers: {
        kind: { command: ['sh', '-c', SERVE('kind')], lifecycle },
        deaf: {
          command: ['sh', '-c', 'trap "echo deaf told >> log" TERM; touch deaf.up; while :; do sleep 0.05; done'],
          lifecycle,
        },
      },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('both are up', () => place.has('kind.up') && place.has('deaf.up'))
  run.signal('SIGINT')
  const { stdout } = await run.end
  t.deepEqual(
    place
      .read('log')
      .split('\n')
      .filter((line) => line.endsWith('told'))
      .toSorted(),
    ['deaf told', 'kind told'],
  )
  t.is(find(readLines(stdout), 'ended', 'kind')?.exitCode, 0)
  t.is(find(readLines(stdout), 'ended', 'deaf')?.exitCode, 137)
  await place.assertClean()
})

test('a container that ends by itself has no preStop hook', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({ containers: { a: { command: ['true'], lifecycle: { preStop: exec('touch hook') } } } }),
  )
  t.is((await place.run(['run', 'pod.yaml'])).code, 0)
  t.false(place.has('hook'))
})

test('sleep and httpGet; any answer to a request is a success', async (t) => {
  const place = openPlace(t)
  const [port] = await findFreePorts(1)
  const script = `
    const { appendFileSync } = require('node:fs')
    const server = require('node:http').createServer((request, response) => {
      appendFileSync('log', request.url + '\\n')
      response.writeHead(500).end()
    })
    server.listen(${port}, '127.0.0.1', () => appendFileSync('up', ''))
    process.on('SIGTERM', () => process.exit(0))
  `
  const lifecycle = { postStart: { sleep: { seconds: 0 } }, preStop: { httpGet: { port: 'web', path: '/bye' } } }
  const ports = [{ name: 'web', containerPort: port }]
  place.write('pod.yaml', writePod({ containers: { a: { command: ['node', '-e', script], ports, lifecycle } } }))
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('it is up', () => place.has('up'))
  run.signal('SIGINT')
  const { stdout } = await run.end
  t.is(find(readLines(stdout), 'hook-failed', 'a'), undefined)
  t.is(place.read('log'), '/bye\n')
  await place.assertClean()
})

test('native sidecars begin their preStop hooks with the stop, and are told last to first', async (t) => {
  const place = openPlace(t)
  const side = (name: string, lifecycle: object) => {
    return { name, restartPolicy: 'Always', command: ['sh', '-c', SERVE(name)], lifecycle }
  }
  place.write(
    'pod.yaml',
    writePod({
      spec: {
        initContainers: [side('first', { preStop: exec('echo first hook >> log') }), side('second', {})],
      },
      containers: {
        // Goes on until the hook of the sidecar has run, which is told to stop only after it.
        a: 'trap "until [ -e log ]; do sleep 0.05; done; echo a told >> log; exit 0" TERM; touch a.up; while :; do sleep 0.05; done',
      },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('all are up', () => ['first', 'second', 'a'].every((name) => place.has(`${name}.up`)))
  run.signal('SIGINT')
  await run.end
  t.is(place.read('log'), 'first hook\na told\nsecond told\nfirst told\n')
})
