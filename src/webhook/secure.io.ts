/**
 * HTTPS that withstands hostile clients. It uses node:tls in front of node:http, since that can change its certificate at run time on
 * Node and on Bun (1.4). A connection whose request makes no progress is closed. When there are too many, the oldest is closed: of
 * unfinished handshakes, of idle connections, of incomplete requests.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { type Answer, type Ask, createReaders, OVERLOADED, readAsk, sendAnswer } from './exchange.io.ts'
import { holdHandshakes } from './handshakes.io.ts'
import { readInPieces } from './in-pieces.io.ts'
import { listen } from './listen.io.ts'
import { startTimer } from '../base/timer.ts'

export interface SecureLimits {
  /** The time from the connection to its first complete request, and from a later request's headers to its end. */
  readonly requestMs: number
  /** The time between two requests of a connection; the API server (Go's client) closes it after 90 s. */
  readonly idleMs: number
  readonly connections: number
  readonly inFlight: number
  readonly bodyBytes: number
  /** The bytes of all requests together. */
  readonly allBodiesBytes: number
  /** How long an incomplete request is protected before it may be given up for others. */
  readonly patienceMs: number
}

export interface SecureServer {
  readonly port: number
  /** Uses this certificate for new connections. */
  use(credentials: { readonly certificate: string; readonly key: string }): void
  readonly state: { inFlight: number; connections: number }
  /** Accepts no more connections. Resolves when all requests have been answered, or the time is over. */
  close(withinMs: number): Promise<void>
}

export interface SecureOptions {
  readonly port: number
  readonly limits: SecureLimits
  readonly credentials: { readonly certificate: string; readonly key: string }
  readonly answer: (ask: Ask) => Promise<Answer>
  /** Called for a request that was not passed to `answer`. */
  readonly onRefused: (status: number) => void
}

interface Connection {
  /** The number of requests without an answer. */
  open: number
  timer: NodeJS.Timeout | undefined
}

/**
 * Limits of a connection: requests without an answer, and unread bytes of answers. The API server (Go's client) has one request at a
 * time and reads its answer before it sends the next one.
 */
const MOST_OPEN = 32
const MOST_UNREAD = 65_536

/** @throws the system's error when it cannot listen */
export async function serveSecurely({
  port,
  limits,
  credentials,
  answer,
  onRefused,
}: SecureOptions): Promise<SecureServer> {
  const state = { inFlight: 0, connections: 0 }
  const pool = { left: limits.allBodiesBytes, readers: createReaders(limits.patienceMs) }
  /** The idle connections, the longest idle first; and all connections. */
  const idle = new Set<Duplex>()
  const connections = new Map<Duplex, Connection>()
  let closing = false

  const arm = (socket: Duplex, ms: number): void => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    clearTimeout(connection.timer)
    connection.timer = startTimer(() => socket.destroy(), ms)
  }

  const http = createHttpServer({ maxHeaderSize: 16_384 }, (request, response) => void handle(request, response))
  http.keepAliveTimeout = 0
  http.on('clientError', (_error, socket) => socket.destroy())
  // By default the server would answer each such request, without any limit.
  http.on('checkExpectation', (request) => void request.socket.destroy())

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket: Duplex = request.socket
    const connection = connections.get(socket)
    if (connection === undefined) return void socket.destroy()
    if (connection.open >= MOST_OPEN || socket.writableLength > MOST_UNREAD) {
      // A client that sends without reading would fill the memory with requests and answers.
      clearTimeout(connection.timer)
      connections.delete(socket)
      return void socket.destroy()
    }
    idle.delete(socket)
    connection.open++
    arm(socket, limits.requestMs)
    response.on('error', () => {})
    state.inFlight++
    const cancel = new AbortController()
    let isOver = false
    const end = (): void => {
      if (!isOver) state.inFlight--
      isOver = true
    }
    response.on('close', () => {
      cancel.abort()
      end()
      connection.open--
      // A client may have sent further requests before the answer; these are still open.
      if (!connections.has(socket) || connection.open > 0) return
      if (closing || !response.shouldKeepAlive) return void socket.end()
      idle.add(socket)
      arm(socket, limits.idleMs)
    })
    const refuse = (refusal: Answer): void => {
      onRefused(refusal.status)
      request.resume()
      sendAnswer(response, refusal, refusal.status === 413)
    }
    if (state.inFlight > limits.inFlight && !pool.readers.evictOldest()) return refuse(OVERLOADED)
    const ask = await readAsk(request, cancel.signal, limits.bodyBytes, pool, () => {
      end()
      socket.destroy()
    })
    if (ask === undefined) return
    if ('status' in ask) return refuse(ask)
    // No timeout here: `answer` has its own limit.
    clearTimeout(connection.timer)
    const answered = await answer(ask)
    if (!connections.has(socket)) return
    arm(socket, limits.requestMs)
    sendAnswer(response, answered, closing)
  }

  const server = createTlsServer(
    { cert: credentials.certificate, key: credentials.key, minVersion: 'TLSv1.2', handshakeTimeout: limits.requestMs },
    (secured) => {
      const socket = readInPieces(secured)
      if (connections.size >= limits.connections) {
        // An idle connection is closed rather than one with a request.
        const [longest] = idle
        if (longest !== undefined) {
          idle.delete(longest)
          longest.destroy()
        } else if (!pool.readers.evictOldest()) return void socket.destroy()
      }
      state.connections++
      idle.add(socket)
      connections.set(socket, { open: 0, timer: undefined })
      arm(socket, limits.requestMs)
      socket.on('close', () => {
        clearTimeout(connections.get(socket)?.timer)
        connections.delete(socket)
        idle.delete(socket)
        state.connections--
      })
      http.emit('connection', socket)
    },
  )
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  holdHandshakes(server, limits.connections)
  const own = await listen(server, port)

  return {
    port: own,
    use: ({ certificate, key }) => server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' }),
    state,
    async close(withinMs) {
      closing = true
      const over = Promise.withResolvers<void>()
      const timer = startTimer(() => over.resolve(), withinMs)
      server.close(() => over.resolve())
      for (const socket of idle) socket.end()
      await over.promise
      clearTimeout(timer)
      for (const socket of connections.keys()) socket.destroy()
    },
  }
}
