/** A wrapper in its own directory, where its command, which may be another user, has put what it likes. */
import test from 'ava'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { openStage, sh, type Runtime } from '../../support/entrypoint.ts'
import { findProgram } from '../../support/installed.ts'
import { IS_ROOT } from '../../support/hostile-files.ts'

const RUNTIMES: readonly Runtime[] = ['executable', 'node']

/** Everything that a completed life publishes. */
const FLAGS = ['completed', 'ended', 'exitCode', 'failed.err', 'ready', 'started', 'stopped']

/** [what the command does in its directory; `$PPID` is its wrapper] */
const DEEDS: Readonly<Record<string, string>> = {
  'links in place of flags': 'ln -s ../../precious completed; ln -s nowhere ended; ln -s ../../precious failed.err',
  'pipes and sockets in place of flags': 'mkfifo completed ended failed.err',
  'directories in place of flags': 'mkdir completed ended; mkdir -p exitCode/deep/deeper; touch exitCode/deep/file',
  'a link out of a directory in the way':
    'mkdir -p completed/sub; ln -s ../../.. completed/sub/out; ln -s ../.. completed/up',
  'links under the names of files in the making':
    'for f in completed ended exitCode stopped; do ln -s ../../precious $f.$PPID.making; done',
  'a directory in place of the socket': 'rm alive.sock; mkdir alive.sock',
}

for (const runtime of RUNTIMES) {
  for (const [what, deed] of Object.entries(DEEDS)) {
    test(`flags are published whatever lies in the way: ${what}, ${runtime}`, async (t) => {
      const stage = openStage(t)
      stage.write('precious', 'precious')
      const { code, stderr } = await stage.member('a', ['--', ...sh(`cd run/a; ${deed}`)], { runtime }).end
      t.is(code, 0, stderr)
      t.is(stage.read('precious'), 'precious')
      for (const flag of FLAGS) t.true(lstatSync(stage.path(`run/a/${flag}`)).isFile(), flag)
      const again = await stage.member('a', ['--rerun', '--', 'true'], { runtime }).end
      t.is(again.code, 0, again.stderr)
      t.deepEqual(readdirSync(stage.path('run/a')).toSorted(), ['alive.sock', ...FLAGS])
      t.is(stage.read('precious'), 'precious')
    })
  }

  test(`a life begins whatever an earlier one has left: ${runtime}`, async (t) => {
    const stage = openStage(t)
    mkdirSync(stage.path('run/a/started/deep/deeper'), { recursive: true })
    mkdirSync(stage.path('run/a/alive.sock'))
    writeFileSync(stage.path('run/a/started/deep/file'), '')
    const { code, stderr } = await stage.member('a', ['--', 'true'], { runtime }).end
    t.is(code, 0, stderr)
    t.deepEqual(readdirSync(stage.path('run/a')).toSorted(), ['alive.sock', ...FLAGS])
  })

  test(`more in the way than can be removed in time does not stop a wrapper: ${runtime}`, async (t) => {
    const stage = openStage(t)
    const many = 'cd run/a; mkdir completed; cd completed; seq 12000 | xargs touch; cd ..'
    const deep = 'p=ended; for i in $(seq 80); do p=$p/d; done; mkdir -p $p'
    const { code, stderr } = await stage.member('a', ['--', ...sh(`${many}; ${deep}`)], { runtime }).end
    t.is(code, 0, stderr)
    for (const flag of FLAGS) t.true(lstatSync(stage.path(`run/a/${flag}`)).isFile(), flag)
  })

  test(`a wrapper that cannot publish says so, and its followers learn of its end: ${runtime}`, async (t) => {
    const stage = openStage(t)
    mkdirSync(stage.path('run'))
    chmodSync(stage.path('run'), 0o777)
    // Only root can write all the same.
    const options = IS_ROOT ? { runtime, uid: 65_534 } : { runtime }
    const db = stage.member('db', ['--', ...sh('read _; chmod 0555 run/db')], options)
    await stage.appears('run/db/ready')
    const app = stage.member('app', ['--wait-file', stage.path('run/db/completed'), '--', 'touch', 'ran'], options)
    await stage.appears('run/app/alive.sock')
    db.stdin.write('\n')
    const ended = await db.end
    t.is(ended.code, 125)
    t.regex(ended.stderr, /cannot write .*completed: permission denied \(EACCES\)/)
    t.is((await app.end).code, 1)
    t.like(stage.record('run/app/completed.err'), { reason: 'PredecessorDied', origin: 'db' })
    t.false(stage.has('ran'))
  })
}

/** Needs strace. */
const traced = findProgram('strace') === undefined ? test.skip : test

for (const runtime of RUNTIMES) {
  traced(`the run directory may be made by another wrapper between two looks: ${runtime}`, async (t) => {
    const stage = openStage(t)
    mkdirSync(stage.path('run'))
    // What the first of two wrappers sees that start at the same time: no run directory yet, although there is one by now.
    const late = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=mkdir,mkdirat:error=ENOENT:when=1']
    const { code, stderr } = await stage.member('a', ['--', 'true'], { runtime, prefix: late }).end
    t.is(code, 0, stderr)
    t.true(stage.has('run/a/completed'))
  })
}

test('many wrappers that start at once make their run directory together', async (t) => {
  const stage = openStage(t)
  for (const round of ['one', 'two', 'three']) {
    const ends = Array.from({ length: 16 }, (_, index) =>
      stage.run(['--run-dir', stage.path(`${round}/deep/run`), '--name', `c${index}`, '--', 'true']),
    )
    for (const { code, stderr } of await Promise.all(ends)) t.is(code, 0, stderr)
  }
})

test('names of files in the making cannot be foreseen', async (t) => {
  const stage = openStage(t)
  stage.write('run/a/seen', '')
  const trace = ['strace', '-f', '-qq', '-e', 'trace=open,openat', '-o', stage.path('trace')]
  const traced = await stage.run(['--version'], { prefix: trace }).catch(() => undefined)
  if (traced?.code !== 0) {
    t.pass('no strace here')
    return
  }
  const namesOf = async (): Promise<readonly string[]> => {
    await stage.member('a', ['--rerun', '--', 'true'], { prefix: trace }).end
    const text = readFileSync(stage.path('trace'), 'utf8')
    return [...text.matchAll(/completed\.(\w+)\.making", (\S+?),/g)].map(([, name = '', flags = '']) => {
      t.regex(flags, /O_EXCL/)
      t.regex(flags, /O_NOFOLLOW/)
      return name
    })
  }
  const [first, second] = [await namesOf(), await namesOf()]
  t.true(first.length > 0 && second.length > 0)
  t.is(new Set([...first, ...second]).size, first.length + second.length)
})
