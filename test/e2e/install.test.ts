/** `install`: the executable and its libraries into a volume, whole or not at all, and they run there on their own. */
import test, { type ExecutionContext } from 'ava'
import { execa } from 'execa'
import { once } from 'node:events'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openStage, type Stage } from '../support/entrypoint.ts'
import { BUILT, collectLibraries, findProgram, listFiles, putExecutable, ROOT, run } from '../support/installed.ts'

interface Scene extends Stage {
  /** An executable with its libraries, as the image has it. */
  readonly image: string
}

const shared = fs.mkdtempSync(join(tmpdir(), 'podorder-'))
let image = ''

test.before(async () => {
  fs.chmodSync(shared, 0o755)
  image = putExecutable(join(shared, 'image'), { libraries: await collectLibraries(join(shared, 'libraries')) })
})

test.after.always(() => fs.rmSync(shared, { recursive: true, force: true }))

function openScene(t: ExecutionContext): Scene {
  return { ...openStage(t), image }
}

const INSTALLED = ['entrypoint', 'lib/ld.so', 'lib/libc.so.6', 'lib/libdl.so.2', 'lib/libm.so.6', 'lib/libpthread.so.0']

/** The files that a process of it has mapped: its own, and the loader's and the C library's. */
async function readMaps(executable: string): Promise<readonly string[]> {
  const script = 'cut -c74- /proc/$PPID/maps'
  const { stdout } = await run([executable, '--quiet', '--', 'sh', '-c', script])
  return [...new Set(stdout.split('\n').filter((path) => path.startsWith('/')))].toSorted()
}

function identify(path: string): string {
  const { ino, mtimeMs, mode } = fs.statSync(path)
  return `${ino} ${mtimeMs} ${mode.toString(8)}`
}

test('what is installed runs with the libraries beside it alone', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  const { code, stdout } = await run([scene.image, 'install', '--to', to])
  t.is(code, 0)
  t.regex(stdout, /^copied 6 files to \S+, \d+ bytes; \d+ ms$/)
  t.deepEqual(listFiles(to), INSTALLED)
  for (const name of INSTALLED) t.is(fs.statSync(join(to, name)).mode & 0o7777, 0o755)
  t.deepEqual(
    await readMaps(join(to, 'entrypoint')),
    INSTALLED.map((name) => join(to, name)),
  )
})

/** Needs strace. A stage is on a local disk or in memory, as an emptyDir is. */
const traced = findProgram('strace') === undefined ? test.skip : test

traced('it does not wait until a local disk has the copies', async (t) => {
  const scene = openScene(t)
  const trace = ['strace', '-f', '-qq', '-e', 'trace=rename,renameat,fsync,fdatasync,sync,syncfs,msync']
  const { code, stderr } = await run([...trace, scene.image, 'install', '--to', scene.path('bin')])
  t.is(code, 0)
  t.regex(stderr, /rename/, 'strace sees what it does')
  t.notRegex(stderr, /sync/)
})

traced(
  'what every start uses much of is written in pieces of 2 MiB, which can be huge pages, and nothing else is',
  async (t) => {
    const scene = openScene(t)
    const trace = ['strace', '-f', '-qq', '-s', '0', '-e', 'trace=pwrite64']
    const { code, stderr } = await run([...trace, scene.image, 'install', '--to', scene.path('bin')])
    t.is(code, 0)
    const writes = [...stderr.matchAll(/"\.*, (\d+), (\d+)\) += \d+/g)].map(([, size, at]) => [
      Number(size),
      Number(at),
    ])
    const huge = writes.filter(([size = 0]) => size > 65_536)
    t.true(huge.length > 3 && huge.length < 30, `${huge.length} of ${writes.length}`)
    for (const [size, at = 1] of huge) t.deepEqual([size, at % 2_097_152], [2_097_152, 0])
  },
)

test('the number of bytes is that of the files', async (t) => {
  const scene = openScene(t)
  const { stdout } = await run([scene.image, 'install', '--to', scene.path('bin')])
  const bytes = INSTALLED.reduce((sum, name) => sum + fs.statSync(scene.path(`bin/${name}`)).size, 0)
  t.true(stdout.includes(` ${bytes} bytes`), stdout)
})

