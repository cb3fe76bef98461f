/** What the kubelet's restart of a container means: flags in the emptyDir survive it. */
import test from 'ava'
import { openStage, readEvents, sh } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const COUNT = sh('echo run >> runs')

for (const policy of ['Never', 'OnFailure']) {
  test(`what has completed does not run again after a restart (${policy})`, async (t) => {
    const stage = openStage(t)
    const words = ['--restart-policy', policy, '--', ...COUNT]
    await stage.member('app', words).end
    const before = stage.read('run/app/completed')
    const end = await stage.member('app', words).end
    t.is(end.code, 0)
    t.deepEqual(readEvents(end.stderr), [
      'it completed before this restart, so it does not run again (--rerun runs it again)',
    ])
    t.is(stage.read('runs'), 'run\n')
    t.is(stage.read('run/app/completed'), before)
  })
}

test('--rerun runs it again', async (t) => {
  const stage = openStage(t)
  for (let run = 0; run < 2; run++) await stage.member('app', ['--rerun', '--', ...COUNT]).end
  t.is(stage.read('runs'), 'run\nrun\n')
})

test('under restartPolicy Always it runs again, and completed stays for those who wait for it', async (t) => {
  const stage = openStage(t)
  await stage.member('app', ['--restart-policy', 'Always', '--', 'true']).end
  t.true(stage.has('run/app/completed'))
  const again = stage.member('app', ['--restart-policy', 'Always', '--', 'cat'])
  await eventually('it runs again', () => again.stderr().includes('started'))
  t.true(stage.has('run/app/completed'))
})

test('a restart begins with the flags of the last life gone, and a new incarnation', async (t) => {
  const stage = openStage(t)
  await stage.member('app', ['--', 'false']).end
  const before = stage.record('run/app/failed')?.incarnation
  const wrapper = stage.member('app', ['--wait-file', 'go', '--', 'cat'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  const left = ['started', 'ready', 'failed', 'ended', 'completed.err'].filter((flag) => stage.has(`run/app/${flag}`))
  t.deepEqual(left, [])
  stage.write('go')
  await stage.appears('run/app/started')
  t.not(stage.record('run/app/started')?.incarnation, before)
})

test('a failure is final under Never, and not under OnFailure and Always', async (t) => {
  for (const [policy, final] of [
    ['Never', true],
    ['OnFailure', false],
    ['Always', false],
  ] as const) {
    const stage = openStage(t)
    t.is((await stage.member('app', ['--restart-policy', policy, '--', ...sh('exit 6')]).end).code, 6)
    t.is(stage.has('run/app/completed.err'), final, policy)
    t.is(stage.has('run/app/failed'), final, policy)
    t.is(stage.has('run/app/started'), final, policy)
    t.is(stage.record('run/app/exitCode')?.exitCode, 6, policy)
  }
})

test('under OnFailure followers wait on past a failure, and go on when the next run succeeds', async (t) => {
  const stage = openStage(t)
  const onFailure = ['--restart-policy', 'OnFailure']
  const words = [...onFailure, '--wait-file', stage.path('run/db/completed')]
  const app = stage.member('app', [...words, '--', 'echo', 'open'])
  await stage.member('db', [...onFailure, '--', 'false']).end
  t.is(app.stdout(), '')
  await stage.member('db', [...onFailure, '--', 'true']).end
  t.is((await app.end).stdout, 'open\n')
})

test('a container that starts again while its predecessor is down waits again', async (t) => {
  const stage = openStage(t)
  const always = ['--restart-policy', 'Always']
  const db = stage.member('db', [...always, '--', 'sleep', '600'])
  await stage.appears('run/db/ready')
  db.signal('SIGTERM')
  await db.end
  const words = [...always, '--wait-file', stage.path('run/db/ready')]
  const app = stage.member('app', [...words, '--', 'echo', 'open'])
  await eventually('it waits', () => app.stderr().includes('waiting for db/ready'))
  stage.member('db', [...always, '--', 'sleep', '600'])
  t.is((await app.end).stdout, 'open\n')
})
