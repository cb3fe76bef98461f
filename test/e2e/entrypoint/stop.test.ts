/** Stopping: by stop files when the pod's work is done, in reverse order on SIGTERM, and not at all while held. */
import test from 'ava'
import { openStage, readEvents, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { findProcessesIn } from '../../support/proc.ts'

test('a command is not started when the work is done already, whatever else it waits for', async (t) => {
  const stage = openStage(t)
  stage.write('run/app/ready')
  stage.write('run/app/ended')
  for (const waits of [[], ['--wait-file', 'run/app/ready']]) {
    const { code, stdout } = await stage.member('side', [...waits, '--stop-file', 'run/app/ended', '--', 'echo', 'ran'])
      .end
    t.is(code, 0)
    t.is(stdout, '')
    t.false(stage.has('run/side/started'))
    t.true(stage.has('run/side/ended'))
  }
})

test('a stop file that is there before the gate opens means that the command is not needed', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--stop-file', 'stop', '--wait-file', 'never', '--', 'touch', 'ran'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  stage.write('stop')
  t.is((await wrapper.end).code, 0)
  t.false(stage.has('ran'))
  t.like(stage.record('run/app/completed'), { exitCode: 0, reason: 'Completed' })
})

test('a stop file stops the running command, and its end is a success', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--stop-file', 'stop', '--', ...sh('trap "exit 7" TERM; echo ready; sleep 600')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  stage.write('stop')
  t.is((await wrapper.end).code, 0)
  t.like(stage.record('run/app/completed'), { exitCode: 0, reason: 'Completed' })
})

test('of several stop files all must be there', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--stop-file', 'a,b', '--stop-file', 'c', '--', ...sh('echo ready; read go; exit 5')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  for (const name of ['a', 'c']) stage.write(name)
  wrapper.stdin.end('go\n')
  t.is((await wrapper.end).code, 5)
  const stopped = stage.start(['--stop-file', 'a,b,c', '--', 'cat'])
  await eventually('it runs', () => stopped.stderr().includes('started'))
  stage.write('b')
  t.is((await stopped.end).code, 0)
})

test('a stop file that can no longer come counts as there: its container ended another way', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--stop-file', 'work', '--', 'cat'])
  await eventually('it runs', () => wrapper.stderr().includes('started'))
  stage.write('work.err')
  t.is((await wrapper.end).code, 0)
})

test('a command that ignores SIGTERM is killed with its whole group after the grace period, and still a success', async (t) => {
  const stage = openStage(t)
  const stubborn = sh('trap "" TERM; sleep 600 & echo ready; wait')
  const wrapper = stage.start(['--stop-file', 'stop', '--grace-period', '50ms', '--', ...stubborn])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  stage.write('stop')
  t.is((await wrapper.end).code, 0)
  await eventually('nobody of its group is left', () => findProcessesIn(stage.dir).length === 0)
})

/** Says its end in a file that all share. */
const SAY_END = (name: string) =>
  sh(`trap 'echo ${name} >> ends; exit 0' TERM; echo ready; while :; do sleep 600; done`)

/** However long the other takes to be stopped too. */
const AFTER = (name: string) => ['--stop-after', name, '--stop-wait', '1h', '--stop-alone', '1h']

test('--stop-after stops three containers in reverse, all told at the same time', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', [...AFTER('app'), '--', ...SAY_END('db')])
  const app = stage.member('app', [...AFTER('web'), '--', ...SAY_END('app')])
  const web = stage.member('web', ['--', ...SAY_END('web')])
  const all = [db, app, web]
  await eventually('all run', () => all.every((wrapper) => wrapper.stdout() === 'ready\n'))
  for (const wrapper of all.slice(0, 2)) wrapper.signal('SIGTERM')
  await eventually('both hold back', () =>
    all.slice(0, 2).every((wrapper) => wrapper.stderr().includes('stopping after')),
  )
  t.false(stage.has('ends'))
  web.signal('SIGTERM')
  for (const wrapper of all) t.is((await wrapper.end).code, 0)
  t.is(stage.read('ends'), 'web\napp\ndb\n')
})

