/** `init` of our own executable: the copy runs in any step's image, as any user, from a volume that is mounted read-only. */
import test from 'ava'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStage } from '../../support/entrypoint.ts'
import { collectLibraries, listFiles, putExecutable, run } from '../../support/installed.ts'

const shared = fs.mkdtempSync(join(tmpdir(), 'podorder-'))
let image = ''

test.before(async () => {
  fs.chmodSync(shared, 0o755)
  fs.mkdirSync('/tekton', { recursive: true })
  image = putExecutable(join(shared, 'image'), { libraries: await collectLibraries(join(shared, 'libraries')) })
})

test.after.always(() => fs.rmSync(shared, { recursive: true, force: true }))

/** Runs its arguments with a directory in the place of /tekton, of which others may only read `bin`. */
const inTekton = (directory: string, ...words: readonly string[]) => [
  ...['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /tekton && exec "$@"', directory],
  ...words,
]

test('the copy has its loader and libraries beside it, and uses no others', async (t) => {
  const stage = openStage(t)
  fs.mkdirSync(stage.path('bin'))
  const made = await run(inTekton(stage.dir, image, 'init', image, '/tekton/bin/entrypoint', 'step-one'))
  t.is(made.code, 0, made.stderr)
  t.true(listFiles(stage.path('bin')).includes('lib/ld.so'))
  t.is(fs.readlinkSync(stage.path('steps/step-one')), '/tekton/run/0/status')

  fs.mkdirSync(stage.path('run'), { mode: 0o777 })
  fs.chmodSync(stage.path('run'), 0o777)
  const anybody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all']
  const flags = ['-post_file', '/tekton/run/out', '-termination_path', '/tekton/run/message']
  const command = ['-entrypoint', 'sh', '--', '-c', 'cut -c74- /proc/$PPID/maps']
  const step = await run(inTekton(stage.dir, ...anybody, '/tekton/bin/entrypoint', ...flags, ...command))
  t.is(step.code, 0, step.stderr)
  t.true(stage.has('run/out'))
  const mapped = [...new Set(step.stdout.split('\n').filter((path) => path.startsWith('/')))]
  t.deepEqual(
    mapped.filter((path) => !path.startsWith('/tekton/bin/')),
    [],
  )
  t.true(mapped.includes('/tekton/bin/lib/ld.so'))
})

test('through a link to the executable too, and under another name', async (t) => {
  const stage = openStage(t)
  fs.symlinkSync(image, stage.path('link'))
  for (const target of ['/tekton/bin/entrypoint', '/tekton/tools/runner']) {
    const made = await run(inTekton(stage.dir, stage.path('link'), 'cp', '/tekton/link', target))
    t.is(made.code, 0, made.stderr)
    t.is((await run(inTekton(stage.dir, target, '--version'))).code, 0)
  }
})

test('a second time it changes nothing', async (t) => {
  const stage = openStage(t)
  const inode = () => fs.statSync(stage.path('bin/entrypoint')).ino
  t.is((await run(inTekton(stage.dir, image, 'cp', image, '/tekton/bin/entrypoint'))).code, 0)
  const first = inode()
  t.is((await run(inTekton(stage.dir, image, 'cp', image, '/tekton/bin/entrypoint'))).code, 0)
  t.is(inode(), first)
})
