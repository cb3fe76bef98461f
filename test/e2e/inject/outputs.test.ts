/** Where changed manifests go: stdout, a file, a directory, back in place, or shown as a difference. Whole, or not at all. */
import test from 'ava'
import { execa } from 'execa'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { readManifest } from '../../../src/manifest/yaml.io.ts'
import { writeManifest, writePods } from '../../support/manifest.ts'
import { openPlace } from '../../support/podorder.ts'

const PODORDER = fileURLToPath(new URL('../../../dist/podorder', import.meta.url))

const readValues = (text: string): readonly unknown[] => readManifest(text).documents.map(({ value }) => value)

const ORDERED = 'podorder: Pod/shop: 2 of 2 containers ordered\n'

test('-o yaml and -o json are formats, as kubectl has them', async (t) => {
  const place = openPlace(t)
  place.write('a.yaml', writeManifest('a'))
  place.write(
    'b.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' }, data: { x: '1', y: 'yes' } }),
  )
  const plain = await place.run(['inject', 'a.yaml'])
  t.deepEqual(await place.run(['inject', 'a.yaml', '-o', 'yaml']), plain)
  const one = JSON.parse((await place.run(['inject', 'a.yaml', '-o', 'json'])).stdout) as unknown
  t.deepEqual([one], readValues(plain.stdout))
  const both = await place.run(['inject', 'a.yaml', 'b.json', '--output=json'])
  const list = JSON.parse(both.stdout) as { kind: string; items: readonly { metadata: { name: string } }[] }
  t.is(list.kind, 'List')
  t.deepEqual(
    list.items.map(({ metadata }) => metadata.name),
    ['a', 'b'],
  )
  const yaml = await place.run(['inject', 'a.yaml', 'b.json', '-o', 'yaml'])
  t.true(yaml.stdout.startsWith(`${plain.stdout}---\n`))
  t.deepEqual(readValues(yaml.stdout)[1], JSON.parse(place.read('b.json')))
  const ejected = await place.run(['eject', '-', '-o', 'json'], { stdin: both.stdout })
  t.deepEqual((JSON.parse(ejected.stdout) as { items: readonly unknown[] }).items[0], readValues(writeManifest('a'))[0])
  t.deepEqual(readdirSync(place.dir).toSorted(), ['a.yaml', 'b.json', 'tmp'])
})

test('-o of a name without dot or slash asks for ./ of it; a directory that is there is one', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  const asked = await place.run(['inject', 'app.yaml', '-o', 'out'])
  const says = 'podorder: -o out is not a format (yaml, json); to write a file of that name, use -o ./out\n'
  t.deepEqual([asked.code, asked.stdout, asked.stderr], [2, '', says])
  t.is((await place.run(['inject', 'app.yaml', '-o', './out'])).code, 0)
  t.is((await place.run(['inject', 'app.yaml', '-o', './yaml'])).code, 0)
  t.is(place.read('out'), place.read('yaml'))
  mkdirSync(place.path('dir'))
  t.is((await place.run(['inject', 'app.yaml', '-o', 'dir'])).code, 0)
  t.is(place.read('dir/app.yaml'), place.read('out'))
  const twice = await place.run(['inject', 'app.yaml', '--diff', '-o', 'json'])
  t.is(twice.stderr, 'podorder: --diff and -o json exclude each other; give one of them\n')
})

test('the summary counts native sidecars, and of an injected pod is the same', async (t) => {
  const place = openPlace(t)
  const manifest = writeManifest().replace(
    'spec:\n',
    'spec:\n  initContainers:\n    - {name: mesh, image: m, restartPolicy: Always}\n    - {name: setup, image: s}\n',
  )
  const once = await place.run(['inject', '-'], { stdin: manifest })
  t.is(once.stderr, 'podorder: Pod/shop: 2 of 3 containers ordered\n')
  t.is((await place.run(['inject', '-'], { stdin: once.stdout })).stderr, once.stderr)
})

