/** `podorder graph` as people call it. */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Diagram } from '../../src/graph/diagram.ts'
import { writeHistory } from '../../src/history/history-json.ts'
import { VOTING } from '../support/histories.ts'
import { writeManifest, writeSteps } from '../support/manifest.ts'
import { openPlace, writePod } from '../support/podorder.ts'

const EXAMPLE = readFileSync(fileURLToPath(new URL('../../examples/voting/pod.yaml', import.meta.url)), 'utf8')

const TEXT = `Pod/voting: 5 containers in 5 stages

 1 ─ redis
 2 ─ postgres       after redis ready
 3 ─ worker         after redis, postgres ready
 4 ─ vote           after worker ready
 5 ─ result (main)  after vote ready
`

const readDiagrams = (stdout: string): readonly Diagram[] =>
  (JSON.parse(stdout) as { readonly diagrams: readonly Diagram[] }).diagrams

test('a manifest is shown, from a file, from stdin, and the same once it is injected', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  const shown = { code: 0, signal: null, stdout: TEXT, stderr: '' }
  t.deepEqual(await place.run(['graph', 'pod.yaml']), shown)
  t.deepEqual(await place.run(['graph', '-'], { stdin: EXAMPLE }), shown)
  const injected = await place.run(['inject', 'pod.yaml'])
  t.regex(injected.stdout, /podorder\.io\/original/)
  t.deepEqual(await place.run(['graph', '-'], { stdin: injected.stdout }), shown)
})

test('containers that are not ordered are counted and told in every format', async (t) => {
  const place = openPlace(t)
  const containers = { db: 'true', app: 'true', logger: 'true' }
  place.write('pod.yaml', writePod({ annotations: { 'depends-on': 'app: {db: ready}' }, containers }))
  const draw = async (format: string) => (await place.run(['graph', 'pod.yaml', '--format', format])).stdout
  t.regex(await draw('text'), /: 2 containers in 2 stages, 1 not ordered\n[^]*\n - ─ logger +not ordered\n/)
  for (const format of ['mermaid', 'dot']) t.true((await draw(format)).includes('logger (not ordered)'))
  for (const format of ['svg', 'html']) t.regex(await draw(format), /2 containers in 2 stages, 1 not ordered, 1 wait\./)
  t.deepEqual(
    readDiagrams(await draw('json'))[0]?.nodes.map(({ name, kind }) => `${name} ${kind}`),
    ['db container', 'app container', 'logger plain'],
  )
})

test('every pod with an order is shown, from directories too; --only chooses', async (t) => {
  const place = openPlace(t)
  place.write('all/a.yaml', `${writeManifest('one')}---\n${writeManifest('two')}`)
  place.write('all/b.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: plain}\nspec: {containers: [{name: x}]}\n')
  const all = await place.run(['graph', 'all'])
  t.deepEqual(all.stdout.match(/^Pod\/.*$/gm), [
    'Pod/one: 2 containers in 2 stages',
    'Pod/two: 2 containers in 2 stages',
  ])
  t.is((await place.run(['graph', 'all', '--only', 'pod/two'])).stdout, all.stdout.split('\n\n').slice(2).join('\n\n'))
  const unknown = await place.run(['graph', 'all', '--only', 'Pod/tow'])
  t.is(unknown.stderr, 'podorder: --only: there is no Pod/tow; did you mean "Pod/two"?\n')
  t.is(unknown.code, 2)
})

test('every format is written, to stdout or into the file that ends so', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  const formats = { text: 'txt', mermaid: 'mmd', dot: 'dot', svg: 'svg', html: 'html', json: 'json' }
  for (const [format, ending] of Object.entries(formats)) {
    const { code, stdout, stderr } = await place.run(['graph', 'pod.yaml', '--format', format])
    t.deepEqual([code, stderr], [0, ''])
    for (const name of ['redis', 'postgres', 'worker', 'vote', 'result']) t.true(stdout.includes(name), format)
    t.is(stdout.at(-1), '\n')
    const written = await place.run(['graph', 'pod.yaml', '-o', `order.${ending}`])
    t.deepEqual([written.code, written.stdout, written.stderr], [0, '', ''])
    t.is(place.read(`order.${ending}`), stdout)
  }
  t.true(place.read('order.svg').startsWith('<svg '))
  t.regex(place.read('order.html'), /^<!doctype html>/i)
  t.true(place.read('order.mmd').startsWith('flowchart LR\n'))
  t.true(place.read('order.dot').startsWith('digraph {\n'))
  const [diagram] = readDiagrams(place.read('order.json'))
  t.like(diagram, { title: 'Pod/voting', links: { length: 5 }, nodes: { length: 5 } })
  t.is((await place.run(['graph', 'pod.yaml', '-o', 'order.txt', '--format', 'dot'])).code, 0)
  t.is(place.read('order.txt'), place.read('order.dot'))
})