test('LD_LIBRARY_PATH of the container does not reach it', async (t) => {
  const scene = openScene(t)
  await run([scene.image, 'install', '--to', scene.path('bin')])
  scene.write('foreign/libc.so.6', 'not a library')
  const env = { LD_LIBRARY_PATH: scene.path('foreign') }
  t.is((await run([scene.path('bin/entrypoint'), '--version'], { env })).code, 0)
})

test('an installed copy installs again, and the first is not needed any more', async (t) => {
  const scene = openScene(t)
  await run([scene.image, 'install', '--to', scene.path('first')])
  const second = scene.path('a much longer way to/the second')
  t.is((await run([scene.path('first/entrypoint'), 'install', '--to', second])).code, 0)
  fs.rmSync(scene.path('first'), { recursive: true })
  t.true((await readMaps(join(second, 'entrypoint'))).every((path) => path.startsWith(second)))
})

test('a directory may have 1000 bytes, and characters of any kind but those of the loader', async (t) => {
  const scene = openScene(t)
  let to = scene.path('zwölf Größen %d "\'\\ 容器')
  while (Buffer.byteLength(to) < 1000) to = join(to, 'x'.repeat(Math.min(200, 999 - Buffer.byteLength(to)) || 1))
  t.is(Buffer.byteLength(to), 1000)
  t.is((await run([scene.image, 'install', '--to', to])).code, 0)
  t.is((await run([join(to, 'entrypoint'), '--version'])).code, 0)
})

test('done once, it is left alone', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  await run([scene.image, 'install', '--to', to])
  const before = INSTALLED.map((name) => identify(join(to, name)))
  for (const executable of [scene.image, join(to, 'entrypoint')]) {
    const { code, stdout } = await run([executable, 'install', '--to', `${dirname(to)}//./bin/`])
    t.is(code, 0)
    t.regex(stdout, /^\S+ is up to date, nothing copied; \d+ ms$/)
  }
  t.deepEqual(
    INSTALLED.map((name) => identify(join(to, name))),
    before,
  )
})

test('what is damaged, or may not be run, is replaced, and the rest is not', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  await run([scene.image, 'install', '--to', to])
  const sound = fs.readFileSync(join(to, 'entrypoint'))
  const damaged = Buffer.from(sound)
  damaged[50_000_000] = (damaged[50_000_000] ?? 0) ^ 1
  fs.writeFileSync(join(to, 'entrypoint'), damaged)
  fs.chmodSync(join(to, 'lib/libm.so.6'), 0o600)
  const { stdout } = await run([scene.image, 'install', '--to', to])
  t.true(stdout.startsWith('copied 2 files'), stdout)
  t.true(fs.readFileSync(join(to, 'entrypoint')).equals(sound))
  t.is(fs.statSync(join(to, 'lib/libm.so.6')).mode & 0o777, 0o755)
})

test('an executable that runs is replaced under it', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  await run([scene.image, 'install', '--to', to])
  const running = execa(join(to, 'entrypoint'), ['--quiet', '--', 'sh', '-c', 'echo ready; cat'])
  await once(running.stdout, 'data')
  fs.chmodSync(join(to, 'entrypoint'), 0o700)
  const { stdout } = await run([scene.image, 'install', '--to', to])
  t.true(stdout.startsWith('copied 1 file '), stdout)
  running.stdin.end('done')
  t.is((await running).stdout, 'ready\ndone')
})

test('several at once leave one whole executable, and nothing beside it', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  const words = [scene.image, 'install', '--to', to, '--run-dir', scene.path('run'), '--containers', 'db,app']
  const ends = await Promise.all(Array.from({ length: 4 }, () => run(words)))
  t.deepEqual(
    ends.map(({ code }) => code),
    [0, 0, 0, 0],
  )
  t.deepEqual(listFiles(to), INSTALLED)
  t.is((await run([join(to, 'entrypoint'), '--version'])).code, 0)
})

test('what a killed install left is removed; what another may be writing is not', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  scene.write('bin/entrypoint.0001.making', 'half')
  scene.write('bin/entrypoint.0002.making', 'half')
  scene.write('bin/entrypoint.mine', 'whole')
  fs.utimesSync(join(to, 'entrypoint.0001.making'), new Date(), new Date(Date.now() - 120_000))
  await run([scene.image, 'install', '--to', to])
  t.deepEqual(listFiles(to), [...INSTALLED, 'entrypoint.0002.making', 'entrypoint.mine'].toSorted())
})