test('--output: a file gets all of them, a directory each under its name', async (t) => {
  const place = openPlace(t)
  place.write('in/a.yaml', writeManifest('a'))
  place.write('in/b.yaml', writeManifest('b'))
  const { stdout } = await place.run(['inject', 'in'])
  const said = 'podorder: Pod/a: 2 of 2 containers ordered\npodorder: Pod/b: 2 of 2 containers ordered\n'
  t.deepEqual(await place.run(['inject', 'in', '-o', 'out.yaml']), { code: 0, signal: null, stdout: '', stderr: said })
  t.is(place.read('out.yaml'), stdout)
  t.is((await place.run(['inject', 'in', '-o', 'new/deep/'])).code, 0)
  t.deepEqual(readdirSync(place.path('new/deep')), ['a.yaml', 'b.yaml'])
  t.is(`${place.read('new/deep/a.yaml')}---\n${place.read('new/deep/b.yaml')}`, stdout)
  t.is(place.read('in/a.yaml'), writeManifest('a'))
})

test('--output: a directory that holds the manifest itself is refused', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  const end = await place.run(['inject', 'app.yaml', '-o', '.'])
  t.deepEqual([end.code, end.stderr], [2, 'podorder: --output would overwrite ./app.yaml; use --in-place for that\n'])
  t.is(place.read('app.yaml'), writeManifest())
})

test('--output: what is no regular file is written to, and stays what it is', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  const { stdout } = await place.run(['inject', 'app.yaml'])
  const pipe = place.path('pipe')
  await execa('mkfifo', [pipe])
  const [read, end] = await Promise.all([
    execa('cat', [pipe], { stripFinalNewline: false }),
    place.run(['inject', 'app.yaml', '-o', './pipe']),
  ])
  t.deepEqual([end.code, end.stderr, read.stdout], [0, ORDERED, stdout])
  t.true(lstatSync(pipe).isFIFO())
  place.write('log', 'before\n')
  const append = `exec ${PODORDER} inject app.yaml -o /dev/stdout`
  t.is((await execa('sh', ['-c', `${append} | cat`], { cwd: place.dir, stripFinalNewline: false })).stdout, stdout)
  await execa('sh', ['-c', `${append} >> log`], { cwd: place.dir })
  t.is(place.read('log'), `before\n${stdout}`)
  t.deepEqual(readdirSync(place.dir).toSorted(), ['app.yaml', 'log', 'pipe', 'tmp'])
})

test('--in-place: what is no regular file is refused', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  const { exitCode, stderr } = await execa('bash', ['-c', `${PODORDER} inject -i -f <(cat app.yaml)`], {
    cwd: place.dir,
    reject: false,
  })
  t.is(exitCode, 2)
  t.regex(stderr, /^podorder: --in-place cannot write to \/dev\/fd\/\d+; leave it out: the result goes to stdout then$/)
})

test('--output: a directory is made where it is called one, and nowhere else', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  const typo = await place.run(['inject', 'app.yaml', '-o', 'typo/app.yaml'])
  t.deepEqual(
    [typo.code, typo.stderr],
    [1, 'podorder: typo/app.yaml: no such file or directory (ENOENT); nothing was written\n'],
  )
  const within = await place.run(['inject', 'app.yaml', '-o', 'app.yaml/new/'])
  t.is(within.code, 1)
  t.regex(within.stderr, /^podorder: app\.yaml\/new\/app\.yaml: [^\n]+; nothing was written\n$/)
  t.deepEqual(readdirSync(place.dir).toSorted(), ['app.yaml', 'tmp'])
})

test('--in-place keeps the owner', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  chownSync(place.path('app.yaml'), 1234, 2345)
  chmodSync(place.path('app.yaml'), 0o600)
  t.is((await place.run(['inject', '-i', 'app.yaml'])).code, 0)
  t.regex(place.read('app.yaml'), /podorder-init/)
  const { uid, gid, mode } = statSync(place.path('app.yaml'))
  t.deepEqual([uid, gid, mode & 0o7777], [1234, 2345, 0o600])
})

