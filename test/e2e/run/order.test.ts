/** The pod's life: containers start when the order allows, restart as the kubelet would, and decide the exit code. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type PodParts, readLines, type RunLine, writePod } from '../../support/podorder.ts'

/** `db started`, in the order in which it was told. */
function tell(lines: readonly RunLine[], ...events: readonly string[]): readonly string[] {
  return lines.filter(({ event }) => events.includes(event)).map(({ container, event }) => `${container} ${event}`)
}

test('a chain: each starts when the one before it has completed, and its cause is told before it', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { steps: 'c, b, a' },
      containers: { a: 'cat b && echo a > a', b: 'cat c && echo b > b', c: 'echo c > c' },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lines = readLines(stdout)
  t.deepEqual(tell(lines, 'started', 'ended'), [
    ...['c started', 'c ended', 'b started', 'b ended', 'a started', 'a ended'],
  ])
  t.deepEqual(lines.find(({ event, container }) => event === 'waiting' && container === 'b')?.waitingFor, [
    'c/completed',
  ])
  t.is(lines.find(({ event, container }) => event === 'started' && container === 'b')?.waitedFor, 'c/completed')
  t.deepEqual(lines.at(-1), { at: lines.at(-1)?.at ?? '', event: 'pod', phase: 'Succeeded', exitCode: 0 })
  t.is(place.read('a'), 'a\n')
  await place.assertClean()
})

test('a failure skips those that need its success, and is the exit code', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({ annotations: { steps: 'a, b, c' }, containers: { a: 'exit 4', b: 'touch b', c: 'touch c' } }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 4)
  const lines = readLines(stdout)
  t.deepEqual(tell(lines, 'started', 'ended', 'skipped'), ['a started', 'a ended', 'b skipped', 'c skipped'])
  t.is(
    lines.find(({ event, container }) => event === 'skipped' && container === 'c')?.message,
    'b/completed will not come: a: exit code 4',
  )
  t.deepEqual(
    lines.filter(({ event }) => event === 'output'),
    [],
    'the wrappers leave it to the runner to tell',
  )
  t.false(place.has('b'))
})

test('the table at the end has a line for each container', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({ annotations: { steps: 'a, b, c' }, containers: { a: 'true', b: 'exit 4', c: 'true' } }),
  )
  const { code, stdout } = await place.run(['run', '--quiet', 'pod.yaml'])
  t.is(code, 4)
  const [heading = '', ...rows] = stdout.trimEnd().split('\n')
  t.deepEqual(heading.split(/ {2,}/), [
    ...['container', 'waited', 'started', 'ready', 'ended', 'restarts', 'exit', 'reason', 'waited for last'],
  ])
  const [a, b, c] = rows.map((row) => row.split(/ +/))
  t.deepEqual([a?.[0], ...(a?.slice(5) ?? [])], ['a', '0', '0', 'Completed', '-'])
  t.deepEqual([b?.[0], ...(b?.slice(5) ?? [])], ['b', '0', '4', 'Error', 'a/completed'])
  t.deepEqual([c?.[0], c?.[2], ...(c?.slice(5) ?? [])], ['c', '-', '0', '1', 'Skipped', '-'])
})

/** What ends how, and with which exit code. */
const EXIT_CODES: readonly (readonly [string, PodParts, number])[] = [
  ['nothing is ordered, all succeed', { containers: { a: 'true', b: 'true' } }, 0],
  ['nothing is ordered, one fails', { containers: { a: 'true', b: 'exit 9' } }, 9],
  ['a command that is not there', { containers: { a: { command: ['no-such-program'] } } }, 128],
  [
    'a wrapped command that is not there',
    { annotations: { steps: 'a' }, containers: { a: { command: ['no-such-program'] } } },
    127,
  ],
  ['a working directory that is not there', { containers: { a: { command: ['true'], workingDir: '/no/such' } } }, 128],
  ['killed by a signal', { containers: { a: 'kill -9 $$$$' } }, 137],
  [
    'only the main container counts, and its end ends the others',
    {
      annotations: { 'depends-on': 'job: {server: started}', main: 'job' },
      containers: { server: 'trap "exit 5" TERM; while :; do sleep 0.1; done', job: 'true' },
    },
    0,
  ],
  [
    'a failing main container',
    {
      annotations: { 'depends-on': 'job: {server: started}', main: 'job' },
      containers: { server: 'while :; do sleep 0.1; done', job: 'exit 6' },
    },
    6,
  ],
  [
    'the same under restartPolicy Always: the main container is not run again',
    {
      annotations: { 'depends-on': 'job: {server: started}', main: 'job' },
      spec: { restartPolicy: 'Always' },
      containers: { server: 'while :; do sleep 0.1; done', job: 'true' },
    },
    0,
  ],
  [
    'an init container that fails',
    {
      spec: { initContainers: [{ name: 'i', command: ['sh', '-c', 'exit 3'] }] },
      containers: { a: 'touch started' },
    },
    1,
  ],
  ['the deadline', { spec: { activeDeadlineSeconds: 1 }, containers: { a: 'while :; do sleep 0.1; done' } }, 143],
]

