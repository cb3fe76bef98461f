/** A wrapper that waits says why, as it is. */
import test from 'ava'
import { eventually } from '../../support/eventually.ts'
import { openStage } from '../../support/entrypoint.ts'

const says = (stderr: string): string | undefined => / waiting for (.*)$/m.exec(stderr)?.[1]

test('a predecessor that waits itself is told from one that runs', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--wait-file', stage.path('go'), '--', 'sleep', '60'])
  await stage.appears('run/db/alive.sock')
  await eventually('it waits', () => db.stderr().includes('waiting for'))
  const early = stage.member('early', ['--wait-file', stage.path('run/db/completed'), '--', 'true'])
  await eventually('it says why', () => says(early.stderr()) !== undefined)
  t.is(says(early.stderr()), 'db/completed (it is waiting itself)')
  stage.write('go')
  await stage.appears('run/db/started')
  const late = stage.member('late', ['--wait-file', stage.path('run/db/completed'), '--', 'true'])
  await eventually('it says why', () => says(late.stderr()) !== undefined)
  t.is(says(late.stderr()), 'db/completed (it is running)')
})

test('a predecessor that exited by itself is not called killed', async (t) => {
  const stage = openStage(t)
  const policy = ['--restart-policy', 'Always']
  const db = await stage.member('db', [...policy, '--', 'sh', '-c', 'exit 3']).end
  t.is(db.code, 3)
  const app = stage.member('app', [...policy, '--wait-file', stage.path('run/db/ready'), '--', 'true'])
  await eventually('it says why', () => says(app.stderr()) !== undefined)
  t.is(says(app.stderr()), 'db/ready (it failed: exit code 3; the kubelet will restart it)')
})

test('a predecessor that was killed is called so', async (t) => {
  const stage = openStage(t)
  const policy = ['--restart-policy', 'Always']
  const db = stage.member('db', [...policy, '--', 'sleep', '60'])
  await stage.appears('run/db/started')
  db.signal('SIGKILL')
  await db.gone
  const app = stage.member('app', [...policy, '--wait-file', stage.path('run/db/ready'), '--', 'true'])
  await eventually('it says why', () => says(app.stderr()) !== undefined)
  t.is(says(app.stderr()), 'db/ready (it was killed; the kubelet will restart it)')
})
