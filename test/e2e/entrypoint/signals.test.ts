/** Signals: taken from the first instruction on, they end the wait, or go to the command's whole group. */
import test from 'ava'
import { constants } from 'node:os'
import { codeOfSignal, ECHO_SIGNALS, openStage, readEvents, type Runtime, sh } from '../../support/entrypoint.ts'
import { pause } from '../../../src/base/pause.ts'
import { TOGETHER_MS } from '../../../src/entrypoint/turn.ts'
import { eventually } from '../../support/eventually.ts'

/** Not SIGPWR, which the JavaScript engine of Bun keeps for itself, nor SIGPIPE, which the kernel sends for our own writes. */
const FORWARDED = [
  'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGCONT', 'SIGTSTP', 'SIGTTIN',
  'SIGTTOU', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGABRT',
] as const // prettier-ignore

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`every catchable signal reaches the command (${runtime})`, async (t) => {
    const stage = openStage(t)
    const wrapper = stage.start(['--', ...ECHO_SIGNALS], { runtime })
    await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
    for (const signal of FORWARDED) {
      wrapper.signal(signal)
      await eventually(`${signal} has reached it`, () => wrapper.stdout().endsWith(`${signal}\n`))
    }
    wrapper.signal('SIGTERM')
    const end = await wrapper.end
    t.is(end.code, 0)
    t.deepEqual(end.stdout.trimEnd().split('\n'), ['ready', ...FORWARDED, 'SIGTERM'])
  })

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
    test(`${signal} while waiting ends the wait, and the followers are told (${runtime})`, async (t) => {
      const stage = openStage(t)
      const flags = ['--wait-file', 'never', '--post-file', 'done']
      const wrapper = stage.member('app', [...flags, '--', 'touch', 'ran'], { runtime })
      await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
      wrapper.signal(signal)
      const end = await wrapper.end
      t.is(end.code, codeOfSignal(signal))
      t.is(readEvents(end.stderr).at(-1), `Cancelled: signal ${constants.signals[signal]} while waiting`)
      t.false(stage.has('ran'))
      for (const file of ['done.err', 'run/app/started.err', 'run/app/ready.err', 'run/app/completed.err']) {
        t.like(stage.record(file), { exitCode: codeOfSignal(signal), reason: 'Cancelled', origin: 'app' })
      }
    })
  }
}

test('a signal reaches the whole group of the command', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--', ...sh('"$@" & "$@" & wait; wait', ...ECHO_SIGNALS)])
  await eventually('both are ready', () => wrapper.stdout() === 'ready\nready\n')
  wrapper.signal('SIGWINCH')
  await eventually('both have got it', () => wrapper.stdout() === 'ready\nready\nSIGWINCH\nSIGWINCH\n')
  t.pass()
})

test('SIGUSR1 while waiting is kept, and delivered after the start', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--wait-file', 'flag', '--', ...sh('echo never heard of it; sleep 600')])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  wrapper.signal('SIGUSR1')
  stage.write('flag')
  t.is((await wrapper.end).code, codeOfSignal('SIGUSR1'))
})

const WAITERS = {
  db: ['--stop-after', 'app', '--wait-file', 'never', '--', 'touch', 'ran'],
  app: ['--stop-before', 'db', '--wait-file', 'never', '--', 'touch', 'ran'],
}

test('SIGUSR1 to all that wait is the stop signal of an image that nobody has looked at, and ends them', async (t) => {
  const stage = openStage(t)
  const wrappers = Object.entries(WAITERS).map(([name, words]) => stage.member(name, words))
  await eventually('both wait', () => wrappers.every((wrapper) => wrapper.stderr().includes('waiting for')))
  for (const wrapper of wrappers) wrapper.signal('SIGUSR1')
  for (const wrapper of wrappers) t.is((await wrapper.end).code, codeOfSignal('SIGUSR1'))
  t.false(stage.has('ran'))
})

test('SIGWINCH ends the wait when the container that it waits for is being stopped, whatever that one got', async (t) => {
  const stage = openStage(t)
  const command = sh(
    `trap 'until [ -e go ]; do sleep 0.02; done; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
  )
  const db = stage.member('db', ['--stop-after', 'app', '--', ...command])
  const app = stage.member('app', WAITERS.app)
  await eventually('one runs', () => db.stdout() === 'ready\n')
  await eventually('one waits', () => app.stderr().includes('waiting for'))
  db.signal('SIGTERM')
  await stage.appears('run/db/stopping')
  app.signal('SIGWINCH')
  t.is((await app.end).code, codeOfSignal('SIGWINCH'))
  stage.write('go')
  t.is((await db.end).code, 0)
})

test('SIGUSR1 to one of two that wait is kept for its command', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', WAITERS.db)
  const app = stage.member('app', [
    ...['--stop-before', 'db', '--wait-file', 'flag', '--', ...sh('echo never heard of it; sleep 600')],
  ])
  await eventually('both wait', () => [db, app].every((wrapper) => wrapper.stderr().includes('waiting for')))
  app.signal('SIGUSR1')
  await stage.appears('run/app/stopping')
  // Longer than a signal is weighed.
  await pause(1.5 * TOGETHER_MS)
  t.true(stage.has('run/app/stopping'))
  stage.write('flag')
  t.is((await app.end).code, codeOfSignal('SIGUSR1'))
  db.signal('SIGTERM')
  t.is((await db.end).code, codeOfSignal('SIGTERM'))
})

test('a storm of signals loses neither the last one nor the command', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--', ...ECHO_SIGNALS])
  await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
  for (let round = 0; round < 500; round++) for (const signal of ['SIGUSR1', 'SIGHUP'] as const) wrapper.signal(signal)
  wrapper.signal('SIGUSR2')
  await eventually('the last one has arrived', () => wrapper.stdout().includes('SIGUSR2'))
  wrapper.signal('SIGTERM')
  const end = await wrapper.end
  t.is(end.code, 0)
  t.true(['SIGUSR1', 'SIGHUP'].every((signal) => end.stdout.includes(signal)))
})

/** Where in its life the wrapper is hit depends on the machine; between them they cover the first milliseconds. */
const DELAYS_MS = Array.from({ length: 48 }, (_, index) => index % 12)

for (const [phase, flags] of [
  ['before the command runs', []],
  ['before it waits', ['--wait-file', 'never']],
] as const) {
  test(`SIGTERM in the first milliseconds ends it, sent ${phase}`, async (t) => {
    const stage = openStage(t)
    for (const delay of DELAYS_MS) {
      const wrapper = stage.start([...flags, '--', 'sleep', '600'])
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
      wrapper.signal('SIGTERM')
      const { code, signal } = await wrapper.gone
      // Before the first instruction of ours the kernel ends it, as it would any program.
      t.true(signal === 'SIGTERM' || code === codeOfSignal('SIGTERM'), `${delay} ms: code ${code}, signal ${signal}`)
    }
  })
}

test('SIGTERM is for the command to answer: without a given grace period it is not killed', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--', ...sh('trap "echo asked" TERM; echo ready; read go; read go; exit 9')])
  await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  await eventually('it was asked', () => wrapper.stdout() === 'ready\nasked\n')
  wrapper.stdin.end('go\ngo\n')
  t.is((await wrapper.end).code, 9)
})

test('with a given grace period a command that ignores SIGTERM is killed', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--grace-period', '50ms', '--', ...sh('trap "" TERM; echo ready; sleep 600')])
  await eventually('the command is ready', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, codeOfSignal('SIGKILL'))
})
