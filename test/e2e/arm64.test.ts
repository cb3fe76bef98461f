/** The executable for arm64, built here, under QEMU's user mode emulation. Its commands run natively. */
import test, { type ExecutionContext } from 'ava'
import { execa } from 'execa'
import fs from 'node:fs'
import { join } from 'node:path'
import { openStage, type Stage } from '../support/entrypoint.ts'
import { eventually } from '../support/eventually.ts'
import { findImageFiles, findProgram, HOST, listFiles, putExecutable, run } from '../support/installed.ts'

const files = findImageFiles('arm64')
const emulator = HOST === 'arm64' ? [] : [findProgram('qemu-aarch64-static')]
/** Needs `npm run build:image-files -- --target arm64`, and Debian's qemu-user-static on another machine. */
const emulated = files === undefined || emulator.includes(undefined) ? test.skip : test

interface Scene extends Stage {
  /** Words that run what the image has, relocated to a directory of the test. */
  readonly program: readonly string[]
}

function openScene(t: ExecutionContext): Scene {
  const stage = openStage(t)
  const image = join(files ?? '', 'podorder/image')
  const built = join(image, 'entrypoint')
  return { ...stage, program: emulate(putExecutable(stage.path('image'), { built, libraries: join(image, 'lib') })) }
}

function emulate(executable: string): readonly string[] {
  return [...emulator.map(String), executable]
}

emulated('it installs itself; the copy installs itself again, and finds it done the second time', async (t) => {
  const scene = openScene(t)
  const flags = ['--run-dir', scene.path('run'), '--containers', 'db,app']
  t.regex((await run([...scene.program, 'install', '--to', scene.path('bin'), ...flags])).stdout, /^copied 6 files to /)
  t.is(fs.statSync(scene.path('run/db')).mode & 0o7777, 0o1777)
  const again = [...emulate(scene.path('bin/entrypoint')), 'install', '--to', scene.path('other/place')]
  t.regex((await run(again)).stdout, /^copied 6 files to /)
  t.regex((await run(again)).stdout, / is up to date, nothing copied; /)
  t.deepEqual(listFiles(scene.path('other/place')), listFiles(scene.path('bin')))
  t.is((await run([...emulate(scene.path('other/place/entrypoint')), '--version'])).code, 0)
})

for (const [script, code] of [
  ['exit 0', 0],
  ['exit 42', 42],
  ['kill -KILL $$', 137],
  ['kill -USR1 $$', 138],
  ['exec /no/such/command', 127],
] as const) {
  emulated(`exit code ${code} of: ${script}`, async (t) => {
    const scene = openScene(t)
    const flags = ['--run-dir', scene.path('run'), '--name', 'app']
    t.is((await run([...scene.program, ...flags, '--', 'sh', '-c', script])).code, code)
    t.like(scene.record('run/app/ended'), { exitCode: code })
  })
}

emulated('a step without a network: as the emulator makes no namespaces, it is not run', async (t) => {
  const scene = openScene(t)
  const flags = ['-post_file', scene.path('out'), '-termination_path', scene.path('message'), '-entrypoint', 'echo']
  const { code, stdout, stderr } = await run(['env', 'TEKTON_HERMETIC=1', ...scene.program, ...flags, '--', 'it runs'])
  t.deepEqual([code, stdout], HOST === 'arm64' ? [0, 'it runs'] : [1, ''], stderr)
  if (HOST !== 'arm64')
    t.regex(stderr, /cannot start echo without a network: no user namespace can be made here \(clone: errno 22\)/)
})

emulated('it waits for a flag file, then runs the command', async (t) => {
  const scene = openScene(t)
  const [command = '', ...words]: readonly string[] = [
    ...scene.program,
    '--wait-file',
    scene.path('db/ready'),
    '--',
    'echo',
    'released',
  ]
  const waiting = execa(command, words, { reject: false })
  await eventually('it waits', () => waiting.pid !== undefined && isWatching(waiting.pid))
  scene.write('db/ready')
  t.like(await waiting, { exitCode: 0, stdout: 'released' })
})

emulated('SIGTERM reaches the command, and ends a wait', async (t) => {
  const scene = openScene(t)
  const start = (...words: readonly string[]) => {
    const [command = '', ...rest] = [...scene.program, '--run-dir', scene.path('run'), ...words]
    return execa(command, rest, { reject: false })
  }
  const script = 'trap "exit 9" TERM; touch "$0"; while :; do sleep 0.05; done'
  const running = start('--name', 'a', '--', 'sh', '-c', script, scene.path('up'))
  await scene.appears('up')
  running.kill('SIGTERM')
  t.is((await running).exitCode, 9)

  const waiting = start('--name', 'b', '--wait-file', scene.path('never'), '--', 'true')
  await eventually('it waits', () => waiting.pid !== undefined && isWatching(waiting.pid))
  waiting.kill('SIGTERM')
  t.is((await waiting).exitCode, 143)
  t.like(scene.record('run/b/completed.err'), { reason: 'Cancelled' })
})

emulated('a real-time signal reaches the command', async (t) => {
  const scene = openScene(t)
  // With a stop signal of their kind they are taken before the command starts; QEMU takes all from the beginning.
  const [command = '', ...words]: readonly string[] = [...scene.program, '--stop-signal', 'SIGRTMIN+9']
  // QEMU numbers these signals otherwise for what it emulates, and back for what that sends; each stays the same for the command.
  const numbers = [36, 39, 50, 62]
  const script = `for n in ${numbers.join(' ')}; do trap "echo $n" $n; done; trap "exit 0" TERM; touch "$0"; while :; do sleep 0.05; done`
  const running = execa(command, [...words, '--', 'sh', '-c', script, scene.path('up')], { reject: false })
  await scene.appears('up')
  let said = ''
  running.stdout.on('data', (text: Buffer) => (said += text.toString()))
  const pid = running.pid ?? Number.NaN
  for (const number of numbers) {
    process.kill(pid, number)
    await eventually('it has reached it', () => said.endsWith(`${number}\n`))
  }
  running.kill('SIGTERM')
  t.is((await running).exitCode, 0)
})

emulated('LD_PRELOAD does not reach it', async (t) => {
  const scene = openScene(t)
  const env = { LD_PRELOAD: '/no/such.so' }
  t.like(await run([...scene.program, '--version'], { env }), { code: 0, stderr: '' })
})

emulated('variables of its engine do not reach it, in any language, and reach the command', async (t) => {
  const scene = openScene(t)
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', LC_ALL: 'de_DE.UTF-8', BUN_OPTIONS: '--version', BUN_JSC_noSuchOption: '1' },
    ...{ bun_any: 'x', MIMALLOC_SHOW_STATS: '1', NODE_CHANNEL_FD: '3' },
  }
  const shown = await run([...scene.program, '--quiet', '--', 'cat', '/proc/self/environ'], { env })
  t.like(shown, { code: 0, stderr: '' })
  for (const [name, value] of Object.entries(env)) t.true(shown.stdout.split('\0').includes(`${name}=${value}`), name)
})

/** It has an inotify descriptor. */
function isWatching(pid: number): boolean {
  return fs.readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
    const target = fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`, 'utf8')
    return target.includes('inotify')
  })
}
