/** Stop signals that mean something else, or come twice: what was told before does not put the next stop out of turn. */
import test from 'ava'
import { type End, openStage, type Stage, sh, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

/** Notes what it is told in a file that all share; SIGQUIT and SIGHUP it survives. By SIGTERM it ends once the file `NAME.go` is there. */
const APP = (name: string) =>
  sh(`trap 'echo ${name} dumped >> trace' QUIT; trap 'echo ${name} reloaded >> trace' HUP
    trap 'echo ${name} told >> trace; until [ -e ${name}.go ]; do sleep 0.02; done; exit 0' TERM
    echo ready; until [ -e ${name}.over ]; do sleep 0.02; done; exit 3`)

const noted = (stage: Stage, line: string) =>
  eventually(line, () => stage.has('trace') && stage.read('trace').includes(`${line}\n`))

function startBoth(stage: Stage, flags: { readonly app: readonly string[]; readonly db: readonly string[] }) {
  const app = stage.member('app', [...flags.app, '--', ...APP('app')])
  const db = stage.member('db', ['--stop-after', 'app', '--stop-wait', '1h', ...flags.db, '--', ...APP('db')])
  stage.write('db.go')
  return { app, db, ready: () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n') }
}

/** Stops app, then db, which is seen to hold back until app has ended. @returns how both have ended */
async function stopBoth(stage: Stage, app: Wrapper, db: Wrapper): Promise<readonly End[]> {
  app.signal('SIGTERM')
  await noted(stage, 'app told')
  db.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  stage.write('app.go')
  return Promise.all([app.end, db.end])
}

test('a thread dump, and then a stop: it comes in turn', async (t) => {
  const stage = openStage(t)
  const { app, db, ready } = startBoth(stage, { app: [], db: ['--stop-alone', '0s'] })
  await eventually('both run', ready)
  db.signal('SIGQUIT')
  await noted(stage, 'db dumped')
  for (const { code } of await stopBoth(stage, app, db)) t.is(code, 0)
  t.is(stage.read('trace'), 'db dumped\napp told\ndb told\n')
})

test('a stop that comes while a thread dump is held back is not lost', async (t) => {
  const stage = openStage(t)
  const { app, db, ready } = startBoth(stage, { app: [], db: ['--stop-alone', '1h'] })
  await eventually('both run', ready)
  db.signal('SIGQUIT')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  db.signal('SIGTERM')
  stage.write('app.go')
  app.signal('SIGTERM')
  for (const wrapper of [app, db]) t.is((await wrapper.end).code, 0)
  t.regex(stage.read('trace'), /^app told\n(?:db dumped\n)?db told\n$/)
})

test('a second stop signal of the same kind is not held back, and does not begin the stop anew', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('db', [
    ...['--stop-after', 'app', '--stop-alone', '0s', '--'],
    ...sh(`n=0; trap 'n=$((n+1)); echo told $n' TERM; echo ready; until [ $n = 2 ]; do sleep 0.02; done`),
  ])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  await eventually('it is told', () => wrapper.stdout().endsWith('told 1\n'))
  const before = stage.record('run/db/stopping')?.uptimeMs
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).stdout, 'ready\ntold 1\ntold 2\n')
  t.is(stage.record('run/db/stopping')?.uptimeMs, before)
})

test('when the grace period is over and it runs on, the next stop is the first one', async (t) => {
  const stage = openStage(t)
  const grace = ['--grace-period', '50ms', '--stop-wait', '0s', '--retries', '1', '--retry-delay', '0s']
  const { app, db, ready } = startBoth(stage, { app: grace, db: ['--stop-alone', '0s'] })
  await eventually('both run', ready)
  app.signal('SIGQUIT')
  await noted(stage, 'app dumped')
  await eventually('it is forgotten', () => !stage.has('run/app/stopping'))
  stage.write('app.over')
  await eventually(
    'it is tried again',
    () => app.stdout() === 'ready\nready\n' || app.stderr().includes('attempt 1 of 2'),
  )
  await eventually('once more', () => app.stderr().match(/started, pid/g)?.length === 2)
  t.like(await app.end, { code: 3 })
  db.signal('SIGTERM')
  t.is((await db.end).code, 0)
})

