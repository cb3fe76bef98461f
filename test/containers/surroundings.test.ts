/** What else is in an image or its environment: the command gets it as it is, and the wrapper does not depend on it. */
import test from 'ava'
import { ENTRYPOINT, openHost } from '../support/container.ts'
import { ROOTS } from './roots.ts'

/** Variables by which Bun, chokidar or the loader of another program could be led astray. */
const MISLEADING = {
  BUN_OPTIONS: '--version',
  BUN_BE_BUN: '1',
  NODE_CHANNEL_FD: '9',
  NODE_OPTIONS: '--require=/srv/intruder.js',
  LD_LIBRARY_PATH: '/foreign',
}

/** A file that the kernel takes for an executable of a machine that never was. */
const FOREIGN_MACHINE = Buffer.concat([
  Buffer.from('\x7fELF\x02\x01\x01'.padEnd(16, '\0'), 'latin1'),
  Buffer.from([2, 0, 0xff, 0x7f, 1, 0, 0, 0]),
  Buffer.alloc(40),
])

for (const { name, image, native, loader } of ROOTS) {
  test.serial(`${name}: its own programs run`, async (t) => {
    const container = openHost(t).start(image, ['--quiet', '--', ...native])
    t.deepEqual(await container.end, { code: 0, stdout: 'native\n', stderr: '' })
  })

  test.serial(`${name}: variables for other programs reach the command, and nobody else`, async (t) => {
    const container = openHost(t).start(image, ['--quiet', '--', '/actor', 'environment'], { env: MISLEADING })
    const { code, stdout, stderr } = await container.end
    t.is(code, 0)
    t.is(stderr, '')
    const environment = stdout.split('\n')
    for (const [variable, value] of Object.entries(MISLEADING)) t.true(environment.includes(`${variable}=${value}`))
  })

  test.serial(`${name}: LD_PRELOAD and LD_AUDIT are for the command’s own loader alone`, async (t) => {
    const env = { LD_PRELOAD: '/foreign/preload.so', LD_AUDIT: '/foreign/audit.so' }
    const container = openHost(t).start(image, ['--quiet', '--', ...native], { env })
    const { code, stdout, stderr } = await container.end
    t.is(code, 0)
    t.is(stdout, loader === 'none' ? 'native\n' : 'preloaded\nnative\n')
    // glibc's loader complains once in each process; musl's does not audit.
    t.is(stderr.match(/audit interface/g)?.length ?? 0, loader === 'glibc' ? 1 : 0)
  })

  test.serial(`${name}: files in its working directory change nothing`, async (t) => {
    const host = openHost(t)
    const work = host.makeOpen('work')
    host.write('work/.env', 'LEAKED=yes\n')
    host.write('work/bunfig.toml', 'preload = ["./intruder.js"]\n')
    host.write('work/intruder.js', 'console.log("intruder"); process.exit(99)\n')
    host.write('work/package.json', '{"name": "somebody", "imports": {"#x": "./intruder.js"}, "type": "commonjs"}\n')
    host.write('work/tsconfig.json', '{"extends": "./not-there.json"}\n')
    const flags = [`--volume=${work}:/srv:ro`, '--workdir=/srv']
    const container = host.start(image, ['--quiet', '--', '/actor', 'environment'], { flags })
    const { code, stdout, stderr } = await container.end
    t.is(code, 0)
    t.is(stderr, '')
    t.notRegex(stdout, /LEAKED|intruder/)
  })

  test.serial(`${name}: no environment at all, no HOME, no /tmp to write to`, async (t) => {
    const host = openHost(t)
    const container = host.member(image, 'app', ['--', '/actor', 'environment'], {
      program: ['/actor', 'bare', ENTRYPOINT],
    })
    t.like(await container.end, { code: 0, stdout: '' })
    t.true(host.has('app/completed'))
  })

  test.serial(`${name}: what cannot be executed is 126, what is not there 127`, async (t) => {
    const host = openHost(t)
    host.makeOpen('faults')
    host.write('faults/not-executable', '#!/actor\n', 0o644)
    host.write('faults/no-format', 'neither a script nor a program\n', 0o755)
    host.write('faults/empty', '', 0o755)
    host.write('faults/foreign-machine', FOREIGN_MACHINE, 0o755)
    host.write('faults/no-interpreter', '#!/not/there\n', 0o755)
    const codes = { 'not-executable': 126, 'no-format': 126, empty: 126, 'foreign-machine': 126, '': 126 }
    const absent = { 'not-there': 127, 'no-interpreter': 127 }
    const flags = [`--volume=${host.path('faults')}:/faults:ro`]
    for (const [file, code] of Object.entries({ ...codes, ...absent })) {
      const container = host.start(image, ['--', `/faults/${file}`], { flags })
      const end = await container.end
      t.is(end.code, code, `${file}: ${end.stderr}`)
      t.regex(end.stderr, /StartError/)
    }
  })
}