test('two manifests of one name do not go over each other', async (t) => {
  const place = openPlace(t)
  place.write('in/a.yaml', writeManifest('a'))
  place.write('in/sub/a.yaml', writeManifest('b'))
  const end = await place.run(['inject', '-R', 'in', '-o', 'out/'])
  t.deepEqual([end.code, end.stdout], [2, ''])
  t.is(end.stderr, 'podorder: two manifests would go to out/a.yaml; give a file to --output: it gets all of them\n')
  t.false(place.has('out'))
})

test('--in-place keeps the mode and the link, leaves alone what does not change, and eject undoes it', async (t) => {
  const place = openPlace(t)
  place.write('real/app.yaml', writeManifest())
  place.write('other.yaml', 'kind: ConfigMap\n')
  chmodSync(place.path('real/app.yaml'), 0o640)
  symlinkSync('real/app.yaml', place.path('app.yaml'))
  const other = statSync(place.path('other.yaml'))
  t.deepEqual(await place.run(['inject', '-i', 'app.yaml', 'other.yaml']), {
    code: 0,
    signal: null,
    stdout: '',
    stderr: ORDERED,
  })
  t.is(readlinkSync(place.path('app.yaml')), 'real/app.yaml')
  t.is(statSync(place.path('real/app.yaml')).mode & 0o7777, 0o640)
  t.regex(place.read('real/app.yaml'), /podorder-init/)
  t.is(statSync(place.path('other.yaml')).ino, other.ino)
  t.deepEqual(readdirSync(place.path('real')), ['app.yaml'])
  const injected = statSync(place.path('real/app.yaml'))
  t.is((await place.run(['inject', '-i', 'app.yaml'])).code, 0)
  t.is(statSync(place.path('real/app.yaml')).ino, injected.ino)
  t.is((await place.run(['eject', '-i', 'app.yaml'])).code, 0)
  t.is(place.read('real/app.yaml'), writeManifest())
})

test('a fault in one of them leaves all as they were', async (t) => {
  const place = openPlace(t)
  place.write('a.yaml', writeManifest('a'))
  place.write('b.yaml', writeManifest('b').replace('{db: ready}', '{dbb: ready}'))
  const end = await place.run(['inject', '-i', 'a.yaml', 'b.yaml'])
  t.deepEqual([end.code, end.stdout], [2, ''])
  t.is(end.stderr, 'b.yaml:7:36: container "web": unknown container "dbb"; did you mean "db"?\n')
  t.is(place.read('a.yaml'), writeManifest('a'))
})

test('a directory that cannot be written to: one sentence, and the file is as it was', async (t) => {
  const place = openPlace(t)
  place.write('ro/app.yaml', writeManifest())
  chmodSync(place.path('ro'), 0o555)
  const end = await place.run(['inject', '-i', 'ro/app.yaml'], { uid: 65_534 })
  t.deepEqual([end.code, end.stdout], [1, ''])
  t.is(end.stderr, 'podorder: ro/app.yaml: permission denied (EACCES); nothing was written\n')
  t.is(place.read('ro/app.yaml'), writeManifest())
  t.deepEqual(readdirSync(place.path('ro')), ['app.yaml'])
})

test('killed at any moment, a file is the old one or the new one', async (t) => {
  const place = openPlace(t)
  const before = writePods(300)
  const after = (await place.run(['inject', '-'], { stdin: before })).stdout
  const seen = new Set<string>()
  for (let round = 0; round < 40; round++) {
    place.write('app.yaml', before)
    const run = place.start(['inject', '-i', 'app.yaml'])
    // As soon as anything stands beside it, and a little later each time.
    for (let looks = 0; looks < 2000 + round * 5; looks++) {
      if (looks > round * 5 && readdirSync(place.dir).length > 2) break
      await new Promise(setImmediate)
    }
    run.signal('SIGKILL')
    await run.end
    const text = place.read('app.yaml')
    t.true(text === before || text === after)
    seen.add(text === before ? 'old' : 'new')
  }
  t.true(seen.has('old'))
})