test('a stop after a forgotten one is told to those that wait for it', async (t) => {
  const stage = openStage(t)
  const grace = ['--grace-period', '50ms', '--stop-wait', '0s']
  const { app, db, ready } = startBoth(stage, { app: grace, db: ['--stop-alone', '0s'] })
  await eventually('both run', ready)
  app.signal('SIGQUIT')
  await noted(stage, 'app dumped')
  await eventually('it is forgotten', () => !stage.has('run/app/stopping'))
  for (const { code } of await stopBoth(stage, app, db)) t.is(code, 0)
  t.is(stage.read('trace'), 'app dumped\napp told\ndb told\n')
})

test('a grace period of months does not end at once', async (t) => {
  const stage = openStage(t)
  const { app, db, ready } = startBoth(stage, {
    app: ['--grace-period', '9000h', '--stop-wait', '0s'],
    db: ['--grace-period', '9000h', '--stop-alone', '0s'],
  })
  await eventually('both run', ready)
  for (const { code, stderr } of await stopBoth(stage, app, db)) {
    t.is(code, 0)
    t.notRegex(stderr, /Timeout/)
  }
  t.is(stage.read('trace'), 'app told\ndb told\n')
})

test('a reload by SIGHUP is no stop: what fails later is tried again, what succeeds is held', async (t) => {
  const stage = openStage(t)
  const flags = ['--stop-signal', 'TERM', '--retries', '1', '--retry-delay', '0s']
  const app = stage.member('app', [...flags, '--', ...APP('app')])
  const job = sh(`trap 'touch reloaded' HUP; echo ready; until [ -e reloaded ]; do sleep 0.02; done; exit 0`)
  const held = stage.member('job', ['--stop-signal', 'TERM', '--hold', '--', ...job])
  await eventually('both run', () => [app, held].every((wrapper) => wrapper.stdout() === 'ready\n'))
  app.signal('SIGHUP')
  await noted(stage, 'app reloaded')
  stage.write('app.over')
  t.is((await app.end).stdout, 'ready\nready\n')
  held.signal('SIGHUP')
  await eventually('it is held', () => held.stderr().includes('staying until told to stop'))
  held.signal('SIGTERM')
  t.is((await held.end).code, 0)
})

test('a terminal that is closed ends the command for good', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--retries', '1', '--', ...sh('echo ready; while :; do sleep 0.02; done')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGHUP')
  const end = await wrapper.end
  t.is(end.stdout, 'ready\n')
  t.is(end.code, 129)
})

test('a moment that has not been yet, in the flag of another, gives nobody more time', async (t) => {
  const stage = openStage(t)
  for (const said of ['1e300', '1e999', '-1e999', '"soon"']) {
    const [own, other] = [`app${said.length}`, `db${said.length}`]
    const stubborn = sh(`trap 'echo told' TERM; echo ready; while :; do sleep 0.02; done`)
    const app = stage.member(own, ['--stop-before', other, '--stop-kill', '50ms', '--', ...stubborn])
    const db = stage.member(other, ['--', ...sh('echo ready; while :; do sleep 0.02; done')])
    await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
    stage.write(`run/${other}/stopping`, `{"uptimeMs":${said}}`)
    app.signal('SIGTERM')
    t.is((await app.end).code, 137, said)
    db.signal('SIGTERM')
    await db.end
  }
})

test('the first stop from outside is no second signal for a command that we have told already', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('db', [
    ...['--stop-file', 'done', '--grace-period', '1h', '--'],
    ...sh(`n=0; trap 'n=$((n+1)); echo told $n' TERM; trap 'echo used' USR1; echo ready
      until [ $n = 2 ]; do sleep 0.02; done`),
  ])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  stage.write('done')
  await eventually('it is told', () => wrapper.stdout().endsWith('told 1\n'))
  for (const [signal, heard] of [
    ['SIGTERM', undefined],
    ['SIGUSR1', 'used\n'],
    ['SIGTERM', 'told 2\n'],
  ] as const) {
    wrapper.signal(signal)
    if (heard !== undefined) await eventually(heard, () => wrapper.stdout().endsWith(heard))
  }
  t.is((await wrapper.end).stdout, 'ready\ntold 1\nused\ntold 2\n')
})

