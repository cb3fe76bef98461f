/** `entrypoint wait`: who may, what ends it, and what needs no API. */
import test from 'ava'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { openCluster } from '../../support/wait.ts'

const PODS = '/api/v1/pods'
const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

test('403 and 401 are told at once with the least Role, and that Role is enough', async (t) => {
  const { server, wait } = await openCluster(t)
  server.trust({ 'secret-token': 'system:serviceaccount:rec:waiter' })
  server.allow([])
  const refused = wait(['wait', 'pod/db', 'service/mail'])
  t.is(await refused.code, 125)
  const said = refused.lines().join('\n')
  t.true(said.includes('User "system:serviceaccount:rec:waiter" cannot list resource'))
  t.true(said.includes('  name: podorder-wait-waiter\n  namespace: rec\nrules:\n'))
  t.true(said.includes('resources: ["pods"]\n    resourceNames: ["db"]\n    verbs: ["list", "watch"]'))
  const rule = (group: string, resource: string, ...resourceNames: readonly string[]) => ({
    apiGroups: [group],
    resources: [resource],
    ...(resourceNames.length > 0 ? { resourceNames } : {}),
    verbs: ['list', 'watch'],
  })
  server.allow([rule('', 'pods', 'db'), rule('', 'services', 'mail'), rule('discovery.k8s.io', 'endpointslices')])
  server.store.put(PODS, { metadata: { name: 'db', namespace: 'rec' }, status: READY })
  const allowed = wait(['wait', 'pod/db', 'service/mail'])
  await allowed.says('waiting for service/mail (there is no such service yet)')
  server.trust({})
  const unknown = wait(['wait', 'pod/db'])
  t.is(await unknown.code, 125)
  t.true(unknown.lines().join('\n').includes('does not accept our credentials (Unauthorized)'))
  t.true(unknown.lines().join('\n').includes('kind: Role'))
  t.false(unknown.lines().join('\n').includes('secret-token'))
})

test('in a pod the ServiceAccount speaks, and its namespace is meant', async (t) => {
  const { dir, server, wait } = await openCluster(t)
  server.trust({ 'secret-token': 'system:serviceaccount:shop:default' })
  server.store.put(PODS, { metadata: { name: 'db', namespace: 'shop' }, status: READY })
  // The paths are fixed, so the files are put there in a mount namespace of the test's own.
  const account = '/run/secrets/kubernetes.io/serviceaccount'
  const place = `mount -t tmpfs none /run && mkdir -p ${account} && cp ${dir}/token ${dir}/ca.crt ${account}/ &&
    printf shop >${account}/namespace && exec "$@"`
  const { hostname, port } = new URL(server.url)
  const waiting = wait(['pod', 'db'], {
    env: { KUBECONFIG: '', KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    prefix: ['unshare', '--mount', '--map-root-user', 'sh', '-c', place, 'sh'],
  })
  t.is(await waiting.code, 0)
  t.deepEqual(
    server.requests.map(({ path, user }) => [path, user]),
    [['/api/v1/namespaces/shop/pods', 'system:serviceaccount:shop:default']],
  )
})

test('a selector that the API does not understand is misuse', async (t) => {
  const { wait } = await openCluster(t)
  const waiting = wait(['pod', '-la b'])
  t.is(await waiting.code, 2)
  t.true(waiting.lines()[0]?.includes('unable to parse requirement'))
})

test('the time is up: 124, with what was missing', async (t) => {
  const { wait } = await openCluster(t)
  const waiting = wait(['pod', 'db', '--timeout', '300ms'])
  t.is(await waiting.code, 124)
  t.regex(waiting.lines().at(-1) ?? '', /^gave up after 300ms: pod\/db \(.+\)$/)
  const inJson = wait(['pod', 'db', '--timeout=300ms', '--log-format=json'])
  t.is(await inJson.code, 124)
  const events = inJson.lines().map((line) => JSON.parse(line) as { event: string; waitingFor?: readonly string[] })
  t.like(events.at(-1), { event: 'error' })
  t.true(events.slice(0, -1).every(({ event, waitingFor }) => event === 'waiting' && waitingFor?.[0] === 'pod/db'))
})

test('a signal ends the waiting', async (t) => {
  const { server, wait } = await openCluster(t)
  const waiting = wait(['pod', 'db'])
  await eventually('a watch', () => server.watches() === 1)
  waiting.signal('SIGTERM')
  t.is(await waiting.code, 143)
})

test('servers, commands and files are waited for without any API', async (t) => {
  const { dir, wait } = await openCluster(t)
  const http = createServer((_request, response) =>
    response.writeHead(http.listenerCount('ready') === 0 ? 503 : 200).end(),
  )
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.teardown(() => http.close())
  const { port } = http.address() as AddressInfo
  const waiting = wait(
    [
      ...['wait', `tcp://127.0.0.1:${port}`, `http://127.0.0.1:${port}/healthz`, `exec:test -e ${dir}/made`],
      ...['--file', 'late', '--period', '20ms'],
    ],
    { env: { KUBECONFIG: '/nowhere' } },
  )
  await waiting.says('HTTP status 503')
  await waiting.says('exit code 1')
  await waiting.says('file:late (it does not exist)')
  http.on('ready', () => {})
  writeFileSync(join(dir, 'made'), '')
  writeFileSync(join(dir, 'late'), '')
  t.is(await waiting.code, 0)
})

test('misuse is one sentence and exit code 2; help is a page and 0', async (t) => {
  const { wait } = await openCluster(t)
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['wait'], 'nothing to wait for; name a target such as pod/db'],
    [
      ['pod', 'db', '-A'],
      '--all-namespaces is not supported, because names are unique in one namespace only; give -n NAMESPACE',
    ],
    [['wait', 'pods/db'], 'unknown target "pods/db"; did you mean "pod/"?'],
  ]
  for (const [words, problem] of rows) {
    const waiting = wait(words)
    t.is(await waiting.code, 2)
    t.deepEqual(waiting.lines(), [`${problem} (entrypoint wait --help lists the flags)`])
  }
  const help = wait(['wait', '--help'])
  t.is(await help.code, 0)
  t.true(help.stdout().includes('\nUsage: entrypoint wait [flags] TARGET…\n'))
})

test('no API is said in one sentence', async (t) => {
  const { wait } = await openCluster(t)
  const waiting = wait(['pod', 'db'], { env: { KUBECONFIG: '/nowhere' } })
  t.is(await waiting.code, 125)
  t.deepEqual(waiting.lines(), [
    'cannot wait for pod/db: cannot read the kubeconfig /nowhere: no such file or directory (ENOENT)',
  ])
})
