/**
 * HTTP without TLS, for probes and metrics. It reads only the first line, of one request for each connection: a full HTTP parser could
 * find a request in each 20 bytes of an endless stream. When there are too many connections, the oldest is closed, so that the
 * kubelet's probe always succeeds.
 */
import { STATUS_CODES } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Answer } from './exchange.io.ts'
import { listen } from './listen.io.ts'

export interface PlainServer {
  readonly port: number
  close(): void
}

/** More than all probes and scrapers need. */
const CONNECTIONS = 64
/** Longer than any of their requests. */
const LONGEST_MS = 10_000
const MOST_HEADERS = 16_384
const HEADERS_END = '\r\n\r\n'
const FIRST_LINE = /^(?<method>GET|HEAD) (?<path>[^ ?]+)\S* HTTP\/1\.[01]\r\n/

const NOT_FOUND: Answer = { status: 404, type: 'text/plain', text: 'there is /healthz, /readyz and /metrics\n' }
const NOT_READ: Answer = { status: 400, type: 'text/plain', text: 'this is no GET of HTTP/1.1\n' }

/** @param look gives the answer to a GET of this path; undefined: 404 @throws the system's error when it cannot listen */
export async function servePlainly(port: number, look: (path: string) => Answer | undefined): Promise<PlainServer> {
  /** The oldest first. */
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const [oldest] = open
    if (open.size >= CONNECTIONS && oldest !== undefined) {
      open.delete(oldest)
      oldest.destroy()
    }
    open.add(socket)
    const timer = setTimeout(() => socket.destroy(), LONGEST_MS)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      open.delete(socket)
    })
    let text = ''
    const take = (piece: Buffer): void => {
      text += piece.toString('latin1', 0, MOST_HEADERS)
      if (!text.includes(HEADERS_END) && text.length < MOST_HEADERS) return
      socket.off('data', take).resume()
      const { method, path = '' } = FIRST_LINE.exec(text)?.groups ?? {}
      socket.end(write(method === undefined ? NOT_READ : (look(path) ?? NOT_FOUND), method !== 'HEAD'))
    }
    socket.on('data', take)
  })
  const own = await listen(server, port)
  return {
    port: own,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function write({ status, type, text }: Answer, whole: boolean): string {
  const length = Buffer.byteLength(text)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close`
  return `${head}${HEADERS_END}${whole ? text : ''}`
}