for (const [name, parts, expected] of EXIT_CODES) {
  test(`exit code: ${name}`, async (t) => {
    const place = openPlace(t)
    place.write('pod.yaml', writePod(parts))
    const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
    t.is(code, expected, stdout)
    t.is(readLines(stdout).at(-1)?.exitCode, expected)
    t.false(place.has('started'))
    await place.assertClean()
  })
}

test('without annotations it runs as Kubernetes would run it: the crash loop, with back-off', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      spec: { restartPolicy: 'OnFailure' },
      containers: { late: 'echo x >> tries; test "$(wc -l < tries)" -gt 3' },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.001', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lines = readLines(stdout)
  t.deepEqual(
    lines.filter(({ event }) => event === 'restarting').map(({ restarts }) => restarts),
    [1, 2, 3],
  )
  t.is(tell(lines, 'started').length, 4)
})

test('the crash loop backs off as the nodes are set', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      spec: { restartPolicy: 'OnFailure' },
      containers: { late: 'echo x >> tries; test "$(wc -l < tries)" -gt 4' },
    }),
  )
  const limits = ['--back-off', '20ms', '--max-back-off', '0.05s']
  const { code, stdout } = await place.run(['run', '--json', ...limits, 'pod.yaml'])
  t.is(code, 0, stdout)
  t.deepEqual(
    readLines(stdout).flatMap(({ event, afterMs }) => (event === 'restarting' ? [afterMs] : [])),
    [0, 20, 40, 50],
  )
})

test('a container that is restarted is waited for again', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: completed}' },
      spec: { restartPolicy: 'OnFailure' },
      containers: { a: 'echo x >> tries; test "$(wc -l < tries)" -gt 2', b: 'wc -l < tries > seen' },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', '--time-scale', '0.001', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.is(place.read('seen').trim(), '3')
})

test('init containers and native sidecars come first, and the sidecar goes last', async (t) => {
  const place = openPlace(t)
  const sidecar = 'trap "echo side >> log; exit 0" TERM; touch up; while :; do sleep 0.1; done'
  place.write(
    'pod.yaml',
    writePod({
      spec: {
        initContainers: [
          { name: 'first', command: ['sh', '-c', 'echo first >> log'] },
          { name: 'side', restartPolicy: 'Always', command: ['sh', '-c', sidecar] },
          { name: 'second', command: ['sh', '-c', 'until [ -e up ]; do sleep 0.1; done; echo second >> log'] },
        ],
      },
      containers: { app: 'echo app >> log' },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.is(place.read('log'), 'first\nsecond\napp\nside\n')
})

test('a wrapper that is killed takes its command with it, and its followers are not left waiting', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: completed}' },
      containers: { a: 'echo $PPID > wrapper; echo $$$$ > command; while :; do sleep 0.1; done', b: 'touch started' },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('a runs', () => place.has('command') && place.read('command').endsWith('\n'))
  await eventually('a is known to run', () => tell(run.lines(), 'started').includes('a started'))
  process.kill(Number(place.read('wrapper')), 'SIGKILL')
  const { code, stdout } = await run.end
  t.is(code, 137, stdout)
  // Who hears of it first is chance: b by its socket, or the runner by the end of a process.
  t.deepEqual(tell(readLines(stdout), 'ended', 'skipped').toSorted(), ['a ended', 'b skipped'])
  t.false(place.has('started'))
  await place.assertClean()
})

test('--only runs one of several; ConfigMaps and Secrets beside it are there', async (t) => {
  const place = openPlace(t)
  const job = {
    ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'load' } },
    spec: { template: JSON.parse(writePod({ containers: { a: 'touch job' } })) as object },
  }
  place.write('all.yaml', `${writePod({ containers: { a: 'touch pod' } })}\n---\n${JSON.stringify(job)}\n`)
  t.is((await place.run(['run', '--only', 'job/load', 'all.yaml'])).code, 0)
  t.true(place.has('job'))
  t.false(place.has('pod'))
  t.is((await place.run(['run', 'all.yaml'])).code, 0)
  t.true(place.has('pod'))
})

test('a hundred containers in a chain', async (t) => {
  const place = openPlace(t)
  const names = Array.from({ length: 100 }, (_, index) => `c${index}`)
  const containers = Object.fromEntries(names.map((name) => [name, { command: ['true'] }]))
  place.write('pod.yaml', writePod({ annotations: { steps: names.toReversed().join(', ') }, containers }))
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  const expected = names.toReversed().flatMap((name) => [`${name} started`, `${name} ended`])
  t.deepEqual(tell(readLines(stdout), 'started', 'ended'), expected)
  await place.assertClean()
})
