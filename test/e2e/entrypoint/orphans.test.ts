/** What the command leaves behind is reaped while it runs, and gone when it has ended, as in a container of its own. */
import test from 'ava'
import { openStage, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { findProcessesIn, isRunning, readChildren, readStat } from '../../support/proc.ts'

test('orphans become children of the wrapper, and leave no zombies', async (t) => {
  const stage = openStage(t)
  const script =
    'i=0; while [ $i -lt 50 ]; do (true &); i=$((i+1)); done; (cat /dev/tty & sleep 600 & echo $!); read go'
  const wrapper = stage.start(['--', ...sh(script)])
  await eventually('the orphan is there', () => wrapper.stdout().endsWith('\n'))
  const orphan = Number(wrapper.stdout())
  await eventually('it is ours', () => readStat(orphan)?.parent === wrapper.pid)
  await eventually('no zombie is left', () =>
    readChildren(wrapper.pid).every((pid) => (readStat(pid)?.state ?? 'Z') !== 'Z'),
  )
  process.kill(orphan, 'SIGKILL')
  await eventually('it is reaped', () => readStat(orphan) === undefined)
  wrapper.stdin.end('go\n')
  t.is((await wrapper.end).code, 0)
})

test('when the command has ended, nothing that it started is left, not even in another session', async (t) => {
  const stage = openStage(t)
  const script = '(setsid sh -c "sleep 600 & echo \\$! > far; wait" & sleep 600 & echo $! > near)'
  const waitForBoth = 'until [ -s far ] && [ -s near ]; do :; done'
  const end = await stage.run(['--', ...sh(`${script}; ${waitForBoth}`)])
  t.is(end.code, 0)
  t.deepEqual(
    ['near', 'far'].filter((name) => isRunning(Number(stage.read(name)))),
    [],
  )
  t.deepEqual(findProcessesIn(stage.dir), [])
})

test('a process that has changed its user does not keep the wrapper, which may not kill it', async (t) => {
  if (process.getuid?.() !== 0) {
    t.pass('only root can give away the right to change the user')
    return
  }
  const stage = openStage(t)
  const rights = ['--inh-caps=-all,+setuid', '--ambient-caps=+setuid', '--bounding-set=-all,+setuid']
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...rights]
  const changed = "setpriv --reuid=61234 sh -c 'echo $$ > other; exec sleep 600' & sleep 600 & echo $! > own"
  const script = `${changed}; until [ -s other ]; do sleep 0.02; done; exit 3`
  const { code } = await stage.start(['--', ...sh(script)], { prefix: nobody }).gone
  t.is(code, 3)
  t.true(isRunning(Number(stage.read('other'))))
  t.false(isRunning(Number(stage.read('own'))))
})