test('without libraries beside it, it is copied as it is, and says so', async (t) => {
  const stage = openStage(t)
  const { code, stdout } = await run([BUILT, 'install', '--to', stage.path('bin')])
  t.is(code, 0)
  t.regex(stdout, /^copied 1 file to .*; no lib directory beside it: it will use the C library of each image; \d+ ms$/)
  t.true(fs.readFileSync(BUILT).equals(fs.readFileSync(stage.path('bin/entrypoint'))))
})

test('each container gets a run directory that any uid can write to, whatever the umask', async (t) => {
  const stage = openStage(t)
  const words = [
    BUILT,
    'install',
    '--to',
    stage.path('bin'),
    '--run-dir',
    stage.path('pod/run'),
    '--containers',
    'db,app',
  ]
  const { code, stdout } = await run(['sh', '-c', 'umask 077; exec "$@"', 'sh', ...words])
  t.is(code, 0)
  t.true(stdout.includes(`; 2 run directories in ${stage.path('pod/run')};`), stdout)
  for (const name of ['db', 'app']) t.is(fs.statSync(stage.path(`pod/run/${name}`)).mode & 0o7777, 0o1777)
})

test('flags of an earlier life are wiped, and only those of the containers', async (t) => {
  const stage = openStage(t)
  fs.mkdirSync(stage.path('run/db'), { recursive: true, mode: 0o700 })
  for (const name of ['run/db/started', 'run/db/completed', 'run/other/ready']) stage.write(name)
  fs.symlinkSync(stage.path('run/other'), stage.path('run/db/link'))
  fs.chmodSync(stage.path('run'), 0o711)
  const words = ['--to', stage.path('bin'), '--run-dir', stage.path('run'), '--containers', 'db']
  const { stdout } = await run([BUILT, 'install', ...words])
  t.true(stdout.includes('; 3 old flags removed;'), stdout)
  t.deepEqual(fs.readdirSync(stage.path('run/db')), [])
  t.true(stage.has('run/other/ready'))
  t.is(fs.statSync(stage.path('run/db')).mode & 0o7777, 0o1777)
  t.is(fs.statSync(stage.path('run')).mode & 0o7777, 0o711)
})

const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('it works as uid 65534 with an empty environment', async (t) => {
  const scene = openScene(t)
  fs.mkdirSync(scene.path('volume'))
  fs.chmodSync(scene.path('volume'), 0o777)
  const [to, runDir] = [scene.path('volume/bin'), scene.path('volume/run')]
  const words = [scene.image, 'install', '--to', to, '--run-dir', runDir, '--containers', 'app']
  const nobody = { uid: 65534, gid: 65534, env: {}, cwd: '/' }
  for (let life = 0; life < 2; life++) t.like(await run(words, nobody), { code: 0, stderr: '' })
  t.is((await run([join(to, 'entrypoint'), '--run-dir', runDir, '--name', 'app', '--', '/bin/true'], nobody)).code, 0)
  t.is(fs.statSync(to).uid, 65534)
})

asRoot('a directory that its uid cannot write to: what, where and what to do', async (t) => {
  const scene = openScene(t)
  fs.mkdirSync(scene.path('bin'))
  const { code, stderr } = await run([scene.image, 'install', '--to', scene.path('bin')], { uid: 65534, gid: 65534 })
  t.is(code, 125)
  t.is(
    stderr,
    `entrypoint: cannot write ${scene.path('bin/lib/ld.so')}: permission denied (EACCES); mount a volume there that uid 65534 may write to`,
  )
  t.deepEqual(fs.readdirSync(scene.path('bin')), [])
})

/** Runs it with a file system of its own at `to`, and tells what is there afterwards. */
const WITH_VOLUME = [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  'mount -t tmpfs -o "$1" none "$2" && echo old > "$2/entrypoint" && if [ "$3" = ro ]; then mount -o remount,ro "$2"; fi; ' +
    'to="$2"; shift 3; "$@"; echo "code $?"; cat "$to/entrypoint"; cd "$to" && find . -type f | sort',
]

test('a full volume: what was there stays, nothing half written is left', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  fs.mkdirSync(to)
  const words = [...WITH_VOLUME, 'sh', 'size=40m', to, 'rw', scene.image, 'install', '--to', to]
  const { stdout, stderr } = await run(words)
  t.is(
    stderr,
    `entrypoint: cannot write ${to}/entrypoint: no space left on the volume (ENOSPC); what was there is unchanged; give the volume more room (an emptyDir’s sizeLimit, say)`,
  )
  t.deepEqual(stdout.split('\n'), ['code 125', 'old', ...INSTALLED.map((name) => `./${name}`)])
})

