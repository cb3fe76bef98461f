/** --exec: after the gate the wrapper becomes the command, and nothing of ours is left. */
import test from 'ava'
import { readdirSync, readFileSync } from 'node:fs'
import { codeOfSignal, openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { readChildren, readStat } from '../../support/proc.ts'

test('the command is the very process that waited', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--exec', '--wait-file', 'flag', '--', ...sh('echo $$; read go')])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  const { parent, group } = readStat(wrapper.pid) ?? {}
  stage.write('flag')
  await eventually('it runs', () => wrapper.stdout() === `${wrapper.pid}\n`)
  t.like(readStat(wrapper.pid), { parent, group })
  t.deepEqual(readChildren(wrapper.pid), [])
  t.is(readdirSync(`/proc/${wrapper.pid}/task`).length, 1)
  wrapper.stdin.end('go\n')
  t.is((await wrapper.end).code, 0)
})

test('started and ready are published, and what nobody will tell gets its .err', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--exec', '--', 'cat'])
  await eventually('it runs', () => readFileSync(`/proc/${wrapper.pid}/comm`, 'utf8') === 'cat\n')
  const names = readdirSync(stage.path('run/app')).toSorted()
  t.deepEqual(names, ['completed.err', 'ended.err', 'failed.err', 'ready', 'started'])
  t.is(stage.record('run/app/started')?.pid, wrapper.pid)
  t.like(stage.record('run/app/completed.err'), { reason: 'Unknown', origin: undefined })
  const end = await stage.member('next', ['--wait-file', stage.path('run/app/ready'), '--', 'true']).end
  t.is(end.code, 0)
})

test('its exit code and its signals are the command’s own', async (t) => {
  const stage = openStage(t)
  t.is((await stage.run(['--exec', '--', ...sh('exit 11')])).code, 11)
  const wrapper = stage.start(['--exec', '--', ...sh('echo ready; exec sleep 600')])
  await eventually('it runs', () => wrapper.stdout() === 'ready\n')
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).signal, 'SIGTERM')
})

test('only the standard descriptors are handed on', async (t) => {
  const stage = openStage(t)
  stage.write('flag')
  const words = ['--exec', '--wait-file', 'flag', '--', ...sh('ls /proc/$$/fd; :')]
  const end = await stage.member('app', words).end
  t.is(end.stdout, '0\n1\n2\n')
})

test('SIGTERM while waiting ends the wait as without --exec', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--exec', '--wait-file', 'never', '--', 'touch', 'ran'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, codeOfSignal('SIGTERM'))
  t.false(stage.has('ran'))
  t.like(stage.record('run/app/completed.err'), { reason: 'Cancelled' })
})
