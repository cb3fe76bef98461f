/** Where manifests come from: files, directories, stdin; and what is no manifest gets one sentence, quickly. */
import test from 'ava'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { writeManifest, writePods, writeSteps } from '../../support/manifest.ts'
import { openPlace, type Place } from '../../support/podorder.ts'

const GIVE = 'give a manifest, a directory of them, or - for stdin'

function countPods(stdout: string): number {
  return stdout.split('podorder.io/original').length - 1
}

test('a file, stdin, a directory, and what is below it come out as one stream', async (t) => {
  const place = openPlace(t)
  place.write('one.yaml', writeManifest('one'))
  place.write('all/two.yml', writeManifest('two').trimEnd())
  place.write('all/below/three.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"three"}}')
  place.write('all/notes.txt', 'no manifest')
  const alone = await place.run(['inject', '-f', 'one.yaml'])
  t.is(alone.code, 0, alone.stderr)
  t.is(countPods(alone.stdout), 1)
  t.deepEqual(await place.run(['inject', '-f', '-'], { stdin: writeManifest('one') }), alone)
  t.deepEqual(await place.run(['inject', 'one.yaml']), alone)
  const both = await place.run(['inject', '-f', 'one.yaml', '-f', 'all'])
  t.deepEqual([both.code, countPods(both.stdout), both.stdout.split('\n---\n').length], [0, 2, 2])
  const below = await place.run(['inject', '-R', 'all'])
  t.deepEqual([below.code, countPods(below.stdout), below.stdout.split('\n---\n').length], [0, 1, 2])
  const back = await place.run(['eject', '-'], { stdin: both.stdout })
  t.is(back.stdout, `${writeManifest('one')}---\n${writeManifest('two').trimEnd()}`)
})

test('JSON stays JSON, and CRLF, a byte order mark and a missing last line end stay too', async (t) => {
  const place = openPlace(t)
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations: { 'podorder.io/steps': 'a, b' } } }
  const containers = ['a', 'b'].map((name) => ({ name, image: 'i', command: ['c'] }))
  const json = JSON.stringify({ ...pod, spec: { containers, restartPolicy: 'Never' } })
  const injected = await place.run(['inject', '-'], { stdin: json })
  t.is(injected.code, 0, injected.stderr)
  t.like(JSON.parse(injected.stdout), { ...pod, metadata: { name: 'x' } })
  const odd = `\uFEFF${writeManifest().replaceAll('\n', '\r\n').trimEnd()}`
  const kept = await place.run(['inject', '-'], { stdin: odd })
  t.is(kept.stdout.at(0), '\uFEFF')
  t.false(/[^\r]\n/.test(kept.stdout))
  t.is((await place.run(['eject', '-'], { stdin: kept.stdout })).stdout, odd)
})

test('nothing in it is nothing out of it', async (t) => {
  const place = openPlace(t)
  for (const stdin of ['', '# nothing\n', '---\n---\n']) {
    const end = await place.run(['inject', '-'], { stdin })
    t.deepEqual([end.code, end.stderr], [0, ''])
  }
})

interface Bad {
  readonly name: string
  readonly args: readonly string[]
  readonly lay?: (place: Place) => void
  readonly says: readonly string[]
}

const write = (content: string | Buffer) => (place: Place) => {
  writeFileSync(place.path('app.yaml'), content)
}

