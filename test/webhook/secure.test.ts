/** Clients that mean no good: what they hold is taken from them, and everybody else is served. On both runtimes. */
import test, { type ExecutionContext } from 'ava'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect as connectPlainly } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { makeCredentials } from '../../src/webhook/make-certificate.io.ts'
import type { SecureLimits } from '../../src/webhook/secure.io.ts'
import { eventually } from '../support/eventually.ts'
import { openDirectory, type Runtime } from '../support/webhook.ts'

const MAIN = fileURLToPath(new URL('../support/secure-main.ts', import.meta.url))
const BUN = fileURLToPath(new URL('../../node_modules/.bin/bun', import.meta.url))

/** Longer than any test lasts, so that nothing is closed but by the rule that is tested. */
const NEVER_MS = 600_000

const LIMITS: SecureLimits = {
  ...{ requestMs: NEVER_MS, idleMs: NEVER_MS, connections: 100, inFlight: 100 },
  ...{ bodyBytes: 1000, allBodiesBytes: 10_000, patienceMs: NEVER_MS },
}

interface Client {
  /** All that has come. */
  text(): string
  write(text: string): void
  isClosed(): boolean
  hangUp(): void
}

interface Served {
  open(how?: { readonly plain?: boolean; readonly maxVersion?: 'TLSv1.1' }): Client
  says(text: string): Promise<unknown>
  output(): string
}

async function serve(t: ExecutionContext, runtime: Runtime, limits: Partial<SecureLimits>): Promise<Served> {
  const dir = openDirectory(t)
  const { certificate, key, authority } = makeCredentials(['localhost'], Date.now(), 86_400_000)
  const paths = Object.entries({ certificate, key }).map(([name, content]) => {
    writeFileSync(join(dir, name), content)
    return join(dir, name)
  })
  const words = [MAIN, JSON.stringify({ ...LIMITS, ...limits }), ...paths]
  const child = spawn(runtime === 'node' ? process.execPath : BUN, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece))
  const says: Served['says'] = (text) => eventually(`the server says ${text}`, () => output.includes(text))
  await says('port ')
  const port = Number(/port (\d+)/.exec(output)?.[1])
  return {
    says,
    output: () => output,
    open({ plain = false, maxVersion } = {}) {
      const where = { host: '127.0.0.1', port }
      const older = maxVersion === undefined ? {} : { maxVersion, minVersion: maxVersion, ciphers: 'ALL@SECLEVEL=0' }
      const socket = plain
        ? connectPlainly(where)
        : connect({ ...where, ca: authority, servername: 'localhost', ...older })
      t.teardown(() => socket.destroy())
      let text = ''
      let closed = false
      socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      socket.on('error', () => {})
      socket.on('close', () => (closed = true))
      return {
        text: () => text,
        write: (more) => void socket.write(more),
        isClosed: () => closed,
        hangUp: () => void socket.destroy(),
      }
    },
  }
}

