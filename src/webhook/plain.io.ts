/**
 * HTTP without TLS, for probes and metrics: the one request that a connection has, read as far as its first line. A parser of whole
 * HTTP would make a request of each 20 bytes that somebody sends without end. Where there is no place for one more connection, the
 * oldest goes, so that the kubelet's probe comes through however many others are held open.
 */
import { STATUS_CODES } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Answer } from './exchange.io.ts'
import { listen } from './listen.io.ts'

export interface PlainServer {
  readonly port: number
  close(): void
}

/** So many probes and scrapers there are not. */
const CONNECTIONS = 64
/** Longer than any of them takes. */
const LONGEST_MS = 10_000
const MOST_HEADERS = 16_384
const HEADERS_END = '\r\n\r\n'
const FIRST_LINE = /^(?<method>GET|HEAD) (?<path>[^ ?]+)\S* HTTP\/1\.[01]\r\n/

const NOT_FOUND: Answer = { status: 404, type: 'text/plain', text: 'there is /healthz, /readyz and /metrics\n' }
const NOT_READ: Answer = { status: 400, type: 'text/plain', text: 'this is no GET of HTTP/1.1\n' }

/** @param look the answer to a GET of this path; undefined: there is none @throws the system's error when it cannot listen */
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
