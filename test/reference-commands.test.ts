/** The exit codes of podorder's commands that docs/reference.md promises: each comes. */
import test, { type ExecutionContext } from 'ava'
import { spawnSync } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { makeCredentials } from '../src/webhook/make-certificate.io.ts'
import { openSetting } from './e2e/controller/setting.ts'
import { openDoctor, PLACES } from './support/doctor.ts'
import { eventually } from './support/eventually.ts'
import { openPlace, type Place, writePod } from './support/podorder.ts'
import { readTable, wordsOf } from './support/reference.ts'
import { startWebhook } from './support/webhook.ts'

const PODORDER = fileURLToPath(new URL('../dist/podorder', import.meta.url))
const DAY_MS = 86_400_000

/** Words of a command line in a place that has the files below; or what takes more than that. */
type Recipe = readonly string[] | ((t: ExecutionContext, place: Place) => Promise<number | null>)

const POD = writePod({ annotations: { steps: 'a, b' }, containers: { a: 'true', b: 'true' } })
const FILES: Readonly<Record<string, string>> = {
  'pod.json': POD,
  'wrong.json': POD.replace('a, b', 'a, c'),
  'compose.yaml': 'services: {app: {image: x}}',
  'seen.json': POD.replace(/\}\s*$/, ', "status": {"phase": "Pending"}}'),
  'run.jsonl':
    '{"at":"2026-01-01T00:00:00.000Z","event":"started","container":"a","since":"2026-01-01T00:00:00.000Z"}\n',
}
const UNWRITABLE = 'pod.json/x'

async function findBusyPort(t: ExecutionContext): Promise<number> {
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function putCertificate(place: Place): string {
  const made = makeCredentials(['localhost'], Date.now(), DAY_MS)
  writeFileSync(place.path('tls.crt'), made.certificate)
  writeFileSync(place.path('tls.key'), made.key)
  return place.dir
}

/** By command and exit code. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  'inject 0': ['inject', 'pod.json'],
  'inject 1': ['inject', 'pod.json', '-o', UNWRITABLE],
  'inject 2': ['inject', 'missing.json'],
  'eject 0': ['eject', 'pod.json'],
  'eject 1': ['eject', 'pod.json', '-o', UNWRITABLE],
  'eject 2': ['eject', 'missing.json'],
  'check 0': ['check', 'pod.json'],
  'check 1': ['check', 'wrong.json'],
  'check 2': ['check', 'missing.json'],
  'import 0': ['import', 'compose.yaml'],
  'import 1': ['import', 'compose.yaml', '-o', UNWRITABLE],
  'import 2': ['import', 'missing.yaml'],
  'run 0': ['run', 'pod.json'],
  'run 1': ['run', 'pod.json', '--timeline', `${UNWRITABLE}.svg`],
  'run 2': ['run', 'missing.json'],
  'graph 0': ['graph', 'pod.json'],
  'graph 1': ['graph', 'pod.json', '-o', `${UNWRITABLE}.svg`],
  'graph 2': ['graph', 'missing.json'],
  'timeline 0': ['timeline', 'run.jsonl'],
  'timeline 1': ['timeline', 'run.jsonl', '-o', `${UNWRITABLE}.svg`],
  'timeline 2': ['timeline', 'missing.jsonl'],
  'explain 0': ['explain', 'seen.json'],
  'explain 1': (_, place) => {
    const full = openSync('/dev/full', 'w')
    const { status } = spawnSync(PODORDER, ['explain', 'seen.json'], {
      cwd: place.dir,
      stdio: ['ignore', full, 'ignore'],
    })
    return Promise.resolve(status)
  },
  'explain 2': ['explain', 'pod.json'],
  'doctor 0': async (t) => (await (await openDoctor(t)).ask()).code,
  async 'doctor 1'(t) {
    const { server, ask } = await openDoctor(t)
    server.store.remove(PLACES.namespaces, undefined, 'shop')
    return (await ask()).code
  },
  'doctor 2': ['doctor', '--kubeconfig', 'missing'],
  async 'webhook 0'(t, place) {
    const webhook = startWebhook(t, ['--cert-dir', putCertificate(place)])
    await webhook.port()
    webhook.signal('SIGINT')
    return webhook.code
  },
  'webhook 1': async (t, place) =>
    startWebhook(t, ['--cert-dir', putCertificate(place), '--health-port', `${await findBusyPort(t)}`]).code,
  'webhook 2': ['webhook', '--kubeconfig', 'missing'],
  async 'controller 0'(t) {
    const controller = (await openSetting(t)).start()
    await controller.says('watching the pods')
    controller.signal('SIGTERM')
    return controller.code
  },
  async 'controller 1'(t) {
    const { server, start } = await openSetting(t)
    server.allow([])
    return start(['--leader-elect=false']).code
  },
  'controller 2': ['controller', '--kubeconfig', 'missing'],
  'rbac 0': ['rbac', 'job/migrate'],
  'rbac 2': ['rbac', 'nonsense'],
  'completion 0': ['completion', 'bash'],
  'completion 2': ['completion', 'tcsh'],
  'version 0': ['version'],
  'version 2': ['version', '--nonsense'],
  'help 0': ['help', 'run'],
  'help 2': ['help', 'nonsense'],
}

const promised = readTable('podorder').flatMap((row) =>
  wordsOf(row['command'] ?? '').flatMap((command) =>
    ['0', '1', '2'].flatMap((code) => (row[code] === '' ? [] : [`${command} ${code}`])),
  ),
)

test('each exit code of a command is tried', (t) => {
  t.deepEqual(promised, Object.keys(RECIPES))
})

for (const name of promised) {
  test(`podorder ${name}`, async (t) => {
    const place = openPlace(t)
    for (const [path, content] of Object.entries(FILES)) place.write(path, content)
    const recipe = RECIPES[name] ?? []
    const code = typeof recipe === 'function' ? await recipe(t, place) : (await place.run(recipe)).code
    t.is(code, Number(name.split(' ')[1]))
  })
}

test('check --strict takes warnings for errors', async (t) => {
  const place = openPlace(t)
  const doubtful = POD.replace('"Never"', '"Always"')
  t.is((await place.run(['check', '-'], { stdin: doubtful })).code, 0)
  t.is((await place.run(['check', '--strict', '-'], { stdin: doubtful })).code, 1)
})

test('a run ends as the main container that failed first, or after signal n with 128 + n', async (t) => {
  const place = openPlace(t)
  const order = { 'depends-on': 'b: {a: failed}' }
  place.write('fails.json', writePod({ annotations: order, containers: { a: 'exit 7', b: 'exit 8' } }))
  t.is((await place.run(['run', 'fails.json'])).code, 7)
  place.write(
    'stays.json',
    writePod({ containers: { a: 'trap "exit 0" TERM; touch up; while :; do sleep 0.02; done' } }),
  )
  const run = place.start(['run', 'stays.json'])
  await eventually('it runs', () => place.has('up'))
  run.signal('SIGINT')
  t.is((await run.end).code, 130)
})
