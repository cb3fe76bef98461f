/** Ports that somebody else on this machine listens on. */
import test, { type ExecutionContext } from 'ava'
import { type AddressInfo, createServer } from 'node:net'
import { openPlace, writePod } from '../../support/podorder.ts'

async function occupy(t: ExecutionContext, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

const FIELDS: readonly (readonly [what: string, field: string, container: (port: number) => object])[] = [
  ['a containerPort', 'containerPort', (port) => ({ ports: [{ containerPort: port }] })],
  ['a readinessProbe', 'readinessProbe', (port) => ({ readinessProbe: { httpGet: { port } } })],
  ['a livenessProbe', 'livenessProbe', (port) => ({ livenessProbe: { tcpSocket: { port } } })],
  ['a startupProbe', 'startupProbe', (port) => ({ startupProbe: { grpc: { port } } })],
]

for (const [what, field, container] of FIELDS) {
  test(`run does not start where ${what} names a port that is taken`, async (t) => {
    const place = openPlace(t)
    const port = await occupy(t)
    const own = { command: ['touch', 'ran'], ...container(port) }
    place.write('pod.yaml', writePod({ containers: { other: 'touch ran', web: own } }))
    const { code, stdout, stderr } = await place.run(['run', 'pod.yaml'])
    t.regex(
      stderr,
      new RegExp(
        `^pod\\.yaml:\\d+:\\d+: container "web": ${field}: port ${port} of this machine is taken \\(\\S.*, pid ${process.pid}\\), so the container cannot listen on it; end that process, or give the container another port\\n$`,
      ),
    )
    t.is(stdout, '')
    t.is(code, 2)
    t.false(place.has('ran'))
    await place.assertClean()
  })
}

test('a port that is named several times is told once for each container', async (t) => {
  const place = openPlace(t)
  const port = await occupy(t, '0.0.0.0')
  const ports = [{ name: 'web', containerPort: port }]
  const probes = { readinessProbe: { httpGet: { port: 'web' } }, livenessProbe: { httpGet: { port } } }
  const a = { command: ['true'], ports, ...probes }
  place.write('pod.yaml', writePod({ containers: { a, b: { command: ['true'], ports } } }))
  const { stderr } = await place.run(['run', 'pod.yaml'])
  t.deepEqual(stderr.match(/container "\w"/g), ['container "a"', 'container "b"'])
})

test('a probe of another host, and a port of UDP, may be anybody’s', async (t) => {
  const place = openPlace(t)
  const port = await occupy(t)
  const container = {
    command: ['true'],
    ports: [{ containerPort: port, protocol: 'UDP' }],
    livenessProbe: { tcpSocket: { host: '127.0.0.1', port } },
  }
  place.write('pod.yaml', writePod({ containers: { a: container } }))
  const { code, stderr } = await place.run(['run', 'pod.yaml'])
  t.is(stderr, '')
  t.is(code, 0)
})
