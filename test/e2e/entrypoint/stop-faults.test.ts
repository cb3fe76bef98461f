/** Stops that go wrong: hooks that hang or cannot be run, wrappers that are killed meanwhile, stops at odd moments. */
import test from 'ava'
import { codeOfSignal, openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

/** Says that it is told in a file that all share, and ends when the file `go` is there. */
const SLOW = (name: string) =>
  sh(`trap 'echo ${name} told >> trace; touch ${name}.told; until [ -e go ]; do sleep 0.02; done; exit 0' TERM
    echo ready; while :; do sleep 0.02; done`)
const QUICK = (name: string) =>
  sh(`trap 'echo ${name} told >> trace; exit 0' TERM; echo ready; while :; do sleep 0.02; done`)

/** However long the other takes to say that it stops too. */
const AFTER = (name: string) => ['--stop-after', name, '--stop-wait', '1h', '--stop-alone', '1h']

test('a follower whose wrapper is killed in the middle of its stop no longer holds the stop up', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', ...SLOW('app')])
  const db = stage.member('db', [...AFTER('app'), '--', ...QUICK('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  for (const wrapper of [app, db]) wrapper.signal('SIGTERM')
  await stage.appears('app.told')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  t.is(stage.read('trace'), 'app told\n')
  app.signal('SIGKILL')
  t.is((await db.end).code, 0)
  t.is(stage.read('trace'), 'app told\ndb told\n')
})

test('a wrapper that is killed while it holds its command back has not told it', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', ...SLOW('app')])
  const db = stage.member('db', [...AFTER('app'), '--', ...QUICK('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  for (const wrapper of [app, db]) wrapper.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  db.signal('SIGKILL')
  t.is((await db.gone).signal, 'SIGKILL')
  stage.write('go')
  t.is((await app.end).code, 0)
  t.is(stage.read('trace'), 'app told\n')
})

test('a stop while the postStart hook runs calls the hook off, and comes in turn', async (t) => {
  const stage = openStage(t)
  const hook = JSON.stringify({ exec: { command: ['sh', '-c', 'touch hooked; while :; do sleep 0.02; done'] } })
  const app = stage.member('app', ['--', ...SLOW('app')])
  const db = stage.member('db', [...AFTER('app'), '--post-start', hook, '--', ...QUICK('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  await stage.appears('hooked')
  for (const wrapper of [app, db]) wrapper.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  stage.write('go')
  for (const wrapper of [app, db]) t.is((await wrapper.end).code, 0)
  t.is(stage.read('trace'), 'app told\ndb told\n')
  t.false(stage.has('run/db/ready'))
})

test('one that pauses between two attempts ends at once, and holds nobody up', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--retries', '3', '--retry-delay', '1h', '--', ...sh('exit 4')])
  const db = stage.member('db', [...AFTER('app'), '--', ...QUICK('db')])
  await eventually('it pauses', () => app.stderr().includes('next attempt in'))
  await eventually('it runs', () => db.stdout() === 'ready\n')
  for (const wrapper of [db, app]) wrapper.signal('SIGTERM')
  t.is((await app.end).code, 4)
  t.is((await db.end).code, 0)
  t.is(stage.read('trace'), 'db told\n')
})

test('a preStop hook that hangs is cut short for those that stop after it, and says so', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', ...QUICK('app')])
  const db = stage.member('db', [...AFTER('app'), '--', ...QUICK('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  db.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  const hook = JSON.stringify({ exec: { command: ['sleep', '600'] } })
  const times = ['--stop-before', 'db', '--stop-kill', '1s', '--grace-period', '1h']
  const end = await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', 'app', ...times, '--hook', hook])
  t.is(end.code, 1)
  t.regex(end.stderr, /^ended early, \S+ after the stop began: db must stop after it\n$/)
  app.signal('SIGTERM')
  for (const wrapper of [app, db]) t.is((await wrapper.end).code, 0)
  t.is(stage.read('trace'), 'app told\ndb told\n')
})

test('a preStop hook whose program is not there fails with its name, and nobody waits for it', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', ...QUICK('app')])
  await eventually('it runs', () => app.stdout() === 'ready\n')
  const hook = JSON.stringify({ exec: { command: ['/no/such/shell', '-c', 'true'] } })
  const end = await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', 'app', '--hook', hook])
  t.is(end.code, 1)
  t.regex(end.stderr, /\/no\/such\/shell/)
  t.is(end.stderr.trim().split('\n').length, 1)
  app.signal('SIGTERM')
  t.is((await app.end).code, 0)
})

test('a pre-stop of a container that still waits does nothing, and its stop ends the wait', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--wait-file', 'never', '--', 'true'])
  await eventually('it waits', () => app.stderr().includes('waiting for'))
  const hook = JSON.stringify({ exec: { command: ['touch', 'hooked'] } })
  t.is((await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', 'app', '--hook', hook])).code, 0)
  t.false(stage.has('hooked'))
  app.signal('SIGTERM')
  t.is((await app.end).code, codeOfSignal('SIGTERM'))
})

test('a command that ends by its preStop hook is not tried again, and nobody stops while it is', async (t) => {
  const stage = openStage(t)
  const quit = sh('echo ready; until [ -e quit ]; do sleep 0.02; done; rm quit; exit 4')
  const app = stage.member('app', ['--retries', '3', '--retry-delay', '0s', '--', ...quit])
  const db = stage.member('db', [...AFTER('app'), '--', ...QUICK('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  db.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  const hook = JSON.stringify({ exec: { command: ['sh', '-c', 'touch quit; until [ -e go ]; do sleep 0.02; done'] } })
  const hooked = stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', 'app', '--hook', hook])
  t.like(await app.end, { code: 4, stdout: 'ready\n' })
  t.is((await db.end).code, 0)
  stage.write('go')
  t.is((await hooked).code, 0)
})

test('what a hook has quit was told to stop: under Always and OnFailure that is no completion', async (t) => {
  const stage = openStage(t)
  for (const policy of ['Always', 'OnFailure', 'Never']) {
    const name = policy.toLowerCase()
    const quit = sh(`echo ready; until [ -e quit.${name} ]; do sleep 0.02; done`)
    const app = stage.member(name, ['--restart-policy', policy, '--hold', '--', ...quit])
    await eventually('it runs', () => app.stdout() === 'ready\n')
    const hook = JSON.stringify({ exec: { command: ['touch', `quit.${name}`] } })
    t.is((await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', name, '--hook', hook])).code, 0)
    t.is((await app.end).code, 0)
    t.is(stage.has(`run/${name}/completed`), policy === 'Never', policy)
  }
})

test('no preStop hook is run beside a command that has ended: held, or between two attempts', async (t) => {
  const stage = openStage(t)
  const held = stage.member('held', ['--hold', '--', 'true'])
  const pausing = stage.member('pausing', ['--retries', '3', '--retry-delay', '1h', '--', 'false'])
  await eventually('one is held', () => held.stderr().includes('staying until told to stop'))
  await eventually('one pauses', () => stage.has('run/pausing/restarting'))
  const hook = JSON.stringify({ exec: { command: ['touch', 'hooked'] } })
  for (const name of ['held', 'pausing']) {
    t.is((await stage.run(['pre-stop', '--run-dir', stage.path('run'), '--name', name, '--hook', hook])).code, 0)
    t.false(stage.has(`run/${name}/stopping`))
  }
  t.false(stage.has('hooked'))
  for (const wrapper of [held, pausing]) wrapper.signal('SIGTERM')
  t.is((await held.end).code, 0)
  t.is((await pausing.end).code, 1)
})

test('a hook waits for its turn though its container was told something before', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', ...SLOW('app')])
  const db = stage.member('db', ['--', ...sh('trap "echo dumped" QUIT; echo ready; while :; do sleep 0.02; done')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  db.signal('SIGQUIT')
  await eventually('it is told', () => db.stdout().endsWith('dumped\n'))
  // As if that were long ago.
  stage.write('run/db/stopping', JSON.stringify({ ...stage.record('run/db/stopping'), uptimeMs: 1 }))
  const hook = JSON.stringify({ exec: { command: ['sh', '-c', 'echo hook >> trace'] } })
  const words = ['pre-stop', '--run-dir', stage.path('run'), '--name', 'db', ...AFTER('app'), '--hook', hook]
  const hooked = stage.run(words)
  await eventually('it has begun', () => stage.record('run/db/stopping')?.signal === undefined)
  app.signal('SIGTERM')
  await stage.appears('app.told')
  stage.write('go')
  t.is((await hooked).code, 0)
  t.is(stage.read('trace'), 'app told\nhook\n')
  db.signal('SIGTERM')
  await db.end
  await app.end
})
