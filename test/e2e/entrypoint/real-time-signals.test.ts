/** Real-time signals, which some images are stopped by (systemd: SIGRTMIN+3), and SIGSTKFLT: JavaScript's engines know neither. */
import test from 'ava'
import { openStage, readEvents, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { isCaught } from '../../support/proc.ts'

const SIGSTKFLT = 16
const RTMIN = 34
const RTMAX = 64
const ALL = [SIGSTKFLT, ...Array.from({ length: RTMAX - RTMIN + 1 }, (_, index) => RTMIN + index)]

/** SIGRTMIN+3 */
const STOP = 37

/** Says each of those signals by its number; SIGTERM ends it. */
const ECHO = sh(
  `for n in ${ALL.join(' ')}; do trap "echo $n" $n; done; trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done`,
)

/** Told to stop by signal 37, it says so in a file that all share. */
const SAY_END = (name: string) =>
  sh(`trap 'echo ${name} >> ends; exit 0' ${STOP}; echo ready; while :; do sleep 0.05; done`)

/** However long the other takes to be stopped too. */
const AFTER_APP = ['--stop-after', 'app', '--stop-wait', '1h', '--stop-alone', '1h']

test('every real-time signal reaches the command', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--', ...ECHO])
  await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
  for (const signal of ALL) {
    // They are taken when the command runs, so that its start does not wait for it.
    await eventually('it is taken', () => isCaught(wrapper.pid, signal))
    wrapper.signal(signal)
    await eventually(`${signal} has reached it`, () => wrapper.stdout().endsWith(`\n${signal}\n`))
  }
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).stdout, `ready\n${ALL.join('\n')}\n`)
})

test('a storm of them loses none of their kinds, nor the command', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--stop-signal', 'RTMIN+3', '--', ...ECHO])
  await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
  const kinds = ALL.filter((signal) => signal !== STOP)
  for (let round = 0; round < 100; round++) for (const signal of kinds) wrapper.signal(signal)
  await eventually('all have arrived', () => kinds.every((signal) => wrapper.stdout().includes(`\n${signal}\n`)))
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, 0)
})

for (const name of ['SIGRTMIN+3', 'rtmin+3', 'SIGRTMAX-27', '37']) {
  test(`--stop-signal ${name} stops in reverse`, async (t) => {
    const stage = openStage(t)
    const signal = ['--stop-signal', name]
    const db = stage.member('db', [...signal, ...AFTER_APP, '--', ...SAY_END('db')])
    const app = stage.member('app', [...signal, '--', ...SAY_END('app')])
    await eventually('both run', () => [db, app].every((wrapper) => wrapper.stdout() === 'ready\n'))
    db.signal(STOP)
    await eventually('it holds back', () => db.stderr().includes('stopping after app'))
    t.like(stage.record('run/db/stopping'), { signal: 'SIGRTMIN+3' })
    app.signal(STOP)
    for (const wrapper of [db, app]) t.is((await wrapper.end).code, 0)
    t.is(stage.read('ends'), 'app\ndb\n')
  })
}

test('where nobody has said what stops the image, they stop in reverse too', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', [...AFTER_APP, '--', ...SAY_END('db')])
  const slow = sh(`trap 'until [ -e go ]; do sleep 0.02; done; echo app >> ends; exit 0' ${STOP}
    echo ready; while :; do sleep 0.05; done`)
  const app = stage.member('app', ['--', ...slow])
  const both = [app, db]
  await eventually('both run', () => both.every((wrapper) => wrapper.stdout() === 'ready\n'))
  await eventually('it is taken', () => both.every(({ pid }) => isCaught(pid, STOP)))
  app.signal(STOP)
  await stage.appears('run/app/stopping')
  // Later than TOGETHER_MS it would be a signal for db alone.
  db.signal(STOP)
  await eventually('it holds back', () => db.stderr().includes('stopping after app'))
  stage.write('go')
  for (const wrapper of both) t.is((await wrapper.end).code, 0)
  t.is(stage.read('ends'), 'app\ndb\n')
})

test('a stop of our own uses it', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--stop-file', 'stop', '--stop-signal', 'SIGRTMIN+3', '--', ...SAY_END('app')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  stage.write('stop')
  t.is((await wrapper.end).code, 0)
  t.is(stage.read('ends'), 'app\n')
})

test('one that is the stop signal ends a wait; another one is kept, and delivered after the start', async (t) => {
  const stage = openStage(t)
  const flags = ['--stop-signal', 'SIGRTMIN+3', '--wait-file']
  const wrapper = stage.member('app', [...flags, 'never', '--', 'touch', 'ran'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  wrapper.signal(STOP)
  const end = await wrapper.end
  t.is(end.code, 128 + STOP)
  t.is(readEvents(end.stderr).at(-1), `Cancelled: signal ${STOP} while waiting`)
  t.false(stage.has('ran'))

  const kept = stage.start([...flags, 'flag', '--', ...sh('echo never heard of it; sleep 600')])
  await eventually('it waits', () => kept.stderr().includes('waiting for'))
  kept.signal(RTMIN)
  stage.write('flag')
  t.is((await kept.end).code, 128 + RTMIN)
})

test('a signal that nobody can take is no stop signal', async (t) => {
  const stage = openStage(t)
  for (const name of ['SIGKILL', 'SIGSTOP', '32', 'SIGPWR']) {
    const { code, stderr } = await stage.run(['--stop-signal', name, '--', 'true'])
    t.is(code, 2)
    t.regex(stderr, /^entrypoint: --stop-signal: SIG\w+ cannot be caught; name another signal/)
  }
  for (const name of ['SIGRTMIN+31', 'SIGRTMAX+1', 'SIGTREM', '65', '0', '']) {
    const { code, stderr } = await stage.run(['--stop-signal', name, '--', 'true'])
    t.is(code, 2)
    t.regex(stderr, /--stop-signal takes a signal such as SIGTERM, QUIT or SIGRTMIN\+3, not "/)
  }
})