const BAD: readonly Bad[] = [
  { name: 'no manifest', args: [], says: ['podorder: no manifest; give one with -f FILE, or -f - for stdin'] },
  {
    name: 'no such file, and another one that is wrong',
    args: ['-f', 'nope.yaml', '-f', 'app.yaml'],
    lay: write(Buffer.from([0x61, 0x0a, 0xff, 0xfe])),
    says: [`nope.yaml: no such file or directory (ENOENT); ${GIVE}`, 'app.yaml: line 2 is not UTF-8; save it as UTF-8'],
  },
  {
    name: 'UTF-16',
    args: ['app.yaml'],
    lay: write(Buffer.from(`\uFEFF${writeManifest()}`, 'utf16le')),
    says: ['app.yaml: line 1 is not UTF-8; save it as UTF-8'],
  },
  {
    name: 'bytes by chance',
    args: ['app.yaml'],
    lay: write(Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * index * 31 + index) % 256))),
    says: ['app.yaml: line 1 is not UTF-8; save it as UTF-8'],
  },
  {
    name: 'a directory without manifests',
    args: ['-f', 'empty'],
    lay: (place) => mkdirSync(place.path('empty')),
    says: ['empty: no .yaml, .yml or .json file is in it; -R looks in its directories too'],
  },
  {
    name: 'a pod that is not there',
    args: ['app.yaml', '--only', 'Pod/shopp', '--only', 'shop'],
    lay: write(writeManifest()),
    says: ['podorder: --only: there is no Pod/shopp; did you mean "Pod/shop"?'],
  },
  {
    name: 'an unknown flag',
    args: ['app.yaml', '--in-plce'],
    says: ["podorder: unknown option '--in-plce'; did you mean --in-place?"],
  },
  {
    name: 'a choice that there is not',
    args: ['app.yaml', '--bin-source', 'wish'],
    says: ["podorder: option '--bin-source <how>' argument 'wish' is invalid. Allowed choices are copy, image-volume"],
  },
  {
    name: 'two places to write to',
    args: ['app.yaml', '--in-place', '-o', 'x.yaml'],
    says: ['podorder: --in-place and --output exclude each other; give one of them'],
  },
  {
    name: 'stdin in place',
    args: ['-f', '-', '--in-place'],
    says: ['podorder: --in-place cannot write to stdin; leave it out, and take the output'],
  },
  {
    name: 'an image that nobody knows',
    args: ['app.yaml', '--offline'],
    lay: write(writeManifest().replace('      command: [postgres]\n', '')),
    says: [
      'app.yaml:11:14: container "db": the command of image "postgres:16" is not known: a tag means nothing, and no registry may be asked; ' +
        `write "command" in the container, or annotate its pod with podorder.io/command.db: '["/path/of/it", "word"]', ` +
        'or list the image in a file for --image-config',
    ],
  },
  {
    name: 'aliases of aliases of aliases',
    args: ['app.yaml'],
    lay: write(
      `a0: &a0 ${'x'.repeat(20)}\n${Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]\n`).join('')}`,
    ),
    says: ['app.yaml:7:45: aliases of aliases grow beyond 10 MiB; write out what is meant'],
  },
  {
    name: 'lists in lists in lists',
    args: ['app.yaml'],
    lay: write('['.repeat(600) + ']'.repeat(600)),
    says: ['app.yaml:1:502: nested too deeply; nest maps and lists less deeply'],
  },
  {
    name: '50 MB',
    args: ['app.yaml'],
    lay: write('kind: ConfigMap\n---\n'.repeat(2_500_000)),
    says: ['app.yaml: more than 32 MiB; split it'],
  },
]

for (const { name, args, lay, says } of BAD) {
  test(`one sentence, nothing on stdout, exit 2: ${name}`, async (t) => {
    const place = openPlace(t)
    lay?.(place)
    const end = await place.run(['inject', ...args])
    t.deepEqual(end, { code: 2, signal: null, stdout: '', stderr: says.map((line) => `${line}\n`).join('') })
  })
}

test('brackets without end are refused before the stack ends', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', '['.repeat(1_000_000))
  const { code, stdout, stderr } = await place.run(['inject', 'app.yaml'])
  t.deepEqual([code, stdout], [2, ''])
  t.regex(stderr, /^app\.yaml:1:\d+: nested too deeply; nest maps and lists less deeply\n$/)
})

test('a file that may not be read', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', writeManifest())
  chmodSync(place.path('app.yaml'), 0)
  const { code, stdout, stderr } = await place.run(['inject', 'app.yaml'], { uid: 65_534 })
  t.deepEqual([code, stdout, stderr], [2, '', `app.yaml: permission denied (EACCES); ${GIVE}\n`])
})

test('ten thousand documents and ten thousand containers go there and back', async (t) => {
  const place = openPlace(t)
  for (const text of [writePods(10_000), writeSteps(10_000)]) {
    place.write('app.yaml', text)
    const there = await place.run(['inject', '-i', 'app.yaml'])
    t.deepEqual([there.code, there.stderr], [0, ''])
    t.true(place.read('app.yaml').length > 2 * text.length)
    const back = await place.run(['eject', '-i', 'app.yaml'])
    t.deepEqual([back.code, back.stderr], [0, ''])
    t.true(place.read('app.yaml') === text)
  }
})