test('a read-only volume', async (t) => {
  const scene = openScene(t)
  const to = scene.path('bin')
  fs.mkdirSync(to)
  const { stdout, stderr } = await run([...WITH_VOLUME, 'sh', 'size=1m', to, 'ro', scene.image, 'install', '--to', to])
  t.is(
    stderr,
    `entrypoint: cannot write ${to}/lib/ld.so: the file system is read-only (EROFS); mount a volume there that uid 0 may write to`,
  )
  t.deepEqual(stdout.split('\n'), ['code 125', 'old', './entrypoint'])
})

test('a path with a file in it', async (t) => {
  const stage = openStage(t)
  stage.write('file')
  const { code, stderr } = await run([BUILT, 'install', '--to', stage.path('file/bin')])
  t.is(code, 125)
  t.is(stderr, `entrypoint: cannot write ${stage.path('file/bin/entrypoint')}: a part of its path is a file (ENOTDIR)`)
})

test('without --to the run directories are made and nothing is copied', async (t) => {
  const stage = openStage(t)
  stage.write('run/db/ready')
  const { code, stdout } = await run([BUILT, 'install', `--run-dir=${stage.path('run')}`, '--containers=db,app'])
  t.is(code, 0)
  t.regex(stdout, /^2 run directories in \S+; 1 old flag removed; \d+ ms$/)
  t.deepEqual(fs.readdirSync(stage.path('run')).toSorted(), ['app', 'db'])
  t.deepEqual(fs.readdirSync(stage.path('run/db')), [])
  for (const name of ['app', 'db']) t.is(fs.statSync(stage.path(`run/${name}`)).mode & 0o7777, 0o1777)
})

for (const [runtime, program] of [
  ['node', process.execPath],
  ['bun', join(ROOT, 'node_modules/.bin/bun')],
] as const) {
  test(`run by ${runtime} there is no executable to install`, async (t) => {
    const stage = openStage(t)
    const { code, stderr } = await run([program, join(ROOT, 'cmd/entrypoint.ts'), 'install', '--to', stage.path('bin')])
    t.is(code, 125)
    t.regex(stderr, /^entrypoint: cannot install \S+: .* not one of ours.*; run install from the built entrypoint/)
    t.false(stage.has('bin'))
  })
}

const LIST = '(entrypoint install --help lists the flags)'
const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [[], 'install needs --to DIR, where the executable goes, or --run-dir and --containers, or all of them'],
  [['--to', ''], '--to is empty; give the directory where the executable goes'],
  [['--to', '/'], '--to cannot be /: the libraries would replace those in /lib'],
  [['--to', '/a:b'], '--to "/a:b" has : in it; the loader cannot take such a path'],
  [['--to', '/$LIB'], '--to "/$LIB" has $ in it; the loader cannot take such a path'],
  [['--to', `/${'x'.repeat(1000)}`], '--to is 1001 bytes long; the longest that can be is 1000'],
  [['--to', '/x', 'y'], 'install takes flags only, not "y"'],
  [['--to', '/x', '--', 'y'], 'install takes flags only, not "y"'],
  [['--too', '/x'], 'unknown flag --too; did you mean --to?'],
  [['--to', '/x', '--run-dir', '/y'], '--run-dir and --containers go together; give both or neither'],
  [['--to', '/x', '--containers', 'a'], '--run-dir and --containers go together; give both or neither'],
  [
    ['--to', '/x', '--run-dir', '/y', '--containers', 'a,../b'],
    '--containers: "../b" is not a container name; use lower case letters, digits and -',
  ],
]

for (const [words, problem] of REFUSED) {
  test(`refused: install ${words.join(' ').slice(0, 50)}`, async (t) => {
    t.deepEqual(await run([BUILT, 'install', ...words]), {
      code: 2,
      stdout: '',
      stderr: `entrypoint: ${problem} ${LIST}`,
    })
  })
}

test('--help says what it does', async (t) => {
  const { code, stdout } = await run([BUILT, 'install', '--help'])
  t.is(code, 0)
  for (const flag of ['--to DIR', '--run-dir DIR', '--containers NAMES']) t.true(stdout.includes(flag))
})