test('--diff shows what changes, and writes only where told to', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  place.write('same.yaml', 'kind: ConfigMap\n')
  const plain = await place.run(['inject', '--diff', 'app.yaml', 'same.yaml'])
  t.deepEqual([plain.code, plain.stderr], [0, ORDERED])
  t.regex(plain.stdout, /^--- app\.yaml\n\+\+\+ app\.yaml\n@@ -5,11 \+5,\d+ @@\n/)
  t.true(plain.stdout.includes('\n-      command: [postgres]\n+      command: [/podorder/bin/entrypoint]\n'))
  t.false(plain.stdout.includes('same.yaml'))
  t.is(place.read('app.yaml'), writeManifest())
  const coloured = await place.run(['inject', '--diff', 'app.yaml'], { env: { FORCE_COLOR: '1' } })
  t.true(coloured.stdout.includes('\u001B[31m-      command: [postgres]\u001B[m\n\u001B[32m+      command: [/podorder'))
  t.is(stripVTControlCharacters(coloured.stdout), plain.stdout)
  const written = await place.run(['inject', '--diff', '-i', 'app.yaml'])
  t.is(written.stdout, plain.stdout)
  t.regex(place.read('app.yaml'), /podorder-init/)
  t.is((await place.run(['inject', '--diff', 'app.yaml'])).stdout, '')
})

test('--only: KIND/NAME or NAME, whatever their case; the others stay', async (t) => {
  const place = openPlace(t)
  const text = [writeManifest('one'), writeManifest('two')].join('---\n')
  place.write('app.yaml', text)
  for (const only of ['two', 'Pod/two', 'pod/TWO']) {
    const { stdout } = await place.run(['inject', 'app.yaml', '--only', only])
    t.true(stdout.startsWith(`${writeManifest('one')}---\n`))
    t.is(stdout.split('name: podorder-init').length, 2)
  }
  const both = await place.run(['inject', 'app.yaml'])
  const half = await place.run(['eject', '-', '--only', 'one'], { stdin: both.stdout })
  t.is(half.stdout, (await place.run(['inject', 'app.yaml', '--only', 'two'])).stdout)
})

test('a full disk behind stdout is told; a reader that has seen enough is no fault', async (t) => {
  const place = openPlace(t)
  writeFileSync(place.path('app.yaml'), writePods(500))
  const full = spawn(PODORDER, ['inject', 'app.yaml'], {
    cwd: place.dir,
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  })
  let stderr = ''
  full.stderr?.setEncoding('utf8').on('data', (piece: string) => (stderr += piece))
  const [code] = (await once(full, 'close')) as [number]
  t.deepEqual([code, stderr], [1, 'podorder: stdout: no space left on the volume (ENOSPC)\n'])
  const run = place.start(['inject', 'app.yaml'])
  run.closeStdout()
  const end = await run.end
  t.is(end.code, 0)
  t.regex(
    end.stderr,
    /^(?:podorder: Pod\/shop-\d+: 2 of 2 containers ordered\n){20}podorder: and 480 more pods with an order\n$/,
  )
})

test('kubectl finds it as a plugin', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  mkdirSync(place.path('bin'))
  symlinkSync(PODORDER.replace(/podorder$/, 'kubectl-podorder'), place.path('bin/kubectl-podorder'))
  // As kubectl does: the longest name that its first words make, with the rest as its arguments.
  place.write('bin/kubectl', '#!/bin/sh\nname=$1; shift\nexec "kubectl-$name" "$@"\n')
  chmodSync(place.path('bin/kubectl'), 0o755)
  const child = spawn('kubectl', ['podorder', 'inject', '-f', 'app.yaml'], {
    cwd: place.dir,
    env: { PATH: `${place.path('bin')}:${process.env['PATH'] ?? ''}`, HOME: place.dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece))
  const [code] = (await once(child, 'close')) as [number]
  t.is(code, 0)
  t.is(stdout, (await place.run(['inject', 'app.yaml'])).stdout)
})
