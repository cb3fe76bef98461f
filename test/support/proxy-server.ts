/** Proxies for tests: HTTP with CONNECT, and SOCKS 5. */
import type { ExecutionContext } from 'ava'
import { createServer } from 'node:http'
import { connect, createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface ProxyServer {
  readonly port: number
  /** The hosts to which it has connected, such as `127.0.0.1:6443`. */
  readonly targets: readonly string[]
}

/** @param login the required `user:password` */
export async function startHttpProxy(t: ExecutionContext, login?: string): Promise<ProxyServer> {
  const targets: string[] = []
  const server = createServer((_, response) => void response.writeHead(400).end())
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
    if (expected !== undefined && headers['proxy-authorization'] !== expected) {
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    }
    targets.push(url)
    join(client, new URL(`http://${url}`), () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'))
  })
  return { port: await listen(t, server), targets }
}

export async function startSocksProxy(t: ExecutionContext, login?: string): Promise<ProxyServer> {
  const targets: string[] = []
  const server = createSocketServer((client) => {
    client.on('error', () => {})
    client.once('data', () => {
      client.write(Buffer.from([5, login === undefined ? 0 : 2]))
      if (login === undefined) client.once('data', serve)
      else {
        client.once('data', (said: Buffer) => {
          const length = said[1] ?? 0
          const name = said.subarray(2, 2 + length).toString()
          const good = `${name}:${said.subarray(3 + length).toString()}` === login
          client.write(Buffer.from([1, good ? 0 : 1]))
          client.once('data', serve)
        })
      }
    })
    function serve(asked: Buffer): void {
      const length = asked[4] ?? 0
      const target = `${asked.subarray(5, 5 + length).toString()}:${asked.readUInt16BE(5 + length)}`
      targets.push(target)
      join(client, new URL(`http://${target}`), () => client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])))
    }
  })
  return { port: await listen(t, server), targets }
}

function join(client: Socket, { hostname, port }: URL, tell: () => void): void {
  const server = connect(Number(port), hostname, () => {
    tell()
    client.pipe(server).pipe(client)
  })
  client.on('error', () => server.destroy())
  server.on('error', () => client.destroy())
}

async function listen(t: ExecutionContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
