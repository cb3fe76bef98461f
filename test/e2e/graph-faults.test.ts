/** What `podorder graph` refuses: all that is wrong with an order, and what is no manifest, in one sentence each. */
import test from 'ava'
import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { writeManifest } from '../support/manifest.ts'
import { openPlace, writePod } from '../support/podorder.ts'

test('everything that is wrong with an order is told, as inject tells it, and nothing is drawn', async (t) => {
  const place = openPlace(t)
  const wrong = writePod({
    annotations: { 'depends-on': 'a: {b: ready}\nb: {a: redy, c: ready}\nd: {b: ready}' },
    containers: { a: 'true', b: 'true', d: 'true' },
  })
  place.write('pod.json', wrong)
  place.write('old.svg', 'what was there')
  const [graph, inject] = [
    await place.run(['graph', 'pod.json', '-o', 'old.svg']),
    await place.run(['inject', 'pod.json']),
  ]
  t.is(graph.stderr, inject.stderr)
  t.regex(graph.stderr, /unknown condition[^\n]*\n[^\n]*unknown container/)
  t.deepEqual([graph.code, graph.stdout, place.read('old.svg')], [2, '', 'what was there'])
  place.write(
    'cycle.json',
    writePod({ annotations: { 'depends-on': 'a: b\nb: a' }, containers: { a: 'true', b: 'true' } }),
  )
  t.regex((await place.run(['graph', 'cycle.json'])).stderr, /cycle a -> b -> a/)
})

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: plain}\nspec: {containers: [{name: x}]}\n'
const GIVE = 'give a Pod, or a workload such as a Deployment or a Job'
const SAY = 'write one in the annotation podorder.io/depends-on or podorder.io/steps'

const BAD: Readonly<Record<string, readonly [string | Buffer, string]>> = {
  'no order at all': [POD, `bad.yaml: nothing is ordered in Pod/plain; ${SAY}`],
  'an empty file': ['', `bad.yaml: there is no pod in it; ${GIVE}`],
  'another kind': ['kind: Service\nmetadata: {name: constructor}\n', `bad.yaml: there is no pod in it; ${GIVE}`],
  'a list of numbers': ['[1, 2]', `bad.yaml: there is no pod in it; ${GIVE}`],
  'a binary': [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe]), 'bad.yaml: line 1 is not UTF-8; save it as UTF-8'],
}

for (const [name, [content, says]] of Object.entries(BAD)) {
  test(`${name} gets one sentence`, async (t) => {
    const place = openPlace(t)
    writeFileSync(place.path('bad.yaml'), content)
    t.deepEqual(await place.run(['graph', 'bad.yaml', '--format', 'svg']), {
      ...{ code: 2, signal: null, stdout: '', stderr: `${says}\n` },
    })
  })
}

test('a file that is not there, one that is too large, and a format that is not known get one sentence', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writeManifest())
  place.write('large.yaml', '')
  truncateSync(place.path('large.yaml'), 100 * 1024 * 1024)
  const says = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.run(['graph', ...args])
    t.deepEqual([code, stdout], [2, ''])
    return stderr
  }
  t.regex(await says('nope.yaml'), /^nope\.yaml: no such file or directory \(ENOENT\); [^\n]+\n$/)
  t.is(await says('large.yaml'), 'large.yaml: more than 32 MiB; split it\n')
  const fix = 'use .txt, .mmd, .dot, .svg, .html or .json, or give --format'
  t.is(await says('pod.yaml', '-o', 'order.png'), `podorder: order.png: unknown file ending; ${fix}\n`)
  t.regex(await says('pod.yaml', '--format', 'sgv'), /^podorder: [^\n]*'sgv'[^\n]*\n$/)
  t.is(await says(), 'podorder: no manifest; give one with -f FILE, or -f - for stdin\n')
})

test('manifests are given as to inject: -f, directories, -R', async (t) => {
  const place = openPlace(t)
  place.write('all/below/pod.yaml', writeManifest())
  place.write(
    'patch.yaml',
    'kind: Deployment\nmetadata: {name: shop}\nspec: {template: {metadata: {labels: {a: b}}}}\n',
  )
  const drawn = await place.run(['graph', 'all/below/pod.yaml'])
  t.is(drawn.code, 0)
  t.deepEqual(await place.run(['graph', '-R', '-f', 'all', '-f', 'patch.yaml']), drawn)
  const { code, stderr } = await place.run(['graph', '-f', 'all'])
  t.deepEqual([code, stderr], [2, 'all: no .yaml, .yml or .json file is in it; -R looks in its directories too\n'])
})

test('a directory that is not there is not made', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writeManifest())
  const { code, stderr } = await place.run(['graph', 'pod.yaml', '-o', 'typo/order.svg'])
  t.deepEqual(
    [code, stderr],
    [1, 'podorder: typo/order.svg: no such file or directory (ENOENT); nothing was written\n'],
  )
  t.false(place.has('typo'))
})

test('what cannot be written is said, and leaves nothing behind', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writeManifest())
  place.write('order.svg/keep', 'a directory of that name')
  const { code, stderr } = await place.run(['graph', 'pod.yaml', '-o', 'order.svg'])
  t.is(code, 1)
  t.regex(stderr, /^podorder: order\.svg: [^\n]+; nothing was written\n$/)
  t.deepEqual(readdirSync(place.dir).toSorted(), ['order.svg', 'pod.yaml', 'tmp'])
})
