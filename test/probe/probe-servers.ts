/** Real servers for the prober's tests, each on a port of its own. */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createSecureServer as createSecureGrpcServer,
  createServer as createGrpcServer,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'

export interface Servers {
  readonly http: number
  readonly https: number
  readonly grpc: number
  /** The same with TLS. */
  readonly grpcs: number
  /** Accepts and says nothing. */
  readonly mute: number
  /** Hangs up on everybody. */
  readonly rude: number
  /** Listens on 127.0.0.2 only, as a server would that binds to the pod's IP. */
  readonly elsewhere: number
  /** Nothing listens here. */
  readonly closed: number
  close(): void
}

export async function startServers(): Promise<Servers> {
  const pem = readFileSync(new URL('../support/self-signed.pem', import.meta.url))
  const open: Server[] = []
  const listen = async (server: Server, address = '127.0.0.1'): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.on('error', reject).listen(0, address, resolve)
    await promise
    open.push(server)
    return (server.address() as AddressInfo).port
  }
  const refused = createTcpServer()
  const servers = {
    http: await listen(createHttpServer(answerHttp)),
    https: await listen(createHttpsServer({ key: pem, cert: pem }, answerHttp)),
    grpc: await listen(createGrpcServer().on('stream', answerGrpc)),
    grpcs: await listen(createSecureGrpcServer({ key: pem, cert: pem }).on('stream', answerGrpc)),
    mute: await listen(createTcpServer()),
    rude: await listen(createTcpServer((socket) => socket.destroy())),
    elsewhere: await listen(createHttpServer(answerHttp), '127.0.0.2'),
    closed: await listen(refused),
  }
  refused.close()
  return { ...servers, close: () => open.forEach((server) => server.close()) }
}

/** `/status/503`, `/to?URL` (a redirect), and a few tales of woe; everything else repeats the request's head as a status. */
function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://server.invalid')
  const [, verb = '', word = ''] = url.pathname.split('/')
  switch (verb) {
    case 'status':
      response.writeHead(Number(word)).end()
      break
    case 'to':
      response.writeHead(302, { location: decodeURIComponent(url.search.slice(1)) }).end()
      break
    case 'circle':
      response.writeHead(307, { location: '/circle' }).end()
      break
    case 'silent':
      break
    case 'stalled':
      response.writeHead(200, { 'content-length': 100 }).write('x')
      break
    case 'endless':
      response.writeHead(200).write('x'.repeat(64 * 1024))
      break
    case 'broken':
      response.writeHead(200, { 'content-length': 100 }).write('x', () => request.socket.destroy())
      break
    case 'expect': {
      const wanted = JSON.parse(decodeURIComponent(url.search.slice(1))) as Record<string, string | null>
      const met = Object.entries(wanted).every(([name, value]) => (request.headers[name] ?? null) === value)
      response.writeHead(met ? 200 : 417).end()
      break
    }
    default:
      response.writeHead(404).end()
  }
}

/** What each service is said to be; the gRPC health server of this test knows these and no other. */
const HEALTH = new Map([
  ['', 1],
  ['up', 1],
  ['down', 2],
])

function answerGrpc(stream: ServerHttp2Stream, headers: { ':path'?: string }): void {
  stream.on('error', () => undefined)
  const fail = (status: number, message: string): void => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message },
      { endStream: true },
    )
  }
  if (headers[':path'] !== '/grpc.health.v1.Health/Check') return fail(12, 'unknown service')
  stream.once('data', (message: Buffer) => {
    const service = message.subarray(7).toString()
    if (service === 'slow') return
    if (service === 'unimplemented') return fail(12, 'unknown service grpc.health.v1.Health')
    if (service === 'internal') return fail(13, 'out of luck')
    const status = HEALTH.get(service)
    if (status === undefined) return fail(5, 'unknown service')
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, status]))
  })
}
