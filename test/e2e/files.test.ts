/** Files as every command takes them: `-f`, repeated, beside others by their names, from a kustomization. */
import test from 'ava'
import { chmodSync } from 'node:fs'
import { openDoctor } from '../support/doctor.ts'
import { openPlace, type Place, writePod } from '../support/podorder.ts'

const POD = writePod({
  annotations: { steps: 'a, b' },
  containers: {
    a: { command: ['sh', '-c', 'echo "$GREETING"'], envFrom: [{ configMapRef: { name: 'words' } }] },
    b: 'true',
  },
})
const WORDS = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\ndata: {GREETING: hello from a second file}\n'

function fill(place: Place): void {
  place.write('pod.json', POD)
  place.write('words.yaml', WORDS)
  place.write('all/pod.json', POD)
  place.write('all/deep/words.yaml', WORDS)
}

test('-f is taken by every command that reads files', async (t) => {
  const place = openPlace(t)
  fill(place)
  place.write('compose.yaml', 'services: {app: {image: x, command: [x]}}')
  place.write('seen', POD.replace(/\}\s*$/, ', "status": {"phase": "Pending"}}'))
  place.write('run', (await place.run(['run', '--json', 'pod.json', 'words.yaml'])).stdout)
  for (const command of ['inject', 'eject', 'check', 'graph', 'rbac', 'run']) {
    const end = await place.run([command, '-f', 'pod.json', '-f', 'words.yaml'])
    t.is(end.code, 0, `${command}: ${end.stderr}`)
  }
  const rows = [
    ['import', 'compose.yaml'],
    ['explain', 'seen'],
    ['timeline', 'run'],
  ] as const
  for (const [command, file] of rows) {
    const end = await place.run([command, '-f', file])
    t.is(end.code, 0, `${command}: ${end.stderr}`)
    t.true(end.stdout.length > 0)
  }
  const { ask, place: home } = await openDoctor(t)
  home.write('pod.json', POD)
  t.regex((await ask('-f', 'pod.json')).stdout, /pod {9}Pod\/test would be rewritten/)
})

test('a pod and a file of another are one too many', async (t) => {
  const place = openPlace(t)
  fill(place)
  for (const command of ['explain', 'timeline']) {
    const end = await place.run([command, 'shop', '-f', 'pod.json'])
    t.is(end.stderr, 'podorder: shop and -f pod.json name two pods; give one of them\n')
    t.is(end.code, 2)
  }
  const nothing = await place.run(['explain'])
  t.deepEqual([nothing.code, nothing.stderr], [2, 'podorder: no pod; name one, give a file with -f, or - for stdin\n'])
  const run = await place.run(['run'])
  t.deepEqual([run.code, run.stderr], [2, 'podorder: no manifest; give a file, or - for stdin\n'])
})

test('run finds ConfigMaps in other files, in a directory, beside stdin, and of a kustomization', async (t) => {
  const place = openPlace(t)
  fill(place)
  place.write('bin/kubectl', '#!/bin/sh\nset -e\ncat pod.json; echo; echo ---; cat words.yaml\n')
  chmodSync(place.path('bin/kubectl'), 0o755)
  const env = { PATH: `${place.path('bin')}:${process.env['PATH'] ?? ''}` }
  const ways: readonly (readonly string[])[] = [
    ['pod.json', 'words.yaml'],
    ['-f', 'words.yaml', '-f', 'pod.json'],
    ['-f', '-', 'words.yaml'],
    ['-R', 'all'],
    ['-k', '.'],
  ]
  for (const words of ways) {
    const end = await place.run(['run', ...words], { env, ...(words.includes('-') ? { stdin: POD } : {}) })
    t.regex(end.stdout, /^a +\| hello from a second file$/m, `${words.join(' ')}: ${end.stderr}`)
    t.is(end.code, 0)
  }
  const alone = await place.run(['run', 'pod.json'])
  t.is(alone.code, 2, alone.stdout)
  t.regex(alone.stderr, /^pod\.json:\d+:\d+: .*ConfigMap "?words/)
  await place.assertClean()
})

test('what is wrong in one of several files names that file, and the first pod is run', async (t) => {
  const place = openPlace(t)
  fill(place)
  place.write('broken.yaml', 'kind: [\n')
  const broken = await place.run(['run', 'pod.json', 'words.yaml', 'broken.yaml'])
  t.is(broken.code, 2)
  t.regex(broken.stderr, /^broken\.yaml:\d+:\d+: /)
  place.write('other.json', POD.replace('"name": "test"', '"name": "other"').replace('$GREETING', 'the other'))
  const first = await place.run(['run', 'other.json', 'pod.json', 'words.yaml'])
  t.regex(first.stdout, /\| the other$/m)
  const only = await place.run(['run', 'other.json', 'pod.json', 'words.yaml', '--only', 'Pod/test'])
  t.regex(only.stdout, /\| hello from a second file$/m)
  const none = await place.run(['run', 'words.yaml', '-f', 'broken.yaml', '--only', 'Pod/test'])
  t.is(none.code, 2)
  const empty = await place.run(['run', 'words.yaml', '-f', 'all', '--only', 'Pod/nobody'])
  t.regex(empty.stderr, /^all\/pod\.json, words\.yaml: there is no Pod\/nobody in it; /)
})
