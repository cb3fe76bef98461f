/** `restart: true` on native sidecars, of another native sidecar and of a container. */
import test from 'ava'
import { kill } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { openPlace, type RunLine, writePod } from '../../support/podorder.ts'
import { asksServer, serverScript } from '../../support/server.ts'

const serve = (name: string) => ({
  command: ['sh', '-c', serverScript(name)],
  readinessProbe: { exec: { command: asksServer(name) }, timeoutSeconds: 20 },
})
const native = (name: string) => ({ name, image: 'none', restartPolicy: 'Always', ...serve(name) })
const KEPT = '{condition: ready, restart: true}'

test('what depends on a native sidecar goes down with it and comes back with it', async (t) => {
  const place = openPlace(t)
  const order = `logs: {proxy: ${KEPT}}\napp: {proxy: ${KEPT}, logs: ${KEPT}}`
  place.write(
    'pod.json',
    writePod({
      annotations: { 'depends-on': order },
      spec: { restartPolicy: 'Always', initContainers: [native('proxy'), native('logs')] },
      containers: { app: serve('app') },
    }),
  )
  const run = place.start(['run', '--json', 'pod.json'])
  const trace = (): readonly string[] => (place.has('trace') ? place.read('trace').trim().split('\n') : [])
  const nth = (event: string, container: string, times: number): Promise<RunLine> =>
    eventually(
      `${container} ${event} for the ${times}th time`,
      () => run.lines().filter((line) => line.event === event && line.container === container)[times - 1],
    )
  await nth('ready', 'app', 1)
  t.deepEqual(trace(), ['proxy up', 'logs up', 'app up'])
  const { pid } = (await nth('started', 'proxy', 1)) as unknown as { readonly pid: number }
  kill(-pid, 'SIGKILL')
  await nth('ready', 'app', 2)
  const after = trace().slice(3)
  // The kubelet does not wait for them to start the proxy again; they wait for it.
  t.deepEqual(
    after.filter((line) => line !== 'proxy up'),
    ['app down', 'logs down', 'logs up', 'app up'],
  )
  t.true(after.indexOf('logs up') > after.indexOf('proxy up'))
  t.deepEqual(
    run.lines().flatMap(({ event, container }) => (event === 'restarting' ? [container] : [])),
    ['proxy'],
  )
  run.signal('SIGINT')
  await run.end
  // The kubelet stops native sidecars itself, in reverse, after the others.
  t.deepEqual(trace().slice(8), ['app down', 'logs down', 'proxy down'])
})
