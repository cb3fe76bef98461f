/** The gate opens when a wait file is there, however it comes: watch, then look. */
import test from 'ava'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { openStage, readEvents, type Runtime, type Stage } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { countInstances, countWatches } from '../../support/proc.ts'

interface Coming {
  readonly how: string
  readonly file: string
  readonly flags?: readonly string[]
  /** Before the start. */
  readonly before?: (stage: Stage) => void
  /** While it waits; each step is taken when it has been seen waiting after the one before. */
  readonly during: (stage: Stage) => void
}

const WAYS: readonly Coming[] = [
  {
    how: 'is created in a directory that is there',
    file: 'here/flag',
    before: (stage) => mkdirSync(stage.path('here')),
    during: (stage) => writeFileSync(stage.path('here/flag'), 'x'),
  },
  {
    how: 'is created empty',
    file: 'here/flag',
    before: (stage) => mkdirSync(stage.path('here')),
    during: (stage) => writeFileSync(stage.path('here/flag'), ''),
  },
  {
    how: 'is created three missing directories below',
    file: 'a/b/c/flag',
    during(stage) {
      mkdirSync(stage.path('a/b/c'), { recursive: true })
      writeFileSync(stage.path('a/b/c/flag'), 'x')
    },
  },
  {
    how: 'is renamed into place from another directory',
    file: 'here/flag',
    before: (stage) => mkdirSync(stage.path('here')),
    during(stage) {
      writeFileSync(stage.path('aside'), 'x')
      renameSync(stage.path('aside'), stage.path('here/flag'))
    },
  },
  {
    how: 'comes with its parent, renamed into place',
    file: 'here/deep/flag',
    during(stage) {
      mkdirSync(stage.path('aside/deep'), { recursive: true })
      writeFileSync(stage.path('aside/deep/flag'), 'x')
      renameSync(stage.path('aside'), stage.path('here'))
    },
  },
  {
    how: 'gets its content later',
    file: 'here/flag',
    flags: ['--wait-file-content'],
    before: (stage) => stage.write('here/flag', ''),
    during: (stage) => writeFileSync(stage.path('here/flag'), 'READY'),
  },
  {
    how: 'gets its content by the swap of ..data, as the kubelet updates a volume',
    file: 'volume/ready',
    flags: ['--wait-file-content'],
    before(stage) {
      stage.write('volume/..1/ready', '')
      symlinkSync('..1', stage.path('volume/..data'))
      symlinkSync('..data/ready', stage.path('volume/ready'))
    },
    during(stage) {
      stage.write('volume/..2/ready', 'READY')
      symlinkSync('..2', stage.path('volume/..data_tmp'))
      renameSync(stage.path('volume/..data_tmp'), stage.path('volume/..data'))
    },
  },
  {
    how: 'comes after its parent was removed and made again',
    file: 'here/flag',
    before: (stage) => mkdirSync(stage.path('here')),
    during(stage) {
      rmSync(stage.path('here'), { recursive: true })
      stage.write('here/flag')
    },
  },
  {
    how: 'is a dangling symlink whose target appears elsewhere',
    file: 'here/flag',
    before(stage) {
      mkdirSync(stage.path('here'))
      symlinkSync(stage.path('elsewhere'), stage.path('here/flag'))
    },
    during: (stage) => writeFileSync(stage.path('elsewhere'), 'x'),
  },
  {
    how: 'is a directory',
    file: 'here/flag',
    during: (stage) => mkdirSync(stage.path('here/flag'), { recursive: true }),
  },
]

for (const { how, file, flags = [], before, during } of WAYS) {
  test(`the gate opens when the wait file ${how}`, async (t) => {
    const stage = openStage(t)
    before?.(stage)
    const wrapper = stage.start([...flags, '--wait-file', stage.path(file), '--', 'echo', 'open'])
    await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
    t.is(wrapper.stdout(), '')
    during(stage)
    const end = await wrapper.end
    t.is(end.stdout, 'open\n')
    t.is(end.code, 0)
  })
}

for (const runtime of ['executable', 'node'] satisfies Runtime[]) {
  test(`a wait file that is there already is not waited for (${runtime})`, async (t) => {
    const stage = openStage(t)
    stage.write('flag')
    const end = await stage.run(['--wait-file', 'flag', '--', 'echo', 'open'], { runtime })
    t.is(end.stdout, 'open\n')
    t.false(end.stderr.includes('waiting'))
  })

  test(`the gate opens when all wait files are there, in whatever order they come (${runtime})`, async (t) => {
    const stage = openStage(t)
    const flags = ['--wait-file', 'a/1,b/2', '--wait-file', 'c/3']
    const wrapper = stage.start([...flags, '--', 'echo', 'open'], { runtime })
    await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
    for (const name of ['c/3', 'a/1']) stage.write(name)
    t.is(wrapper.stdout(), '')
    stage.write('b/2')
    t.is((await wrapper.end).stdout, 'open\n')
  })
}

