/** Where manifests come from: files, directories, stdin; and what is no manifest gets one sentence, quickly. */
import test from 'ava'
import { execa } from 'execa'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeManifest, writePods, writeSteps } from '../../support/manifest.ts'
import { openPlace, type Place } from '../../support/podorder.ts'

const SAY = 'write one in the annotation podorder.io/depends-on or podorder.io/steps'
const GIVE = 'give a manifest, a directory of them, or - for stdin'

function countPods(stdout: string): number {
  return stdout.split('podorder.io/original').length - 1
}

/** What is said of pods of two containers. */
const summarize = (...names: readonly string[]): string =>
  names.map((name) => `podorder: Pod/${name}: 2 of 2 containers ordered\n`).join('')

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
    t.deepEqual([end.code, end.stdout, end.stderr], [0, stdin, `podorder: no pod in stdin has an order; ${SAY}\n`])
  }
})

test('that nothing is ordered is told, and all comes out as it was', async (t) => {
  const place = openPlace(t)
  const [plain, ordered] = [writeManifest('plain').replace(/^ {2}annotations:\n.*\n/m, ''), writeManifest()]
  place.write('all/a.yaml', plain)
  place.write('all/b.yaml', 'kind: Service\n')
  const { code, stdout, stderr } = await place.run(['inject', 'all'])
  t.deepEqual([code, stderr], [0, `podorder: no pod in 2 files has an order; ${SAY}\n`])
  t.is(stdout, `${plain}---\nkind: Service\n`)
  place.write('all/c.yaml', ordered)
  t.is((await place.run(['inject', 'all'])).stderr, summarize('shop'))
})

test('what completes something else, such as a patch, is passed over', async (t) => {
  const place = openPlace(t)
  place.write('all/app.yaml', writeManifest())
  const patches = [
    'kind: Pod\n',
    'kind: Pod\nspec:\n',
    'kind: Pod\nspec: {nodeName: x}\n',
    'apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {annotations: {a: b}}}}\n',
  ]
  patches.forEach((text, index) => place.write(`all/patch-${index}.yaml`, text))
  const injected = await place.run(['inject', 'all'])
  t.deepEqual([injected.code, injected.stderr, countPods(injected.stdout)], [0, summarize('shop'), 1])
  t.true(injected.stdout.endsWith(patches.join('---\n')))
  for (const command of ['eject', 'graph', 'check']) t.is((await place.run([command, 'all'])).code, 0, command)
})

test('what is no part of a pod is refused in the words of run', async (t) => {
  const place = openPlace(t)
  const rows = {
    'metadata: {annotations: {podorder.io/steps: "*"}}':
      'app.yaml:1:1: the pod has no spec; write spec: {containers: […]}\n',
    'spec: {initContainers: [null], containers: [{name: a, command: [a]}]}\nmetadata: {annotations: {podorder.io/steps: "*"}}':
      'app.yaml:2:25: initContainers[0] is empty, not a map; give it a name, an image, a command\n',
  }
  for (const [text, says] of Object.entries(rows)) {
    place.write('app.yaml', `kind: Pod\n${text}\n`)
    for (const command of ['inject', 'graph', 'run']) {
      t.like(await place.run([command, 'app.yaml']), { code: 2, stdout: '', stderr: says }, command)
    }
    t.is((await place.run(['check', 'app.yaml'])).code, 1)
  }
})

test('-R goes into directories, not through links to them, and takes what is a file', async (t) => {
  const place = openPlace(t)
  place.write('elsewhere/other.yaml', writeManifest('other'))
  place.write('tree/a.yaml', writeManifest('a'))
  place.write('tree/d.yaml/b.yaml', writeManifest('b'))
  symlinkSync('..', place.path('tree/up'))
  symlinkSync('../elsewhere', place.path('tree/aside.yaml'))
  symlinkSync('../elsewhere/other.yaml', place.path('tree/c.yaml'))
  await execa('mkfifo', [place.path('tree/pipe.yaml')])
  const names = async (...words: readonly string[]) => {
    const { stdout, stderr } = await place.run(['inject', ...words])
    const found = [...stdout.matchAll(/^metadata:\n {2}name: (.*)$/gm)].map(([, name]) => name ?? '')
    t.is(stderr, summarize(...found))
    return found
  }
  t.deepEqual(await names('-R', 'tree'), ['a', 'other', 'b'])
  t.deepEqual(await names('tree'), ['a', 'other'])
  symlinkSync('tree', place.path('link'))
  t.deepEqual(await names('link'), ['a', 'other'])
})

