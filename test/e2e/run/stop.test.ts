/** Ctrl-C, SIGTERM, a reader that has gone: the pod is stopped as when it is deleted, and nothing is left behind. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type RunLine, writePod } from '../../support/podorder.ts'
import { findProcessesIn, isRunning, readChildren, readStat } from '../../support/proc.ts'

/** Says when it is up, and when it is told to stop. */
const server = (name: string): string =>
  `trap 'echo ${name} >> stops; exit 0' TERM; echo up; while :; do sleep 0.1; done`

const CHAIN = writePod({
  annotations: { 'depends-on': 'b: {a: started}\nc: {b: started}' },
  // Each has the time that it takes on a busy machine.
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 3600 },
  containers: { a: server('a'), b: server('b'), c: server('c') },
})

function areUp(lines: readonly RunLine[], ...containers: readonly string[]): boolean {
  return containers.every((name) => lines.some(({ event, container }) => event === 'output' && container === name))
}

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} stops in reverse order, exit code ${expected}`, async (t) => {
    const place = openPlace(t)
    place.write('pod.yaml', CHAIN)
    const run = place.start(['run', '--json', 'pod.yaml'])
    await eventually('all are up', () => areUp(run.lines(), 'a', 'b', 'c'))
    run.signal(signal)
    const { code, stdout } = await run.end
    t.is(code, expected, stdout)
    t.is(run.lines().at(-1)?.exitCode, expected, 'the last line says how it ends')
    t.is(place.read('stops'), 'c\nb\na\n')
    await place.assertClean()
  })
}

test('what a migration needed is stopped after who waited for the migration to end', async (t) => {
  const place = openPlace(t)
  const slow = `trap 'sleep 0.5; echo web >> stops; exit 0' TERM; echo up; while :; do sleep 0.1; done`
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'migrate: {db: started}\nweb: {migrate: completed}' },
      spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 3600 },
      containers: { db: server('db'), migrate: 'echo migrated', web: slow },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('all are up', () => areUp(run.lines(), 'db', 'migrate', 'web'))
  run.signal('SIGTERM')
  const { code, stdout } = await run.end
  t.is(code, 143, stdout)
  t.is(place.read('stops'), 'web\ndb\n')
  await place.assertClean()
})

test('a second signal kills at once what has not stopped', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      spec: { terminationGracePeriodSeconds: 3600 },
      containers: { deaf: "trap 'touch told' TERM; echo up; while :; do sleep 0.1; done" },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('it is up', () => areUp(run.lines(), 'deaf'))
  run.signal('SIGINT')
  await eventually('it has been told', () => place.has('told'))
  run.signal('SIGINT')
  const { code, stdout } = await run.end
  t.is(code, 130, stdout)
  const end = run.lines().find(({ event }) => event === 'ended')
  t.is(end?.exitCode, 137)
  t.regex(String(end?.message), /^killed \S+ after it was told to stop: the run was interrupted twice$/)
  await place.assertClean()
})

test('ends are told in the order in which they happened: whoever stops first, first', async (t) => {
  const place = openPlace(t)
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`)
  const order = names.slice(1).map((name, index) => `${name}: {c${index}: started}`)
  const quick = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done"
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': order.join('\n') },
      spec: { terminationGracePeriodSeconds: 3600 },
      containers: Object.fromEntries(names.map((name) => [name, quick])),
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('all are up', () => areUp(run.lines(), ...names))
  run.signal('SIGTERM')
  await run.end
  const ends = run.lines().flatMap(({ event, container }) => (event === 'ended' ? [container] : []))
  t.deepEqual(ends, names.toReversed())
  await place.assertClean()
})

