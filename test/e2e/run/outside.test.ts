/** `podorder run`: containers that wait for what is outside the pod, or for one that podorder does not wrap. */
import test from 'ava'
import { relative } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { putPod } from '../../support/outside.ts'
import { openPlace, type PodParts, type RunLine, writePod } from '../../support/podorder.ts'
import { openCluster } from '../../support/wait.ts'

const serve = (script: string) => ({
  command: ['sh', '-c', script],
  readinessProbe: { exec: { command: ['test', '-e', 'up'] }, periodSeconds: 1 },
})
/** Until it is told to stop. */
const STAY = 'trap "exit 0" TERM; while :; do sleep 0.05; done'

const pod = (dependsOn: string, parts: PodParts): string =>
  writePod({ ...parts, annotations: { 'depends-on': dependsOn } })
const happens = (lines: readonly RunLine[], event: string, container: string): number =>
  lines.findIndex((line) => line.event === event && line.container === container)

test('a sidecar is waited for by the files that the controller keeps in a cluster', async (t) => {
  const place = openPlace(t)
  place.write('pod.json', pod('app: sidecar/mesh', { containers: { app: 'echo open', mesh: serve(STAY) } }))
  const run = place.start(['run', '--json', 'pod.json'])
  await eventually('it waits', () => happens(run.lines(), 'waiting', 'app') !== -1)
  t.deepEqual(run.lines().find(({ event }) => event === 'waiting')?.waitingFor, ['sidecar/mesh'])
  t.is(happens(run.lines(), 'started', 'app'), -1)
  place.write('up', '')
  await eventually('it starts', () => happens(run.lines(), 'ended', 'app') !== -1)
  const started = run.lines()[happens(run.lines(), 'started', 'app')]
  t.is(started?.waitedFor, 'sidecar/mesh')
  t.true(happens(run.lines(), 'ready', 'mesh') < happens(run.lines(), 'started', 'app'))
  run.signal('SIGTERM')
  await run.end
  await place.assertClean()
})

test('a native sidecar is one, and it is ready as soon as it is started', async (t) => {
  const place = openPlace(t)
  const initContainers = [{ name: 'mesh', image: 'none', restartPolicy: 'Always', command: ['sh', '-c', STAY] }]
  place.write('pod.json', pod('app: sidecar/mesh', { spec: { initContainers }, containers: { app: 'echo open' } }))
  const { code, stdout, stderr } = await place.run(['run', 'pod.json'])
  t.is(code, 0, stderr)
  t.true(stdout.includes('open'))
  await place.assertClean()
})

test('a sidecar that fails under Never skips who waits for it', async (t) => {
  const place = openPlace(t)
  place.write('pod.json', pod('app: sidecar/mesh', { containers: { app: 'echo open', mesh: serve('exit 3') } }))
  const { code, stdout } = await place.run(['run', '--json', 'pod.json'])
  t.is(code, 3)
  t.regex(stdout, /"event":"skipped",.*"container":"app".*sidecar\/mesh can never hold: it has failed/)
  await place.assertClean()
})

test('an API is asked by way of KUBECONFIG, which the command does not see', async (t) => {
  const place = openPlace(t)
  const { server, kubeconfig } = await openCluster(t)
  putPod(server, 'db', false)
  place.write('pod.json', pod('app: pod/db', { containers: { app: 'echo "open${KUBECONFIG}"' } }))
  const run = place.start(['run', 'pod.json'], { env: { KUBECONFIG: relative(place.dir, kubeconfig) } })
  await eventually('a watch', () => server.watches() === 1)
  putPod(server, 'db', true)
  const { code, stdout } = await run.end
  t.is(code, 0)
  t.regex(stdout, /\| open$/m)
  t.regex(stdout, /app started: pod\/db is there/)
  await place.assertClean()
})

test('what this machine cannot give is refused before anything starts', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.json',
    pod('{app: {pod/db: ready, "tcp://127.0.0.1:1": open}}', { containers: { app: 'touch ran' } }),
  )
  const none = await place.run(['run', 'pod.json'])
  const at = 'pod.json:7:33: container "app": waits for pod/db, and'
  t.is(none.code, 2)
  t.is(none.stderr, `${at} there is no Kubernetes API to ask; set KUBECONFIG, or remove it for the run\n`)
  const podman = await place.run(['run', '--runtime=podman', 'pod.json'])
  t.is(podman.code, 2)
  t.is(podman.stderr, `${at} containers of podman cannot ask the Kubernetes API; leave out --runtime podman\n`)
  const initContainers = [{ name: 'setup', image: 'none', command: ['true'] }]
  place.write('init.json', pod('app: sidecar/setup', { spec: { initContainers }, containers: { app: 'touch ran' } }))
  const init = await place.run(['run', 'init.json'])
  t.is(init.code, 2)
  t.regex(init.stderr, /"setup" is an init container, not a sidecar/)
  place.write('mesh.json', pod('app: sidecar/istio-proxy', { containers: { app: 'touch ran' } }))
  const mesh = await place.run(['run', 'mesh.json'])
  t.is(mesh.code, 2)
  t.regex(
    mesh.stderr,
    /"sidecar\/istio-proxy", which is not in this manifest; add it to the manifest, or remove this to/,
  )
  t.false(place.has('ran'))
  await place.assertClean()
})