test('several pods are one Mermaid and one DOT; a picture is of one, and says which there are', async (t) => {
  const place = openPlace(t)
  place.write('app.yaml', `${writeManifest('one')}---\n${writeManifest('two')}`)
  for (const format of ['mermaid', 'dot']) {
    const { stdout } = await place.run(['graph', 'app.yaml', '--format', format])
    t.deepEqual(stdout.match(/Pod\/\w+/g), ['Pod/one', 'Pod/two'])
  }
  for (const format of ['svg', 'html']) {
    const { code, stdout, stderr } = await place.run(['graph', 'app.yaml', '--format', format])
    t.deepEqual([code, stdout], [2, ''])
    const said = `a picture as ${format} is of one pod, and these have an order: Pod/one, Pod/two; choose one with --only`
    t.is(stderr, `podorder: ${said}\n`)
    t.is((await place.run(['graph', 'app.yaml', '--format', format, '--only', 'two'])).code, 0)
  }
})

test('a timeline marks the critical path, with its times', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  place.write('run.json', writeHistory(VOTING))
  const { stdout, stderr } = await place.run(['graph', 'pod.yaml', '--timeline', 'run.json'])
  t.is(stderr, '')
  t.is(
    stdout,
    `Pod/voting: 5 containers in 5 stages, critical path 9.27s

 1 ─ redis (critical, 1.22s)
 2 ─ postgres (critical, 2.8s)       after redis ready
 3 ─ worker (critical, 1.14s)        after redis, postgres ready
 4 ─ vote (critical, 2.49s)          after worker ready
 5 ─ result (main, critical, 1.58s)  after vote ready
`,
  )
  const json = await place.run(['graph', 'pod.yaml', '--timeline', '-', '--format', 'json'], {
    stdin: writeHistory(VOTING),
  })
  const links = readDiagrams(json.stdout).flatMap((diagram) => diagram.links)
  t.deepEqual(
    links.filter(({ critical }) => critical).map(({ container, target }) => `${target} ${container}`),
    ['redis postgres', 'postgres worker', 'worker vote', 'vote result'],
  )
  t.regex((await place.run(['graph', 'pod.yaml', '--timeline', 'run.json', '--format', 'html'])).stdout, /critical/)
})

test('a timeline of another pod, one that is none, and one of several pods are refused', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  place.write('shop.yaml', writeManifest())
  place.write('run.json', writeHistory(VOTING))
  const other = await place.run(['graph', 'shop.yaml', '--timeline', 'run.json'])
  t.deepEqual([other.code, other.stdout], [2, ''])
  const told = 'it tells of redis, postgres, worker, vote, result, and Pod/shop has none of them'
  t.is(other.stderr, `podorder: --timeline: ${told}; give a timeline of this pod\n`)
  const none = await place.run(['graph', 'pod.yaml', '--timeline', 'pod.yaml'])
  t.deepEqual([none.code, none.stdout], [2, ''])
  t.regex(none.stderr, /^podorder: pod\.yaml: [^\n]+\n$/)
  const both = await place.run(['graph', 'pod.yaml', 'shop.yaml', '--timeline', 'run.json'])
  t.is(
    both.stderr,
    'podorder: a timeline is of one pod, and these have an order: Pod/voting, Pod/shop; choose one with --only\n',
  )
  const twice = await place.run(['graph', '-', '--timeline', '-'], { stdin: EXAMPLE })
  t.is(twice.stderr, 'podorder: stdin cannot be both; give the manifest, or --timeline, by its path\n')
  t.deepEqual([both.code, twice.code], [2, 2])
})

test('names are data: markup, controls and the names that every object has are drawn as they are', async (t) => {
  const place = openPlace(t)
  const manifest = JSON.parse(
    writePod({
      annotations: { 'depends-on': 'constructor: {end: ready, "http://x/?<script>&a=\\"b\\"": ready}' },
      containers: { constructor: 'true', end: 'true' },
    }),
  ) as { metadata: { name: string } }
  manifest.metadata.name = '__proto__<script>\u001B[31m"]'
  place.write('pod.json', JSON.stringify(manifest))
  for (const format of ['text', 'mermaid', 'dot', 'svg', 'html']) {
    const { code, stdout, stderr } = await place.run(['graph', 'pod.json', '--format', format])
    t.is(code, 0, stderr)
    t.true(stdout.includes('constructor'), format)
    t.false(stdout.includes('\u001B'), format)
    if (format === 'svg' || format === 'html') t.false(/<script>\W/.test(stdout.replace(/<script>\n/, '')), format)
  }
})

test('colours are for terminals, or for who asks', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  const painted = await place.run(['graph', 'pod.yaml'], { env: { FORCE_COLOR: '1' } })
  t.true(painted.stdout.includes('\u001B[36mredis\u001B[39m'))
  t.is((await place.run(['graph', 'pod.yaml'], { env: { NO_COLOR: '1' } })).stdout, TEXT)
  await place.run(['graph', 'pod.yaml', '-o', 'order.txt'], { env: { FORCE_COLOR: '1' } })
  t.is(place.read('order.txt'), TEXT)
})

test('that a reader has seen enough is no error', async (t) => {
  const place = openPlace(t)
  place.write('steps.yaml', writeSteps(2000))
  const running = place.start(['graph', 'steps.yaml', '--format', 'json'])
  running.closeStdout()
  const { code, stderr } = await running.end
  t.deepEqual([code, stderr], [0, ''])
})

