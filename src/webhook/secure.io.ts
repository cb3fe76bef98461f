/**
 * HTTPS that takes hostile clients: node:tls in front of node:http, since that is what can change its certificate while it runs on
 * Node and on Bun (1.4) alike. A connection that does not get on with a request is closed, and one more than there may be
 * closes the one that has been idle longest.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { type Answer, type Ask, OVERLOADED, readAsk, sendAnswer } from './exchange.io.ts'
import { listen } from './listen.io.ts'

export interface SecureLimits {
  /** From the connection to its first whole request, and from a later request's headers to its end. */
  readonly requestMs: number
  /** Between two requests of a connection; Go's client, which is the API server's, lets go after 90 s. */
  readonly idleMs: number
  readonly connections: number
  readonly inFlight: number
  readonly bodyBytes: number
  /** Of all requests together. */
  readonly allBodiesBytes: number
}

export interface SecureServer {
  readonly port: number
  /** For connections from now on. */
  use(credentials: { readonly certificate: string; readonly key: string }): void
  readonly state: { inFlight: number; connections: number }
  /** No more connections; resolves when every request that is here has been answered, or when the time is over. */
  close(withinMs: number): Promise<void>
}

export interface SecureOptions {
  readonly port: number
  readonly limits: SecureLimits
  readonly credentials: { readonly certificate: string; readonly key: string }
  readonly answer: (ask: Ask) => Promise<Answer>
  /** A request that was not even given to `answer`. */
  readonly onRefused: (status: number) => void
}

/** @throws the system's error when it cannot listen */
export async function serveSecurely({
  port,
  limits,
  credentials,
  answer,
  onRefused,
}: SecureOptions): Promise<SecureServer> {
  const state = { inFlight: 0, connections: 0 }
  const pool = { left: limits.allBodiesBytes }
  /** Those between two requests, the one that has been longest first; and all of them. */
  const idle = new Set<TLSSocket>()
  const sockets = new Map<TLSSocket, NodeJS.Timeout>()
  let closing = false

  const arm = (socket: TLSSocket, ms: number): void => {
    clearTimeout(sockets.get(socket))
    sockets.set(
      socket,
      setTimeout(() => socket.destroy(), ms),
    )
  }

  const http = createHttpServer({ maxHeaderSize: 16_384 }, (request, response) => void handle(request, response))
  http.keepAliveTimeout = 0
  http.on('clientError', (_error, socket) => socket.destroy())

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket as TLSSocket
    idle.delete(socket)
    arm(socket, limits.requestMs)
    response.on('error', () => {})
    state.inFlight++
    const cancel = new AbortController()
    response.on('close', () => {
      cancel.abort()
      state.inFlight--
      if (!sockets.has(socket)) return
      if (closing || !response.shouldKeepAlive) return void socket.end()
      idle.add(socket)
      arm(socket, limits.idleMs)
    })
    const refuse = (refusal: Answer): void => {
      onRefused(refusal.status)
      request.resume()
      sendAnswer(response, refusal, refusal.status === 413)
    }
    if (state.inFlight > limits.inFlight) return refuse(OVERLOADED)
    const ask = await readAsk(request, cancel.signal, limits.bodyBytes, pool)
    if (ask === undefined) return
    if ('status' in ask) return refuse(ask)
    // The answer takes as long as it takes: whoever gives it has a limit of its own.
    clearTimeout(sockets.get(socket))
    const answered = await answer(ask)
    if (!sockets.has(socket)) return
    arm(socket, limits.requestMs)
    sendAnswer(response, answered, closing)
  }

  const server = createTlsServer(
    { cert: credentials.certificate, key: credentials.key, minVersion: 'TLSv1.2', handshakeTimeout: limits.requestMs },
    (socket) => {
      if (sockets.size >= limits.connections) {
        // A request that is being answered is worth more than a connection that has asked nothing yet.
        const [longest = socket] = idle
        longest.destroy()
        if (longest === socket) return
      }
      state.connections++
      idle.add(socket)
      arm(socket, limits.requestMs)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        clearTimeout(sockets.get(socket))
        sockets.delete(socket)
        idle.delete(socket)
        state.connections--
      })
      http.emit('connection', socket)
    },
  )
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  // Handshakes that never end are counted too.
  server.maxConnections = 2 * limits.connections
  const own = await listen(server, port)

  return {
    port: own,
    use: ({ certificate, key }) => server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' }),
    state,
    async close(withinMs) {
      closing = true
      const over = Promise.withResolvers<void>()
      const timer = setTimeout(() => over.resolve(), withinMs)
      server.close(() => over.resolve())
      for (const socket of idle) socket.end()
      await over.promise
      clearTimeout(timer)
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}