test('--stop-after does not wait for one that was killed, or never started', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', 'sleep', '600'])
  await stage.appears('run/app/started')
  const flags = ['--stop-after', 'app,absent', '--stop-wait', '1h']
  const db = stage.member('db', [...flags, '--', ...SAY_END('db')])
  await eventually('it runs', () => db.stdout() === 'ready\n')
  app.signal('SIGKILL')
  await app.gone
  db.signal('SIGTERM')
  t.is((await db.end).code, 0)
})

test('--stop-after waits no longer than --stop-wait for one that is stopping', async (t) => {
  const stage = openStage(t)
  const deaf = sh('trap "" TERM; echo ready; while :; do sleep 600; done')
  const app = stage.member('app', ['--', ...deaf])
  const db = stage.member('db', ['--stop-after', 'app', '--stop-wait', '300ms', '--', ...SAY_END('db')])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  app.signal('SIGTERM')
  await stage.appears('run/app/stopping')
  db.signal('SIGTERM')
  t.is((await db.end).code, 0)
  t.regex(db.stderr(), /app had \S+ to stop first; stopping it now/)
})

test('one that is stopped alone does not wait for dependents that go on', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', ['--', 'sleep', '600'])
  await stage.appears('run/app/started')
  const db = stage.member('db', ['--stop-after', 'app', '--stop-wait', '1h', '--', ...SAY_END('db')])
  await eventually('it runs', () => db.stdout() === 'ready\n')
  db.signal('SIGTERM')
  t.is((await db.end).code, 0)
  t.false(stage.has('run/app/stopping'))
  app.signal('SIGTERM')
  await app.end
})

test('a second stop signal, whichever it is, does not end the waiting for others', async (t) => {
  const stage = openStage(t)
  const app = stage.member('app', [
    '--',
    ...sh('trap "echo told; read go; echo app >> ends; exit 0" TERM; echo ready; while :; do sleep 0.05; done'),
  ])
  const db = stage.member('db', [
    ...AFTER('app'),
    '--',
    ...sh('trap "echo db >> ends; exit 0" TERM; trap "echo passed" USR2; echo ready; while :; do sleep 0.05; done'),
  ])
  await eventually('both run', () => [app, db].every((wrapper) => wrapper.stdout() === 'ready\n'))
  for (const wrapper of [app, db]) wrapper.signal('SIGTERM')
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  await eventually('the other has been told', () => app.stdout().includes('told'))
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGUSR2', 'SIGTERM'] as const) db.signal(signal)
  // Its wrapper has taken those before: one that came after its turn would be the command's.
  await eventually('what is no stop has passed', () => db.stdout().includes('passed'))
  app.stdin.end('go\n')
  for (const wrapper of [app, db]) t.is((await wrapper.end).code, 0)
  t.is(stage.read('ends'), 'app\ndb\n')
})

test('--hold stays after success until told to stop', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--hold', '--', 'true'])
  await eventually('it holds', () => wrapper.stderr().includes('staying until told to stop (--hold)'))
  t.like(stage.record('run/app/completed'), { exitCode: 0 })
  t.false(stage.has('run/app/stopped'))
  wrapper.signal('SIGTERM')
  const end = await wrapper.end
  t.is(end.code, 0)
  t.true(stage.has('run/app/stopped'))
})

test('--hold does not hold a command that was told to end', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', [
    '--hold',
    '--',
    ...sh('trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done'),
  ])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, 0)
  t.false(wrapper.stderr().includes('holding'))
})

test('--hold ends by a stop file as well', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--hold', '--stop-file', 'stop', '--', 'true'])
  await eventually('it holds', () => wrapper.stderr().includes('staying until told to stop (--hold)'))
  stage.write('stop')
  t.is((await wrapper.end).code, 0)
})

test('a failure is not held', async (t) => {
  const end = await openStage(t).run(['--hold', '--', ...sh('exit 8')])
  t.is(end.code, 8)
  t.is(readEvents(end.stderr).at(-1), 'Error: exit code 8')
})
