/** Parts of a pod, other variables, other users: what `podorder run` is told beside the manifest. */
import test from 'ava'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { openPlace, readLines, writePod } from '../../support/podorder.ts'

const SHOP = writePod({
  annotations: { 'depends-on': 'web: {db: ready, cache: started}\nworker: {db: ready}', main: 'web, worker' },
  containers: { db: 'exec sleep 60', cache: 'exec sleep 60', web: 'true', worker: 'true', extra: 'true' },
})

const started = (stdout: string): readonly string[] =>
  readLines(stdout)
    .flatMap(({ event, container = '' }) => (event === 'started' ? [container] : []))
    .toSorted()

test('--containers runs those and what they need', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', SHOP)
  const { code, stdout } = await place.run(['run', '--json', '--containers', 'worker', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.deepEqual(started(stdout), ['db', 'worker'])
  await place.assertClean()
})

test('--without leaves some out, and says who does not wait for them', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', SHOP)
  const { code, stdout, stderr } = await place.run(['run', '--json', '--without', 'db,extra', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.deepEqual(started(stdout), ['cache', 'web', 'worker'])
  t.is(
    stderr,
    'podorder: warning: web does not wait for db, left out\npodorder: warning: worker does not wait for db, left out\n',
  )
})

test('what is wrong with a container that is left out does not matter; a name that is not there does', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { app: 'true', proxy: { image: 'no-command' } } }))
  t.is((await place.run(['run', 'pod.yaml'])).code, 2)
  t.is((await place.run(['run', '--without', 'proxy', 'pod.yaml'])).code, 0)
  const stranger = await place.run(['run', '--containers', 'ap', 'pod.yaml'])
  t.is(stranger.stderr, 'pod.yaml: --containers: there is no container "ap" in the pod; did you mean "app"?\n')
  t.is(stranger.code, 2)
  const none = await place.run(['run', '--without', 'app,proxy', 'pod.yaml'])
  t.is(none.stderr, 'pod.yaml: --without: no container is left\n')
})

test('--env-file gives variables to all containers, in the place of what is not here', async (t) => {
  const place = openPlace(t)
  const secret = { secretKeyRef: { name: 'elsewhere', key: 'password' } }
  const env = [
    { name: 'PASSWORD', valueFrom: secret },
    { name: 'URL', value: 'db:$(PASSWORD)' },
    { name: 'MODE', value: 'production' },
  ]
  const envFrom = [{ secretRef: { name: 'other' } }]
  const print = ['sh', '-c', 'echo "$PASSWORD|$URL|$MODE|$RAW|$MORE"']
  place.write('pod.yaml', writePod({ containers: { app: { command: print, env, envFrom }, b: { command: print } } }))
  place.write('one.env', '# local\nPASSWORD="se cret"\nMODE = test\r\nexport RAW=$(MODE)\n\n')
  place.write('two.env', 'MORE=x=y # z\nMODE=two\nHOME\n')
  t.is((await place.run(['run', 'pod.yaml'])).code, 2)
  const { code, stdout } = await place.run([
    'run',
    '--json',
    '--env-file',
    'one.env',
    '--env-file',
    'two.env',
    'pod.yaml',
  ])
  t.is(code, 0, stdout)
  const said = readLines(stdout).flatMap(({ container, line }) => (line === undefined ? [] : [`${container}: ${line}`]))
  t.deepEqual(said.toSorted(), ['app: se cret|db:se cret|two|$(MODE)|x=y # z', 'b: se cret||two|$(MODE)|x=y # z'])
})

test('an --env-file that is none is refused with its place', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { app: 'true' } }))
  place.write('bad.env', 'A=1\n- b: 2\n')
  const bad = await place.run(['run', '--env-file', 'bad.env', 'pod.yaml'])
  t.is(bad.stderr, 'bad.env:2: the line is not of the form NAME=VALUE\n')
  t.is(bad.code, 2)
  const none = await place.run(['run', '--env-file', 'none.env', 'pod.yaml'])
  t.is(none.stderr, '--env-file none.env: no such file or directory (ENOENT)\n')
})

test('a pod without an order says so, and so does ready without a probe', async (t) => {
  const place = openPlace(t)
  place.write('plain.yaml', writePod({ containers: { a: 'true', b: 'true' } }))
  const plain = await place.run(['run', 'plain.yaml'])
  t.regex(plain.stdout, /^podorder \| the pod has no order: its containers all start at once, as in Kubernetes$/m)
  place.write(
    'pod.yaml',
    writePod({ annotations: { 'depends-on': 'a: {b: ready}' }, containers: { a: 'true', b: 'true' } }),
  )
  const ready = await place.run(['run', 'pod.yaml'])
  t.regex(ready.stdout, /^podorder \| b has no startupProbe or readinessProbe: it counts as ready as soon as started$/m)
  t.false(ready.stdout.includes('no annotation'))
})

