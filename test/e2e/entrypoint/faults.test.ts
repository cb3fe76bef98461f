/** What can go wrong around a wrapper: processes killed or frozen, volumes full or removed. */
import test from 'ava'
import { execa } from 'execa'
import { rmSync } from 'node:fs'
import { openStage, readEvents, sh, type Stage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { readChildren, readStat } from '../../support/proc.ts'

const waitFor = (stage: Stage, flag: string) => ['--wait-file', stage.path(`run/db/${flag}`)]

test('a wrapper that is killed while its command starts takes its followers with it', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--ready-exec', '["false"]', '--', 'sleep', '600'])
  const app = stage.member('app', [...waitFor(stage, 'ready'), '--', 'touch', 'ran'])
  await stage.appears('run/db/started')
  db.signal('SIGKILL')
  t.is((await app.end).code, 1)
  t.like(stage.record('run/app/completed.err'), { reason: 'PredecessorDied', origin: 'db' })
})

test('a wrapper that is killed while it runs its postStart hook takes its followers with it', async (t) => {
  const stage = openStage(t)
  const hook = '{"exec":{"command":["sh","-c","touch hooked; sleep 600"]}}'
  const db = stage.member('db', ['--post-start', hook, '--', 'sleep', '600'])
  const app = stage.member('app', [...waitFor(stage, 'ready'), '--', 'touch', 'ran'])
  await stage.appears('hooked')
  db.signal('SIGKILL')
  t.is((await app.end).code, 1)
})

test('a wrapper that is killed between two attempts takes its followers with it', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--retries', '1', '--retry-delay', '5m', '--', 'false'])
  const app = stage.member('app', [...waitFor(stage, 'completed'), '--', 'touch', 'ran'])
  await eventually('it delays', () => db.stderr().includes('attempt 1 of 2 failed'))
  db.signal('SIGKILL')
  t.is((await app.end).code, 1)
})

test('a wrapper that is killed while it holds has told all that there is to tell', async (t) => {
  const stage = openStage(t)
  const always = ['--restart-policy', 'Always']
  const db = stage.member('db', [...always, '--hold', '--', 'true'])
  await eventually('it holds', () => db.stderr().includes('staying until told to stop (--hold)'))
  db.signal('SIGKILL')
  await db.gone
  const app = stage.member('app', [...always, ...waitFor(stage, 'completed'), '--', 'cat'])
  await stage.appears('run/app/started')
  app.stdin.end()
  t.is((await app.end).code, 0)
})

for (const [phase, flags] of [
  ['starts', ['--ready-exec', '["false"]']],
  ['runs its postStart hook', ['--post-start', '{"sleep":{"seconds":600}}']],
  ['is ready', []],
] as const) {
  test(`a command that is killed while it ${phase} has failed, and its followers know`, async (t) => {
    const stage = openStage(t)
    const db = stage.member('db', [...flags, '--', 'sleep', '600'])
    const app = stage.member('app', [...waitFor(stage, 'completed'), '--', 'touch', 'ran'])
    await stage.appears('run/db/started')
    process.kill(stage.record('run/db/started')?.pid ?? 0, 'SIGKILL')
    t.is((await db.end).code, 137)
    t.is((await app.end).code, 1)
    t.like(stage.record('run/app/completed.err'), { reason: 'Skipped', origin: 'db', message: 'killed by signal 9' })
    t.true(stage.has('run/db/ready.err'))
  })
}

for (const policy of ['Never', 'OnFailure']) {
  test(`a wrapper that is killed in the middle of telling its success tells the rest when it starts again (${policy})`, async (t) => {
    const stage = openStage(t)
    const words = ['--restart-policy', policy, '--post-file', stage.path('done'), '--', 'touch', 'ran']
    await stage.member('db', words).end
    for (const left of ['run/db/ended', 'run/db/stopped', 'run/db/failed.err', 'run/db/ready', 'done', 'ran']) {
      rmSync(stage.path(left))
    }
    const before = stage.read('run/db/completed')
    t.is((await stage.member('db', words).end).code, 0)
    t.false(stage.has('ran'))
    for (const flag of ['completed', 'ended', 'stopped']) t.is(stage.read(`run/db/${flag}`), before, flag)
    t.is(stage.read('done'), before)
    t.like(stage.record('run/db/failed.err'), { reason: 'Completed', origin: 'db', exitCode: 0 })
    t.true(stage.has('run/db/ready.err'))
    const ended = stage.member('app', [...waitFor(stage, 'ended'), '--', 'true'])
    t.is((await ended.end).code, 0)
  })
}

test('a wrapper that is frozen while it waits goes on when it is woken', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--wait-file', 'go', '--', 'echo', 'open'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  wrapper.signal('SIGSTOP')
  await eventually('it is frozen', () => readStat(wrapper.pid)?.state === 'T')
  stage.write('go')
  wrapper.signal('SIGCONT')
  t.is((await wrapper.end).stdout, 'open\n')
})

