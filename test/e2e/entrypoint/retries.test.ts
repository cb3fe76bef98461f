/** --retries: the command runs again inside the container, without the kubelet's back-off. */
import test from 'ava'
import { openStage, readEvents, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const COUNT_THEN = (end: string) => sh(`echo run >> runs; ${end}`)

test('a command that always fails is run once and then as often as --retries says', async (t) => {
  const stage = openStage(t)
  const delays = ['--retry-delay', '1ms', '--retry-max-delay', '2ms', '--retry-jitter', '0']
  const flags = ['--retries', '3', ...delays]
  const end = await stage.member('app', [...flags, '--', ...COUNT_THEN('exit 3')]).end
  t.is(end.code, 3)
  t.is(stage.read('runs'), 'run\n'.repeat(4))
  const events = readEvents(end.stderr).filter((line) => line.startsWith('attempt'))
  t.deepEqual(events, [
    'attempt 1 of 4 failed: exit code 3; next attempt in 1ms',
    'attempt 2 of 4 failed: exit code 3; next attempt in 2ms',
    'attempt 3 of 4 failed: exit code 3; next attempt in 2ms',
  ])
  t.like(stage.record('run/app/completed.err'), { exitCode: 3, reason: 'Error' })
})

test('each attempt is one event of the log, with its number, its exit code and the next delay', async (t) => {
  const stage = openStage(t)
  const delays = ['--retry-delay', '2ms', '--retry-factor', '1.5', '--retry-jitter', '0']
  const flags = ['--retries', '2', ...delays, '--log-format', 'json']
  const end = await stage.member('app', [...flags, '--', ...COUNT_THEN('exit $(wc -l < runs)')]).end
  t.is(end.code, 3)
  const events = end.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  t.deepEqual(
    events.map(({ event, attempt, attempts, exitCode, delayMs }) => [event, attempt, attempts, exitCode, delayMs]),
    [
      ['started', 1, undefined, undefined, undefined],
      ['retrying', 1, 3, 1, 2],
      ['started', 2, undefined, undefined, undefined],
      ['retrying', 2, 3, 2, 3],
      ['started', 3, undefined, undefined, undefined],
      ['ended', 3, undefined, 3, undefined],
    ],
  )
})

test('the flags tell which attempt they are of, where there may be several', async (t) => {
  const stage = openStage(t)
  const flags = ['--retries', '5', '--retry-delay', '0s']
  await stage.member('app', [...flags, '--', ...COUNT_THEN('[ $(wc -l < runs) -ge 3 ]')]).end
  for (const flag of ['started', 'completed', 'exitCode']) t.is(stage.record(`run/app/${flag}`)?.attempt, 3, flag)
  await stage.member('once', ['--', 'true']).end
  for (const flag of ['started', 'completed']) t.is(stage.record(`run/once/${flag}`)?.attempt, undefined, flag)
})

test('success ends the retries', async (t) => {
  const stage = openStage(t)
  const flags = ['--retries', '9', '--retry-delay', '1ms', '--post-file', 'done']
  const end = await stage.run([...flags, '--', ...COUNT_THEN('[ $(wc -l < runs) -ge 3 ]')])
  t.is(end.code, 0)
  t.is(stage.read('runs'), 'run\n'.repeat(3))
  t.true(stage.has('done'))
})

test('each try has the whole --timeout', async (t) => {
  const stage = openStage(t)
  const flags = ['--retries', '1', '--retry-delay', '1ms', '--timeout', '50ms']
  const end = await stage.run([...flags, '--', 'sleep', '600'])
  t.is(end.code, 124)
  t.is(readEvents(end.stderr).filter((line) => line.startsWith('started')).length, 2)
})

test('a command that cannot be started is not tried again', async (t) => {
  const end = await openStage(t).run(['--retries', '5', '--retry-delay', '1h', '--', './nothing'])
  t.is(end.code, 127)
})

test('SIGTERM during the delay ends it, and the last failure counts', async (t) => {
  const stage = openStage(t)
  const flags = ['--retries', '1', '--retry-delay', '1h', '--retry-max-delay', '1h', '--retry-jitter', '0']
  const wrapper = stage.member('app', [...flags, '--', ...COUNT_THEN('exit 3')])
  await eventually('it delays', () => wrapper.stderr().includes('next attempt in 1h'))
  t.false(stage.has('run/app/ready'))
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, 3)
  t.is(stage.read('runs'), 'run\n')
  t.true(stage.has('run/app/completed.err'))
})

test('a command that was told to end is not run again', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--retries', '9', '--retry-delay', '1ms', '--', ...COUNT_THEN('echo ready; sleep 600')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, 143)
  t.is(stage.read('runs'), 'run\n')
})