test('a wait file that is gone again when the last one comes is waited for again', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--wait-file', 'a', '--wait-file', 'b', '--', 'echo', 'open'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  stage.write('a')
  rmSync(stage.path('a'))
  stage.write('b')
  stage.write('unrelated')
  t.is(wrapper.stdout(), '')
  stage.write('a')
  t.is((await wrapper.end).stdout, 'open\n')
})

test('a good wait file wins over .err beside it', async (t) => {
  const stage = openStage(t)
  stage.write('flag')
  stage.write('flag.err')
  t.is((await stage.run(['--wait-file', 'flag', '--', 'echo', 'open'])).stdout, 'open\n')
})

test('100 wait files in 100 directories are waited for at once', async (t) => {
  const stage = openStage(t)
  const names = Array.from({ length: 100 }, (_, index) => `d${index}/flag`)
  const wrapper = stage.start([...names.flatMap((name) => ['--wait-file', name]), '--', 'echo', 'open'])
  await eventually('it waits', () => wrapper.stderr().includes('and 92 more'))
  for (const name of names.slice(1).toReversed()) stage.write(name)
  t.is(wrapper.stdout(), '')
  stage.write('d0/flag')
  t.is((await wrapper.end).stdout, 'open\n')
})

test('what it waits for is said at once, by container name within the run directory', async (t) => {
  const stage = openStage(t)
  stage.write('run/db/started')
  const waits = ['--wait-file', stage.path('run/db/ready'), '--wait-file', stage.path('other')]
  const wrapper = stage.member('app', [...waits, '--', 'true'])
  await eventually('it waits', () => wrapper.stderr().includes('\n'))
  t.deepEqual(readEvents(wrapper.stderr()), [
    `waiting for db/ready (not started yet), ${stage.path('other')} (not started yet)`,
  ])
})

test('what opened the gate last is told in the started flag', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.member('app', ['--wait-file', stage.path('run/db/ready'), '--', 'true'])
  await eventually('it waits', () => wrapper.stderr().includes('waiting for'))
  stage.write('run/db/ready')
  await wrapper.end
  t.is(stage.record('run/app/started')?.waitedFor, 'db/ready')
})

test('it watches while it waits, and no more once the command runs', async (t) => {
  const stage = openStage(t)
  const wrapper = stage.start(['--wait-file', 'flag', '--', 'sleep', '600'])
  await eventually('it watches', () => countWatches(wrapper.pid) > 0)
  stage.write('flag')
  await eventually('it watches no more', () => countWatches(wrapper.pid) === 0)
  await eventually('it has started', () => wrapper.stderr().includes('started'))
  t.pass()
})

for (const [limit, code] of [
  ['instances', 'EMFILE'],
  ['watches', 'ENOSPC'],
] as const) {
  test(`where inotify’s ${limit} are used up it warns once and polls`, async (t) => {
    const stage = openStage(t)
    // A user namespace has its own limit, so that nobody else's watches suffer.
    const script = `echo 0 > /proc/sys/user/max_inotify_${limit} && exec "$@"`
    const prefix = ['unshare', '--map-root-user', 'sh', '-c', script, 'sh']
    const probe = await stage.run(['--', 'true'], { prefix })
    if (probe.code !== 0) {
      t.pass(`no user namespaces here: ${probe.stderr}`)
      return
    }
    const wrapper = stage.start(['--wait-file', 'deep/down/flag', '--', 'echo', 'open'], { prefix })
    await eventually('it warns', () => wrapper.stderr().includes(code))
    stage.write('deep/down/flag')
    const end = await wrapper.end
    t.is(end.stdout, 'open\n')
    const used = `${code}: fs.inotify.max_user_${limit} of this node and uid is used up`
    t.deepEqual(
      readEvents(end.stderr).filter((line) => line.startsWith('cannot watch')),
      [`cannot watch for changes (${used}); looking every 100 ms instead`],
    )
  })
}

/** A node has 128 for each user. */
test('it has one inotify instance while it waits, whatever for, and none once it runs the command', async (t) => {
  const stage = openStage(t)
  stage.write('here/other')
  const files = ['here/flag', 'a/b/c/flag', 'elsewhere/flag']
  const wrapper = stage.member('app', [
    ...files.map((file) => `--wait-file=${stage.path(file)}`),
    ...['--stop-after', 'db', '--stop-wait', '1h', '--stop-alone', '1h', '--', 'sleep', '600'],
  ])
  await eventually('it watches', () => countWatches(wrapper.pid) > 0)
  t.is(countInstances(wrapper.pid), 1)
  for (const file of files) stage.write(file)
  await stage.appears('run/app/started')
  await eventually('it has none', () => countInstances(wrapper.pid) === 0)
  stage.member('db', ['--', 'sleep', '600'])
  await stage.appears('run/db/started')
  wrapper.signal('SIGTERM')
  await eventually('it watches db', () => countWatches(wrapper.pid) > 0)
  t.is(countInstances(wrapper.pid), 1)
  t.notRegex(wrapper.stderr(), /cannot watch/)
})