test('a directory below that may not be read is told by its name', async (t) => {
  const place = openPlace(t)
  place.write('tree/a.yaml', writeManifest('a'))
  mkdirSync(place.path('tree/closed'))
  chmodSync(place.path('tree/closed'), 0)
  const { code, stdout, stderr } = await place.run(['inject', '-R', 'tree'], { uid: 65_534 })
  chmodSync(place.path('tree/closed'), 0o700)
  t.deepEqual([code, stdout], [2, ''])
  t.is(stderr, 'tree/closed: permission denied (EACCES); make it readable, or name the files\n')
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
    says: ["podorder: --bin-source is one of copy, image-volume, not 'wish'"],
  },
  {
    name: 'two places to write to',
    args: ['app.yaml', '--in-place', '-o', 'x.yaml'],
    says: ['podorder: --in-place and --output exclude each other; give one of them'],
  },
  {
    name: 'stdin in place',
    args: ['-f', '-', '--in-place'],
    says: ['podorder: --in-place cannot write to stdin; leave it out: the result goes to stdout then'],
  },
  {
    name: 'stdin twice',
    args: ['-f', '-', '-'],
    says: ['podorder: stdin can be read once only; give - once'],
  },
  {
    name: 'an image that is none',
    args: ['app.yaml', '--image', 'a b'],
    says: [
      "podorder: --image cannot be 'a b'; it is not of the form [host[:port]/]name[:tag][@digest]; give one such as registry.example/podorder:1",
    ],
  },
  {
    name: 'an image without a name',
    args: ['app.yaml', '--image', ''],
    says: ["podorder: --image cannot be ''; it is empty; give one such as registry.example/podorder:1"],
  },
  {
    name: 'tabs on every line',
    args: ['app.yaml'],
    lay: write(`a:\n${'\tb: 1\n'.repeat(50)}---\n`.repeat(20)),
    says: [
      ...[2, 3, 4, 5, 6].map((line) => `app.yaml:${line}:1: a tab in the indentation; indent with spaces, not tabs`),
      'app.yaml:7:1: there are more errors from here on; correct those above first',
    ],
  },
  {
    name: 'an image that nobody knows',
    args: ['app.yaml', '--offline'],
    lay: write(writeManifest().replace('      command: [postgres]\n', '')),
    says: [
      'app.yaml:11:14: container "db": the command of image "postgres:16" is not known: a tag does not identify an image, and --offline forbids asking the registry; ' +
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

test('JSON objects as a watch streams them are documents', async (t) => {
  const place = openPlace(t)
  const pod = (name: string): string =>
    `{"kind":"Pod","metadata":{"name":"${name}","annotations":{"podorder.io/steps":"*"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","command":["a"]},{"name":"b","command":["b"]}]}}`
  place.write('app.json', `${pod('one')}\n${pod('two')}{"kind":"Service"}\n`)
  const { code, stdout } = await place.run(['inject', 'app.json'])
  t.is(code, 0)
  const [one, two] = stdout.split('\n')
  t.regex(one ?? '', /^\{"kind":"Pod".*podorder-init.*\}$/)
  t.regex(two ?? '', /^\{"kind":"Pod".*podorder-init.*\}\{"kind":"Service"\}$/)
  t.is((await place.run(['inject', '-'], { stdin: stdout })).stdout, stdout)
  t.is((await place.run(['eject', '-'], { stdin: stdout })).stdout, `${pod('one')}\n${pod('two')}{"kind":"Service"}\n`)
})

test('JSON first in a stream: kubectl takes what begins with a brace for JSON, and nothing else', async (t) => {
  const place = openPlace(t)
  const pod = (name: string): string =>
    `{"kind":"Pod","metadata":{"name":"${name}","annotations":{"podorder.io/steps":"*"}},"spec":{"restartPolicy":"Never","containers":[{"name":"a","command":["a"]},{"name":"b","command":["b"]}]}}`
  place.write('one.json', pod('one'))
  place.write('two.json', `${pod('two')}\n`)
  place.write('three.yaml', writeManifest('three'))
  const json = await place.run(['inject', 'one.json', 'two.json'])
  t.deepEqual([json.code, countPods(json.stdout)], [0, 2])
  const objects = json.stdout.trimEnd().split('\n')
  t.deepEqual(
    objects.map((line) => (JSON.parse(line) as { readonly metadata: { readonly name: string } }).metadata.name),
    ['one', 'two'],
  )
  const mixed = await place.run(['inject', 'one.json', 'three.yaml', 'two.json'])
  t.regex(mixed.stdout, /^---\n\{"kind".*\}\n---\n[^{][^]*\n---\n\{"kind".*\}\n$/)
  const back = await place.run(['eject', '-'], { stdin: mixed.stdout })
  t.is(back.stdout, `---\n${pod('one')}\n---\n${writeManifest('three')}---\n${pod('two')}\n`)
})

test('a document that cannot be read, and says no order, is left as it is', async (t) => {
  const place = openPlace(t)
  const template = 'kind: Service\nmetadata: {{ .Values.metadata }}\n'
  place.write('app.yaml', `${writeManifest()}---\n${template}`)
  const { code, stdout, stderr } = await place.run(['inject', 'app.yaml'])
  t.is(code, 0, stderr)
  t.true(stdout.endsWith(`---\n${template}`))
  t.regex(stderr, /^podorder: warning: app\.yaml:18:\d+: .*; the document has no order, and is left as it is$/m)
  t.is((await place.run(['check', 'app.yaml'])).code, 0)
  place.write('ours.yaml', `${writeManifest()}---\n${template}# podorder.io/steps\n`)
  t.is((await place.run(['inject', 'ours.yaml'])).code, 2)
})

/** A template of a chart. @param more what it says of the pod */
const writeChart = (more = ''): string =>
  `{{- if .Values.on }}\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n${more}{{- end }}\n`

test('in a directory, so is a file that cannot be read; by its own name it is refused', async (t) => {
  const place = openPlace(t)
  place.write('all/app.yaml', writeManifest())
  place.write('all/chart.yaml', writeChart())
  const { code, stdout, stderr } = await place.run(['inject', 'all'])
  t.is(code, 0, stderr)
  t.regex(
    stderr,
    /^podorder: warning: all\/chart\.yaml:1:3: .*; this is a template: render it first, .*; the document has no order, and is left as it is\n/,
  )
  t.true(stdout.endsWith(`---\n${writeChart()}`))
  t.is((await place.run(['inject', '-i', 'all'])).code, 0)
  t.is(place.read('all/chart.yaml'), writeChart())
  t.is((await place.run(['eject', '-i', 'all'])).code, 0)
  t.is(place.read('all/app.yaml'), writeManifest())
  t.is((await place.run(['check', 'all'])).code, 0)
  t.is((await place.run(['check', '--strict', 'all'])).code, 1)
  t.is((await place.run(['graph', 'all'])).code, 0)
  t.is((await place.run(['inject', 'all/app.yaml', 'all/chart.yaml'])).code, 2)
})

test('one that says an order is refused there too', async (t) => {
  const place = openPlace(t)
  place.write('all/app.yaml', writeManifest())
  place.write('all/chart.yaml', writeChart('  annotations: {podorder.io/steps: "*"}\n'))
  const { code, stdout, stderr } = await place.run(['inject', 'all'])
  t.deepEqual([code, stdout], [2, ''])
  t.regex(stderr, /^all\/chart\.yaml:1:3: .*; this is a template: render it first, for instance with helm template\n$/)
})

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

const STEPS = 'podorder: Pod/steps: 10000 of 10000 containers ordered'

test('ten thousand documents and ten thousand containers go there and back', async (t) => {
  const place = openPlace(t)
  for (const text of [writePods(10_000), writeSteps(10_000)]) {
    place.write('app.yaml', text)
    const there = await place.run(['inject', '-i', 'app.yaml'])
    t.is(there.code, 0)
    const told = there.stderr.trimEnd().split('\n')
    t.is(told.at(-1), told.length > 1 ? 'podorder: and 9980 more pods with an order' : STEPS)
    t.true(told.length <= 21)
    t.true(place.read('app.yaml').length > 2 * text.length)
    const back = await place.run(['eject', '-i', 'app.yaml'])
    t.deepEqual([back.code, back.stderr], [0, ''])
    t.true(place.read('app.yaml') === text)
  }
})
