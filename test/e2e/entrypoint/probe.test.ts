/** `entrypoint probe` and the flag `live`: the kubelet's probes are held back until there is an application to probe. */
import test from 'ava'
import { chmodSync, mkdirSync } from 'node:fs'
import { openStage, readEvents, type Runtime, sh, type Stage, type StartOptions } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'

const probe = (stage: Stage, options?: StartOptions) =>
  stage.run(['probe', `--run-dir=${stage.path('run')}`, '--name=app'], options)

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`it fails while the container waits and starts, and succeeds once it is live (${runtime})`, async (t) => {
    const stage = openStage(t)
    const startup = ['--startup-probe', '{"exec":{"command":["test","-e","up"]}}']
    t.like(await probe(stage, { runtime }), { code: 1, stdout: 'app is waiting for its turn to start\n', stderr: '' })
    const wrapper = stage.member('app', [...startup, '--wait-file', 'go', '--', 'cat'])
    await stage.appears('run/app/alive.sock')
    t.like(await probe(stage, { runtime }), { code: 1, stdout: 'app is waiting for its turn to start\n' })
    stage.write('go')
    await stage.appears('run/app/started')
    t.like(await probe(stage, { runtime }), { code: 1, stdout: 'app is starting\n' })
    stage.write('up')
    await stage.appears('run/app/ready')
    t.like(await probe(stage, { runtime }), { code: 0, stdout: '', stderr: '' })
    wrapper.stdin.end()
    await wrapper.end
    t.like(await probe(stage, { runtime }), { code: 1, stdout: 'app has ended\n' })
  })
}

const NOBODY = 65_534

test('it takes no right but to look: another uid, a run directory that nobody may write', async (t) => {
  const stage = openStage(t)
  mkdirSync(stage.path('run/app'), { recursive: true })
  stage.write('run/app/live')
  for (const dir of ['run/app', 'run']) chmodSync(stage.path(dir), 0o555)
  const options = process.getuid?.() === 0 ? { uid: NOBODY } : {}
  t.like(await probe(stage, options), { code: 0, stderr: '' })
})

test('a run directory that cannot be looked into is a failure that says so', async (t) => {
  const stage = openStage(t)
  stage.write('run')
  const why = 'a part of its path is a file (ENOTDIR)'
  t.like(await probe(stage), { code: 1, stdout: `cannot look into ${stage.path('run/app')}: ${why}\n`, stderr: '' })
})

test('that nobody reads what it says changes nothing', async (t) => {
  const stage = openStage(t)
  const prefix = ['sh', '-c', 'exec "$@" >/dev/full', 'sh']
  t.like(await probe(stage, { prefix }), { code: 1, stderr: '' })
})

const MISUSES: readonly (readonly [readonly string[], string])[] = [
  [[], 'probe needs --run-dir=DIR and --name=NAME'],
  [['--run-dir=run'], 'probe needs --run-dir=DIR and --name=NAME'],
  [['--nmae=app'], 'unknown flag --nmae; did you mean --name?'],
  [['--run-dir=run', '--name=app', 'now'], 'probe takes flags only, not "now"'],
  [['--run-dir=run', '--name=app', '--', 'true'], 'probe takes flags only, not "--"'],
]

for (const [words, problem] of MISUSES) {
  test(`probe ${words.join(' ')}: ${problem}`, async (t) => {
    const end = await openStage(t).run(['probe', ...words])
    t.like(end, { code: 2, stdout: '', stderr: `entrypoint: ${problem} (entrypoint --help lists the flags)\n` })
  })
}

test('a command of the name probe stands behind --, as any other', async (t) => {
  const stage = openStage(t)
  t.is((await stage.run(['--', 'probe'])).code, 127)
})

test('--live-delay 0s makes a container live as soon as it is started', async (t) => {
  const stage = openStage(t)
  stage.member('app', ['--live-delay', '0s', '--', 'cat'])
  await stage.appears('run/app/ready')
  t.true(stage.has('run/app/live'))
})

test('--live-delay makes it live after that time, ready or not', async (t) => {
  const stage = openStage(t)
  stage.member('soon', ['--live-delay', '20ms', '--ready-exec', '["false"]', '--', 'cat'])
  stage.member('late', ['--live-delay', '1h', '--', 'cat'])
  await stage.appears('run/soon/live')
  t.false(stage.has('run/soon/ready'))
  await stage.appears('run/late/ready')
  t.false(stage.has('run/late/live'))
})

test('nobody is live who was not asked to be', async (t) => {
  const stage = openStage(t)
  stage.member('plain', ['--', 'cat'])
  stage.member('probed', ['--ready-exec', '["true"]', '--', 'cat'])
  for (const name of ['plain', 'probed']) await stage.appears(`run/${name}/ready`)
  t.deepEqual(
    ['plain', 'probed'].filter((name) => stage.has(`run/${name}/live`)),
    [],
  )
})

test('--exec with --live-delay 0s leaves a command behind that is live', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--exec', '--live-delay', '0s', '--', ...sh('echo up; read go')])
  await eventually('it runs', () => wrapper.stdout() === 'up\n')
  t.true(stage.has('run/app/live'))
})

test('a new life begins without being live', async (t) => {
  const stage = openStage(t)
  const words = ['--restart-policy', 'Always', '--live-delay', '0s', '--wait-file', stage.path('go'), '--', 'cat']
  stage.write('go')
  const first = stage.member('app', words)
  await stage.appears('run/app/live')
  first.signal('SIGKILL')
  await first.gone
  stage.write('run/app/live')
  const second = stage.member('app', words.with(5, stage.path('not-yet')))
  await eventually('it waits', () => second.stderr().includes('waiting for'))
  t.false(stage.has('run/app/live'))
})

test('a retry is not live before it has come up itself', async (t) => {
  const stage = openStage(t)
  const retry = ['--retries', '1', '--retry-delay', '5m', '--retry-jitter', '0']
  const wrapper = stage.member('app', [...retry, '--live-delay', '0s', '--', 'false'])
  await eventually('it delays', () => wrapper.stderr().includes('next attempt in 5m'))
  t.false(stage.has('run/app/live'))
  t.regex(readEvents(wrapper.stderr()).at(-1) ?? '', /^attempt 1 of 2 failed: exit code 1/)
})