test('more links than Mermaid draws by itself are warned about, and written', async (t) => {
  const place = openPlace(t)
  place.write('steps.yaml', writeSteps(502))
  const { code, stdout, stderr } = await place.run(['graph', 'steps.yaml', '--format', 'mermaid'])
  t.is(code, 0)
  t.is(stdout.split('-->').length, 502)
  const says = 'Mermaid draws 500 links unless its maxEdges is raised, and this has 501; --format svg draws them all'
  t.is(stderr, `podorder: warning: ${says}\n`)
})

test('the help page fits a screen', async (t) => {
  const { code, stdout } = await openPlace(t).run(['graph', '--help'])
  const lines = stdout.split('\n')
  t.is(code, 0)
  t.deepEqual([lines.length <= 30, lines.filter((line) => line.length > 80)], [true, []])
})

test('a container that is awaited as ready and has no probe is marked, in text and in the picture', async (t) => {
  const place = openPlace(t)
  const probed = { command: ['db'], readinessProbe: { exec: { command: ['true'] } } }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'app: {db: ready, cache: ready}' },
      containers: { db: probed, cache: 'c', app: 'a' },
    }),
  )
  const text = await place.run(['graph', 'pod.yaml'])
  t.regex(text.stdout, /cache \(no probe\)/)
  t.notRegex(text.stdout, /(?:db|app) \(no probe\)/)
  const svg = await place.run(['graph', 'pod.yaml', '--format', 'svg'])
  t.is(svg.stdout.match(/>no probe</g)?.length, 1)
  const json = readDiagrams((await place.run(['graph', 'pod.yaml', '--format', 'json'])).stdout)
  t.deepEqual(
    json[0]?.nodes.flatMap(({ name, unprobed }) => (unprobed === true ? [name] : [])),
    ['cache'],
  )
})

test('the default condition is on no link, and every other one is', async (t) => {
  const place = openPlace(t)
  const order = 'app: {db: ready, setup: completed}\nweb: {app: {condition: ready, timeout: 2m}}'
  place.write(
    'pod.yaml',
    writePod({ annotations: { 'depends-on': order }, containers: { db: 'd', setup: 's', app: 'a', web: 'w' } }),
  )
  const { stdout } = await place.run(['graph', 'pod.yaml', '--format', 'svg'])
  const terms = [...stdout.matchAll(/class="terms[^"]*"[^>]*>.*?<text[^>]*>([^<]*)</g)].map(([, said = '']) => said)
  t.deepEqual(terms.toSorted(), ['completed', 'ready (within 2m)'])
  t.true(stdout.includes('is ready before, or as it says'))
})

const STOP = `Pod/voting stops within 10s: 5 containers in 5 stages

 1 ─ result (main, at least 5.5s)
 2 ─ vote (at least 1s)      after result stopped
 3 ─ worker (at least 1s)    after vote stopped
 4 ─ postgres (at least 1s)  after worker stopped
 5 ─ redis (at least 1s)     after postgres, worker stopped
`

test('--stop shows who stops after whom, in every format, and the same once it is injected', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  t.deepEqual(await place.run(['graph', 'pod.yaml', '--stop']), { code: 0, signal: null, stdout: STOP, stderr: '' })
  const injected = await place.run(['inject', 'pod.yaml'])
  t.is((await place.run(['graph', '-', '--stop'], { stdin: injected.stdout })).stdout, STOP)
  const draw = async (format: string) => (await place.run(['graph', 'pod.yaml', '--stop', '--format', format])).stdout
  t.true((await draw('mermaid')).includes('p0n1["postgres (at least 1s)"]\n'))
  t.true((await draw('mermaid')).includes('p0n2 -->|"stopped"| p0n1\n'))
  t.true((await draw('dot')).includes('p0n1 [label="postgres (at least 1s)"]\n'))
  t.true((await draw('dot')).includes('p0n2 -> p0n1 [label="stopped"]\n'))
  for (const format of ['svg', 'html']) {
    const picture = await draw(format)
    for (const words of ['Stop of Pod/voting', 'They have 10s in all.', 'stops before', 'main · at least 5.5s']) {
      t.true(picture.includes(words), `${format}: ${words}`)
    }
    t.false(/class="terms/.test(picture), 'what all links say is on none')
  }
  t.true((await draw('html')).includes('postgres waits for worker/stopped'))
  const [diagram] = readDiagrams(await draw('json'))
  t.is(diagram?.graceMs, 10_000)
  t.deepEqual(
    diagram?.nodes.map(({ name, stage, leastMs }) => `${name} ${stage} ${leastMs}`),
    ['redis 4 1000', 'postgres 3 1000', 'worker 2 1000', 'vote 1 1000', 'result 0 5500'],
  )
})

test('--stop and --timeline are of two different times', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', EXAMPLE)
  const { code, stdout, stderr } = await place.run(['graph', 'pod.yaml', '--stop', '--timeline', 'run.json'])
  t.deepEqual([code, stdout], [2, ''])
  t.is(stderr, 'podorder: --timeline and --stop exclude each other; give one of them\n')
})