const ask = (path: string, body = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Those that have come whole: a body may be a moment behind its headers. */
function countAnswers(text: string, status: number): number {
  return text.split(/(?=HTTP\/1\.1 )/).filter((answer) => {
    const [head = '', body] = answer.split('\r\n\r\n', 2)
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    return head.startsWith(`HTTP/1.1 ${status} `) && body !== undefined && body.length >= length
  }).length
}

function answered(client: Client, status: number, times = 1): Promise<unknown> {
  return eventually(`${status} comes ${times} times; so far: ${client.text()}`, () => {
    return countAnswers(client.text(), status) >= times
  })
}

const closed = (client: Client): Promise<unknown> => eventually('the connection is closed', () => client.isClosed())

for (const runtime of ['bun', 'node'] as const) {
  test(`a connection serves one request after another: ${runtime}`, async (t) => {
    const client = (await serve(t, runtime, {})).open()
    client.write(ask('/a', 'abc'))
    await answered(client, 200)
    client.write(ask('/b', 'abcd'))
    await answered(client, 200, 2)
    t.regex(client.text(), /3 bytes[^]*4 bytes/)
  })

  test(`whoever does not come to the end of a request is closed, whatever it drips: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { requestMs: 2000 })
    const silent = server.open({ plain: true })
    const idle = server.open()
    const header = server.open()
    header.write('POST / HTTP/1.1\r\nHost:')
    const body = server.open()
    body.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx')
    const dripping = server.open()
    const drip = setInterval(() => dripping.write('X'), 20)
    t.teardown(() => clearInterval(drip))
    dripping.write('POST / HTTP/1.1\r\nX: ')
    for (const client of [silent, idle, header, body, dripping]) await closed(client)
    const other = server.open()
    other.write(ask('/'))
    await answered(other, 200)
    t.pass()
  })

  test(`a body that is too long is refused, and so is one that says nothing of its length: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, {})
    const long = server.open()
    long.write(ask('/', 'x'.repeat(1001)))
    await answered(long, 413)
    await closed(long)
    const chunked = server.open()
    chunked.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}\r\n`)
    await answered(chunked, 413)
    t.notRegex(chunked.text(), / 200 /)
  })

  test(`more at once than there may be is refused, and the connection goes on: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { inFlight: 1 })
    const holding = server.open()
    holding.write(ask('/hold'))
    await server.says('held 1')
    const other = server.open()
    other.write(ask('/'))
    await answered(other, 429)
    t.regex(other.text(), /^Retry-After: 1\r$/im)
    await server.says('refused 429')
    t.false(other.isClosed())
  })

  test(`bodies that are too much together are refused, and what they held is given back: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { allBodiesBytes: 1500 })
    const half = server.open()
    half.write(`POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\n${'x'.repeat(800)}`)
    await server.says('held 1')
    const other = server.open()
    other.write(ask('/', 'x'.repeat(800)))
    await answered(other, 429)
    other.write(ask('/', 'x'.repeat(600)))
    await answered(other, 200)
    t.pass()
  })

  test(`one connection more than there may be closes the one that has been idle longest: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { connections: 2 })
    const busy = server.open()
    busy.write(ask('/hold'))
    await server.says('held 1')
    const idle = server.open()
    idle.write(ask('/'))
    await answered(idle, 200)
    const late = server.open()
    late.write(ask('/'))
    await answered(late, 200)
    await closed(idle)
    late.write(ask('/hold'))
    await server.says('held 2')
    await closed(server.open())
    t.false(busy.isClosed() || late.isClosed())
  })

  test(`requests that come before the answers to those before them are all answered: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { idleMs: 50 })
    const client = server.open()
    client.write(Array.from({ length: 20 }, (_, index) => ask('/', 'x'.repeat(index))).join(''))
    await answered(client, 200, 20)
    t.deepEqual(
      [...client.text().matchAll(/(\d+) bytes/g)].map(([, length]) => Number(length)),
      Array.from({ length: 20 }, (_, index) => index),
    )
    const held = server.open()
    held.write(ask('/') + ask('/hold'))
    await answered(held, 200)
    await server.says('held 1')
    // Others come and go in the time after which the connection would be closed if it were idle.
    const idle = server.open()
    idle.write(ask('/'))
    await closed(idle)
    t.false(held.isClosed())
  })

  test(`who asks on and on without waiting for an answer is closed, and most of it is not even read: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { inFlight: 10_000 })
    const client = server.open()
    client.write(ask('/hold').repeat(5000))
    await closed(client)
    t.false(server.output().includes('held 33\n'))
    const other = server.open()
    other.write(ask('/'))
    await answered(other, 200)
  })

  test(`who expects what no server does is closed: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, {})
    const client = server.open()
    client.write('GET / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n'.repeat(100))
    await closed(client)
    t.is(client.text(), '')
    const curl = server.open()
    curl.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc')
    await answered(curl, 200)
  })

  test(`a body that comes byte by byte is refused, and what follows is not read: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { bodyBytes: 100_000, allBodiesBytes: 100_000 })
    const client = server.open()
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(9000)}`)
    await answered(client, 413)
    const other = server.open()
    other.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(5000)}0\r\n\r\n`)
    await answered(other, 200)
    t.regex(other.text(), /5000 bytes/)
  })

  test(`the oldest of the handshakes that do not end gives way: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { connections: 3 })
    const silent = Array.from({ length: 4 }, () => server.open({ plain: true }))
    await eventually('one of them is closed', () => silent.some((client) => client.isClosed()))
    const good = server.open()
    good.write(ask('/'))
    await answered(good, 200)
    t.true(silent.filter((client) => client.isClosed()).length <= 2)
  })

  test(`a burst of handshakes that do not end leaves no more than there may be: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, { connections: 3 })
    const silent = Array.from({ length: 100 }, () => server.open({ plain: true }))
    await eventually('the rest is closed', () => silent.filter((client) => !client.isClosed()).length <= 3)
    const good = server.open()
    good.write(ask('/'))
    await answered(good, 200)
    t.pass()
  })

  test(`a request that does not come whole gives way to others: ${runtime}`, async (t) => {
    const limits = { inFlight: 2, connections: 2, allBodiesBytes: 1500, patienceMs: 0 }
    const server = await serve(t, runtime, limits)
    const slow = [server.open(), server.open()]
    for (const client of slow)
      client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${'x'.repeat(700)}`)
    await server.says('in flight 2')
    const good = server.open()
    good.write(ask('/', 'x'.repeat(800)))
    await answered(good, 200)
    await eventually('the slow ones are closed', () => slow.some((client) => client.isClosed()))
    t.pass()
  })

  test(`who hangs up is not worked for any more, and what is no HTTP is closed: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, {})
    const client = server.open()
    client.write(ask('/hold'))
    await server.says('held 1')
    client.hangUp()
    await server.says('let go 1')
    const other = server.open()
    other.write('\0\0 no HTTP at all\r\n\r\n')
    await closed(other)
    t.notRegex(other.text(), / 200 /)
  })

  test(`nothing older than TLS 1.2 is spoken, nor plain HTTP: ${runtime}`, async (t) => {
    const server = await serve(t, runtime, {})
    const old = server.open({ maxVersion: 'TLSv1.1' })
    old.write(ask('/'))
    await closed(old)
    const plain = server.open({ plain: true })
    plain.write(ask('/'))
    await closed(plain)
    t.deepEqual([old.text(), plain.text()], ['', ''])
  })
}
