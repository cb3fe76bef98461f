/** --retries: the command runs again inside the container, without the kubelet's back-off. */
import test from 'ava'
import { openStage, readEvents, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const COUNT_THEN = (end: string) => sh(`echo run >> runs; ${end}`)

test('a command that always fails is run once and then as often as --retries says', async (t) => {
  const stage = openStage(t)
  const flags = ['--retries', '3', '--retry-delay', '1ms', '--retry-max-delay', '2ms']
  const end = await stage.member('app', [...flags, '--', ...COUNT_THEN('exit 3')]).end
  t.is(end.code, 3)
  t.is(stage.read('runs'), 'run\n'.repeat(4))
  const events = readEvents(end.stderr).filter((line) => line.includes('; retry'))
  t.deepEqual(events, [
    'exit code 3; retry 1 of 3 in 1ms',
    'exit code 3; retry 2 of 3 in 2ms',
    'exit code 3; retry 3 of 3 in 2ms',
  ])
  t.like(stage.record('run/app/completed.err'), { exitCode: 3, reason: 'Error' })
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
  const flags = ['--retries', '1', '--retry-delay', '1h', '--retry-max-delay', '1h']
  const wrapper = stage.member('app', [...flags, '--', ...COUNT_THEN('exit 3')])
  await eventually('it delays', () => wrapper.stderr().includes('retry 1 of 1 in 1h'))
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