test('the end of the pod’s work stops a command that was asked for a thread dump before', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', [
    '--stop-file',
    'done',
    '--grace-period',
    '1h',
    '--stop-wait',
    '0s',
    '--',
    ...APP('app'),
  ])
  await eventually('it runs', () => app.stdout() === 'ready\n')
  app.signal('SIGQUIT')
  await noted(stage, 'app dumped')
  stage.write('app.go')
  stage.write('done')
  t.is((await app.end).code, 0)
  t.is(stage.read('trace'), 'app dumped\napp told\n')
})

test('a thread dump of all containers ends none of them', async (t) => {
  const stage = openStage(t)
  const plan = ['--stop-before', 'db', '--stop-kill', '50ms', '--grace-period', '1h']
  const app = stage.member('app', [...plan, '--', ...APP('app')])
  const db = stage.member('db', ['--stop-after', 'app', '--stop-wait', '100ms', '--', ...APP('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  for (const wrapper of [app, db]) wrapper.signal('SIGQUIT')
  for (const name of ['app', 'db']) await noted(stage, `${name} dumped`)
  for (const name of ['app', 'db']) stage.write(`${name}.over`)
  for (const wrapper of [app, db]) t.is((await wrapper.end).code, 3)
})

test('a command that does not end is killed a grace period after it was told, however late its turn came', async (t) => {
  const stage = openStage(t)
  const deaf = sh(`trap '' TERM; echo ready; while :; do sleep 0.02; done`)
  const app = stage.member('app', [
    '--',
    ...sh(`trap 'sleep 2.2; exit 0' TERM; echo ready; while :; do sleep 0.02; done`),
  ])
  const db = stage.member('db', ['--grace-period', '3s', '--stop-after', 'app', '--stop-alone', '0s', '--', ...deaf])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  app.signal('SIGTERM')
  await stage.appears('run/app/stopping')
  db.signal('SIGTERM')
  t.is((await app.end).code, 0)
  const end = await db.end
  t.is(end.code, 137)
  t.regex(end.stderr, /killed \S+ after SIGTERM: it had not ended/)
  t.true((stage.record('run/db/stopped')?.killedAfterMs ?? 0) > 2900)
})

test('a thread dump is no reason to kill a command that has a grace period', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--grace-period', '50ms', '--', ...APP('app')])
  await eventually('it runs', () => app.stdout() === 'ready\n')
  app.signal('SIGQUIT')
  await noted(stage, 'app dumped')
  await eventually('it is forgotten', () => !stage.has('run/app/stopping'))
  stage.write('app.over')
  t.is((await app.end).code, 3)
})

test('a stop that a preStop hook has begun is not forgotten, whatever came before it', async (t) => {
  const stage = openStage(t)
  const grace = ['--grace-period', '50ms', '--stop-wait', '0s']
  const [app, other] = ['app', 'other'].map((name) => stage.member(name, [...grace, '--', ...APP(name)]))
  await eventually('both run', () => [app, other].every((wrapper) => wrapper?.stdout() === 'ready\n'))
  app?.signal('SIGTERM')
  await noted(stage, 'app told')
  t.is((await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', 'app', ...grace])).code, 0)
  other?.signal('SIGQUIT')
  await eventually('the other one is forgotten', () => stage.has('run/other/stopping'))
  await eventually('the other one is forgotten', () => !stage.has('run/other/stopping'))
  t.true(stage.has('run/app/stopping'))
})

test('an exit code that a hangup would give is a failure like others where none came', async (t) => {
  const stage = openStage(t)
  const end = await stage.run(['--retries', '1', '--retry-delay', '0s', '--', ...sh('echo tried; exit 129')])
  t.like(end, { code: 129, stdout: 'tried\ntried\n' })
})
