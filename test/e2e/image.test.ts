/** The files of the image as the only root file system: nothing else is needed, and nothing foreign is used. */
import test, { type ExecutionContext } from 'ava'
import { execa } from 'execa'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import { openStage, type Stage } from '../support/entrypoint.ts'
import { eventually } from '../support/eventually.ts'
import { findImageFiles, HOST, putExecutable, run } from '../support/installed.ts'
import { serveNames } from '../support/name-server.ts'

const files = findImageFiles(HOST)
/** Needs `npm run build:image-files`, which needs Debian; and root, for chroot(2). */
const inImage = files !== undefined && process.getuid?.() === 0 ? test : test.skip

const ENTRYPOINT = '/podorder/image/entrypoint'

interface Root extends Stage {
  /** Words that run their successors in it, with /proc, as anybody, and with an empty environment. */
  readonly inside: readonly string[]
}

/** A copy of the image's files, in which a test may write. */
function openRoot(t: ExecutionContext): Root {
  const stage = openStage(t)
  fs.cpSync(files ?? '', stage.path('root'), { recursive: true, verbatimSymlinks: true })
  for (const made of ['proc', 'etc', 'podorder/bin', 'podorder/run']) fs.mkdirSync(stage.path(`root/${made}`))
  for (const volume of ['bin', 'run']) fs.chmodSync(stage.path(`root/podorder/${volume}`), 0o777)
  const script = 'mount -t proc proc "$0/proc" && exec env -i "$(command -v chroot)" --userspec=65534:65534 "$0" "$@"'
  return { ...stage, inside: ['unshare', '--mount', 'sh', '-c', script, stage.path('root')] }
}

inImage('every name of the executable runs, with nothing else there', async (t) => {
  const { inside } = openRoot(t)
  for (const name of [ENTRYPOINT, '/ko-app/entrypoint']) {
    t.like(await run([...inside, name, '--version']), { code: 0, stderr: '' })
  }
  for (const name of ['podorder', 'kubectl-podorder']) {
    t.like(await run([...inside, `/podorder/image/${name}`, '--version']), { code: 0, stderr: '' })
  }
})

inImage('it installs itself, and the copy runs a command and writes flags', async (t) => {
  const root = openRoot(t)
  const volumes = ['--to', '/podorder/bin', '--run-dir', '/podorder/run', '--containers', 'app']
  t.like(await run([...root.inside, ENTRYPOINT, 'install', ...volumes]), { code: 0, stderr: '' })
  fs.rmSync(root.path('root/podorder/image'), { recursive: true })
  const installed = '/podorder/bin/entrypoint'
  const flags = ['--run-dir', '/podorder/run', '--name', 'app']
  t.is((await run([...root.inside, installed, ...flags, '--', installed, '--version'])).code, 0)
  t.like(root.record('root/podorder/run/app/completed'), { exitCode: 0, reason: 'Completed' })
})

inImage('the container’s /etc/ld.so.preload is not for it', async (t) => {
  const root = openRoot(t)
  root.write('root/etc/ld.so.preload', '/no/such.so\n')
  t.like(await run([...root.inside, ENTRYPOINT, '--version']), { code: 0, stderr: '' })
})

const withImageFiles = files === undefined ? test.skip : test

withImageFiles('variables of the loader are not for it, but reach the command', async (t) => {
  const stage = openStage(t)
  const image = `${files}/podorder/image`
  const program = putExecutable(stage.path('bin'), { built: `${image}/entrypoint`, libraries: `${image}/lib` })
  const env = { PATH: '/usr/bin:/bin', LD_PRELOAD: '/no/such.so', LD_AUDIT: '/no/audit.so', LD_DEBUG: 'statistics' }
  t.like(await run([program, '--version'], { env }), { code: 0, stderr: '' })
  const { stdout, stderr } = await run([program, '--quiet', '--', 'env'], { env })
  t.deepEqual(
    stdout.split('\n').toSorted(),
    Object.entries(env)
      .map((pair) => pair.join('='))
      .toSorted(),
  )
  t.true(stderr.includes('/no/such.so'), 'the command’s own loader obeys them')
})

const NAMES = { 'db.example.test': '127.0.0.1' }
const NSSWITCH: readonly (readonly [string, string, string | undefined])[] = [
  ['without an nsswitch.conf', '127.0.0.77', undefined],
  ['with a plain one', '127.0.0.78', 'hosts: files dns\n'],
  [
    'with one that names modules which are not there',
    '127.0.0.79',
    'hosts: mymachines resolve [!UNAVAIL=return] files mdns4 dns\n',
  ],
]

for (const [what, at, nsswitch] of NSSWITCH) {
  inImage(`names are resolved by /etc/hosts and by DNS, ${what}`, async (t) => {
    const root = openRoot(t)
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const names = await serveNames(at, NAMES)
    t.teardown(() => {
      server.close()
      names.close()
    })
    root.write('root/etc/resolv.conf', `nameserver ${at}\nsearch other.test example.test\noptions ndots:5\n`)
    root.write('root/etc/hosts', '127.0.0.1 localhost alias.of.pod\n')
    if (nsswitch !== undefined) root.write('root/etc/nsswitch.conf', nsswitch)
    const { port } = server.address() as { port: number }
    for (const name of ['db', 'db.example.test', 'alias.of.pod', 'localhost']) {
      const flags = ['--quiet', '--ready-tcp', `${name}:${port}`, '--ready-file', `/podorder/run/${name}`]
      const words = [
        ...root.inside,
        ENTRYPOINT,
        ...flags,
        '--',
        ENTRYPOINT,
        '--quiet',
        '--wait-file',
        '/never',
        '--',
        'x',
      ]
      const [program = '', ...rest] = words
      const waiting = execa(program, rest, { reject: false })
      await eventually(`${name} has been reached`, () => root.has(`root/podorder/run/${name}`))
      waiting.kill('SIGTERM')
      t.is((await waiting).exitCode, 143)
    }
  })
}

inImage('the image is no larger than 123 MB', (t) => {
  // Each file once: Node reads what links to directories lead to as well.
  const found = fs
    .readdirSync(files ?? '', { recursive: true, encoding: 'utf8' })
    .map((name) => fs.lstatSync(`${files}/${name}`))
  const sizes = new Map(found.filter((entry) => entry.isFile()).map(({ ino, size }) => [ino, size]))
  const size = [...sizes.values()].reduce((sum, each) => sum + each, 0)
  t.true(size <= 123e6, `${size} bytes`)
})
