/** Probes and metrics without TLS: whoever else holds connections open, the kubelet's probe is answered. */
import test, { type ExecutionContext } from 'ava'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { servePlainly } from '../../src/webhook/plain.io.ts'

/** More than there is place for. */
const MANY = 200

async function serve(t: ExecutionContext): Promise<{ open: (said?: string) => Promise<ReturnType<typeof connect>> }> {
  const server = await servePlainly(0, (path) =>
    path === '/healthz' ? { status: 200, type: 'text/plain', text: 'ok\n' } : undefined,
  )
  t.teardown(() => server.close())
  return {
    async open(said = '') {
      const socket = connect(server.port, '127.0.0.1')
      t.teardown(() => socket.destroy())
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write(said)
      return socket
    },
  }
}

const GET = 'GET /healthz?verbose HTTP/1.1\r\nHost: x\r\n\r\n'

const HELD: Readonly<Record<string, string>> = {
  'say nothing': '',
  'do not come to the end of a header': 'GET /healthz HTTP/1.1\r\nX: ',
  'do not come to the end of a body': 'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx',
}

for (const [what, said] of Object.entries(HELD)) {
  test(`a probe is answered while many connections ${what}`, async (t) => {
    const { open } = await serve(t)
    for (let index = 0; index < MANY; index++) await open(said)
    t.regex(await text(await open(GET)), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok\n$/)
  })
}

test('a connection has one request, however many are sent', async (t) => {
  const { open } = await serve(t)
  const answers = await text(await open(GET.repeat(1000)))
  t.is(answers.split('HTTP/1.1').length - 1, 1)
})

/** [what is sent, status] */
const ASKED: readonly (readonly [string, number])[] = [
  ['GET /healthz HTTP/1.0\r\n\r\n', 200],
  ['HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 200],
  ['GET /other HTTP/1.1\r\nHost: x\r\n\r\n', 404],
  ['POST /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['GET /healthz\r\n\r\n', 400],
  ['\x16\x03\x01\x02\r\n\r\n', 400],
  [`GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`, 200],
  ['x'.repeat(20_000), 400],
]

for (const [said, status] of ASKED) {
  test(`the answer is ${status} to ${JSON.stringify(said.slice(0, 40))}, ${said.length} bytes`, async (t) => {
    const { open } = await serve(t)
    const answer = await text(await open(said))
    t.true(answer.startsWith(`HTTP/1.1 ${status} `), answer)
    t.is(answer.endsWith('\r\n\r\nok\n'), status === 200 && !said.startsWith('HEAD'))
  })
}