for (const terminationGracePeriodSeconds of [0, 1]) {
  test(`what holds out is killed at the end of a grace period of ${terminationGracePeriodSeconds} s, in reverse too`, async (t) => {
    const place = openPlace(t)
    const deaf = (name: string): string =>
      `trap 'echo ${name} told >> stops' TERM; echo up; while :; do sleep 0.1; done`
    place.write(
      'pod.yaml',
      writePod({
        annotations: { 'depends-on': 'b: {a: started}' },
        spec: { terminationGracePeriodSeconds },
        containers: { a: deaf('a'), b: deaf('b') },
      }),
    )
    const run = place.start(['run', '--json', 'pod.yaml'])
    await eventually('both are up', () => areUp(run.lines(), 'a', 'b'))
    run.signal('SIGTERM')
    t.is((await run.end).code, 143)
    // On a busy machine the time may be up before they have said so.
    t.regex(place.has('stops') ? place.read('stops') : '', /^(?:b told\n)?(?:a told\n)?$/)
    const codes = run.lines().filter(({ event }) => event === 'ended')
    t.deepEqual(
      codes.map(({ exitCode }) => exitCode),
      [137, 137],
    )
    await place.assertClean()
  })
}

test('a signal while containers still wait: they end, and never start', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: completed}' },
      containers: { a: server('a').replace('exit 0', 'exit 1'), b: 'touch started' },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('a is up', () => areUp(run.lines(), 'a'))
  run.signal('SIGINT')
  t.is((await run.end).code, 130)
  t.false(place.has('started'))
  await place.assertClean()
})

test('a signal at any moment of the start leaves nothing behind', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', CHAIN)
  // After so many events: some find nothing started, some all of it.
  for (let told = 0; told < 12; told++) {
    const run = place.start(['run', '--json', 'pod.yaml'])
    await eventually(`${told} events`, () => run.lines().length >= told)
    run.signal('SIGINT')
    const { code, signal } = await run.end
    t.true(code === 130 || signal === 'SIGINT', `${code} ${signal}`)
    await place.assertClean()
  }
})

test('when nobody reads any more, the pod is stopped in order', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', CHAIN.replaceAll('sleep 0.1', 'sleep 0.1; echo more'))
  const run = place.start(['run', 'pod.yaml'])
  await eventually('all are up', () => ['a', 'b', 'c'].every((name) => run.stdout().includes(`${name}        | more`)))
  run.closeStdout()
  t.is((await run.end).code, 141)
  t.is(place.read('stops'), 'c\nb\na\n')
  await place.assertClean()
})

test('what containers leave running in the background is gone with the run', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'b: {a: completed}' },
      containers: {
        a: 'setsid sh -c "while :; do sleep 0.1; done" & (while :; do sleep 0.1; done) & exit 0',
        b: 'true',
        c: 'setsid sh -c "touch c; while :; do sleep 0.1; done" & until [ -e c ]; do sleep 0.1; done',
      },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  await place.assertClean()
})

test('with a runner that is killed ends all that it has started, whatever that does', async (t) => {
  const place = openPlace(t)
  const deaf = `trap '' TERM HUP INT; while :; do echo up; sleep 0.1; done`
  const hanging = { exec: { command: ['sh', '-c', 'touch probed; while :; do sleep 0.1; done'] }, timeoutSeconds: 3600 }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'app: {db: started}\nlate: {app: completed}' },
      spec: { restartPolicy: 'Always' },
      containers: {
        db: deaf,
        app: `setsid sh -c "${deaf.replace('echo up', 'touch daemon')}" & ${deaf}`,
        late: deaf,
        aside: { command: ['sh', '-c', deaf], readinessProbe: hanging },
        gone: 'echo up; exit 0',
      },
    }),
  )
  const run = place.start(['run', '--json', 'pod.yaml'])
  await eventually('all are up', () => areUp(run.lines(), 'db', 'app', 'aside', 'gone'))
  await eventually('what they start is up', () => place.has('daemon') && place.has('probed'))
  const since = new Date().toISOString()
  await eventually('the runner has gone on since', () => {
    return new Set(run.lines().flatMap(({ at }) => (at > since ? [at] : []))).size > 2
  })
  const children = readChildren(run.pid)
  t.true(children.length > 4)
  run.signal('SIGKILL')
  await run.end
  await eventually('no process is left', () => {
    const left = [...findProcessesIn(place.dir), ...children.filter(isRunning)]
    if (left.length === 0) return true
    throw new Error(left.map((pid) => `${pid} ${JSON.stringify(readStat(pid))}`).join('\n'))
  })
})