test('one that is frozen for longer than its time to wait still sees what has come meanwhile', async (t) => {
  const stage = openStage(t)
  const patience = ['--wait-timeout', '2s']
  const freeze = async (): Promise<Wrapper> => {
    const wrapper = stage.start([...patience, '--wait-file', 'go', '--', 'echo', 'open'])
    await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
    wrapper.signal('SIGSTOP')
    const state = await eventually('it is frozen, or has given up', () => {
      const { state = 'X' } = readStat(wrapper.pid) ?? {}
      return 'TXZ'.includes(state) && state
    })
    // On a busy machine it may have given up before.
    return state === 'T' ? wrapper : freeze()
  }
  const wrapper = await freeze()
  // Another one with the same patience, started later, has none left.
  t.is((await stage.run([...patience, '--wait-file', 'never', '--', 'true'])).code, 124)
  stage.write('go')
  wrapper.signal('SIGCONT')
  t.is((await wrapper.end).stdout, 'open\n')
})

test('a wrapper that is frozen while its command runs, and ends, tells the end when it is woken', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--', ...sh('read go; exit 4')])
  const app = stage.member('app', [...waitFor(stage, 'completed'), '--', 'touch', 'ran'])
  await stage.appears('run/db/started')
  db.signal('SIGSTOP')
  await eventually('it is frozen', () => readStat(db.pid)?.state === 'T')
  db.stdin.end('go\n')
  await eventually('its command has ended', () => readChildren(db.pid).every((pid) => readStat(pid)?.state === 'Z'))
  t.is(app.stdout(), '')
  db.signal('SIGCONT')
  t.is((await db.end).code, 4)
  t.is((await app.end).code, 1)
  t.like(stage.record('run/app/failed'), { reason: 'Skipped', origin: 'db' })
})

test('a run directory that is removed while its command runs is there again at the end', async (t) => {
  const stage = openStage(t)
  const db = stage.member('db', ['--', ...sh('read go; exit 3')])
  const app = stage.member('app', [...waitFor(stage, 'failed'), '--', 'echo', 'open'])
  await stage.appears('run/db/started')
  await eventually('it waits', () => app.stderr().includes('waiting for'))
  rmSync(stage.path('run'), { recursive: true })
  db.stdin.end('go\n')
  t.is((await db.end).code, 3)
  t.like(stage.record('run/db/failed'), { exitCode: 3 })
  t.is((await app.end).stdout, 'open\n')
  t.true(stage.has('run/app/completed'))
})

/**
 * Runs a script with `run` on a volume of one page for each of the files that fit in, in a mount namespace of its own.
 * @returns undefined where this user may not mount, neither as root nor in a user namespace.
 */
async function onSmallVolume(stage: Stage, files: number, script: string): Promise<string | undefined> {
  stage.write('run/.volume')
  const size = files * 4096
  const mount = `mount -t tmpfs -o size=${size} none run || { echo no mount; exit; }; alias entrypoint=${process.cwd()}/dist/entrypoint`
  const rights = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const words = [...rights, '--mount', 'sh', '-c', `${mount}\n${script}`]
  const { stdout } = await execa('unshare', words, { cwd: stage.dir, reject: false, stdin: 'ignore' })
  return stdout.includes('no mount') || stdout === '' ? undefined : stdout
}

test('a full volume is said, the end is a failure of ours, and the followers do not hang', async (t) => {
  const stage = openStage(t)
  const said = await onSmallVolume(
    stage,
    2,
    `(entrypoint --run-dir run --name db -- true 2> db.log; echo db $?) &
     entrypoint --run-dir run --name app --wait-file run/db/completed -- touch ran 2> app.log; echo app $?; wait`,
  )
  if (said === undefined) {
    t.pass('may not mount here')
    return
  }
  t.deepEqual(said.split('\n').toSorted(), ['app 1', 'db 125'])
  t.true(stage.read('db.log').includes('run/db/completed: no space left on the volume (ENOSPC)'))
  t.true(stage.read('app.log').includes('PredecessorDied'))
  t.false(stage.has('ran'))
})

test('a flag that found no room is written when there is some', async (t) => {
  const stage = openStage(t)
  const said = await onSmallVolume(
    stage,
    1,
    `echo full > run/full
     entrypoint --run-dir run --name db -- sleep 600 2> db.log & db=$!
     until grep -q 'cannot write .*ready' db.log; do sleep 0.01; done; rm run/full; mount -o remount,size=64k run
     entrypoint --run-dir run --name app --wait-file run/db/ready -- echo open 2> app.log; kill $db; wait`,
  )
  if (said === undefined) {
    t.pass('may not mount here')
    return
  }
  t.is(said, 'open')
  t.is(readEvents(stage.read('db.log')).filter((line) => line.startsWith('cannot write')).length, 2)
})