test('failures are red and skips yellow, where colours are', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ annotations: { steps: 'a, b' }, containers: { a: 'exit 3', b: 'true' } }))
  const { stdout } = await place.run(['run', 'pod.yaml'], { env: { FORCE_COLOR: '1' } })
  const lines = stdout.split('\n')
  const red = lines.filter((line) => line.startsWith('\u001B[31m'))
  t.deepEqual(
    red.map((line) => /a failed: exit code 3|^\S+a .* Error/.test(line)),
    [true, true],
    stdout,
  )
  const yellow = lines.filter((line) => line.startsWith('\u001B[33m') && /b skipped|b .* Skipped/.test(line))
  t.is(yellow.length, 2, stdout)
})

test('what is stopped because the work is done has stopped: in the lines, in the table, in the timeline', async (t) => {
  const place = openPlace(t)
  const annotations = { 'depends-on': 'app: {logs: started}', main: 'app' }
  place.write('pod.yaml', writePod({ annotations, containers: { app: 'true', logs: 'sleep 60 & wait' } }))
  const { stdout, code } = await place.run(['run', 'pod.yaml', '--timeline', 'run.json'])
  t.is(code, 0)
  t.regex(stdout, /^podorder \| logs stopped: the pod’s work is done$/m)
  t.regex(stdout, /^logs .* Stopped /m)
  t.false(stdout.includes('logs completed'))
  t.regex((await place.run(['timeline', 'run.json'])).stdout, /logs .* stopped /)
})

test('after Ctrl-C what was told to stop has stopped, and not failed', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { app: 'exec sleep 60' } }))
  const run = place.start(['run', 'pod.yaml'])
  await eventually('it runs', () => run.stdout().includes('app started'))
  run.signal('SIGINT')
  const { stdout, code } = await run.end
  t.is(code, 130)
  t.regex(stdout, /^podorder \| app stopped \(killed by SIGTERM\)$/m)
  t.regex(stdout, /^app .* Stopped /m)
  t.false(stdout.includes('failed'))
})

test('what a run that was killed has left goes with the next one, and nothing else', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { app: 'touch up; exec sleep 60' } }))
  const run = place.start(['run', 'pod.yaml'])
  await eventually('it runs', () => place.has('up'))
  const other = place.start(['run', 'pod.yaml'])
  await eventually('the other runs', () => other.stdout().includes('app started'))
  run.signal('SIGKILL')
  await run.end
  mkdirSync(join(place.temporary, 'podorder-stranger'))
  writeFileSync(join(place.temporary, 'podorder-stranger/file'), '')
  place.write('short.yaml', writePod({ containers: { app: 'ls "$TMPDIR"' } }))
  const { stdout } = await place.run(['run', '--json', 'short.yaml'])
  const left = readLines(stdout).flatMap(({ line }) => line ?? [])
  // Its own, and that of the run that goes on.
  t.is(left.length, 3, left.join(' '))
  t.true(existsSync(join(place.temporary, 'podorder-stranger/file')))
  other.signal('SIGINT')
  await other.end
})

const asRoot = process.getuid?.() === 0 ? test : test.skip

asRoot('runAsUser and runAsGroup are obeyed by root, of a wrapped container too', async (t) => {
  const place = openPlace(t)
  const id = {
    command: ['sh', '-c', 'id -u; id -g; touch /data/own && echo wrote'],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { steps: 'a, b' },
      spec: { securityContext: { runAsUser: 12345, runAsGroup: 54321 }, volumes: [{ name: 'data', emptyDir: {} }] },
      containers: { a: id, b: { ...id, securityContext: { runAsUser: 0, runAsGroup: 0 } } },
    }),
  )
  const { code, stdout, stderr } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout + stderr)
  const said = readLines(stdout).flatMap(({ container, line }) => (line === undefined ? [] : [`${container} ${line}`]))
  t.deepEqual(said, ['a 12345', 'a 54321', 'a wrote', 'b 0', 'b 0', 'b wrote'])
  await place.assertClean()
})

asRoot('runAsUser that cannot be obeyed is told', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ spec: { securityContext: { runAsUser: 12345 } }, containers: { a: 'id -u' } }))
  const { stdout, stderr } = await place.run(['run', '--json', 'pod.yaml'], { uid: 1234 })
  t.is(
    stderr,
    'podorder: warning: runAsUser has no effect: a (12345); all processes run as you, uid 1234, because only root can change that\n',
  )
  t.true(readLines(stdout).some(({ line }) => line === '1234'))
})

test('--template names the place of a pod in a kind that nobody knows', async (t) => {
  const place = openPlace(t)
  const pod = JSON.parse(writePod({ annotations: { steps: 'a, b' }, containers: { a: 'true', b: 'true' } })) as object
  place.write('box.yaml', JSON.stringify({ apiVersion: 'example.com/v1', kind: 'Box', spec: { inner: pod } }))
  const { code, stdout } = await place.run(['run', '--json', '--template', 'Box=spec.inner', 'box.yaml'])
  t.is(code, 0, stdout)
  t.deepEqual(started(stdout), ['a', 'b'])
  const wrong = await place.run(['run', '--template', 'box', 'box.yaml'])
  t.is(wrong.code, 2)
  t.regex(wrong.stderr, /is not KIND=PATH/)
})
