/**
 * A fake API server with objects in memory. It has lists in pages, watches with bookmarks and expiry, the error texts of a real API
 * server, playback of recorded streams, and faults that tests can order.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Answer, forbid, missingPath, UNAUTHORIZED } from './api-answers.ts'
import { type Change, changeObject } from './api-change.ts'
import { createMangler, type Fault } from './api-fault.ts'
import { createLogs, type Logs } from './api-logs.ts'
import { listObjects, openWatch } from './api-reading.ts'
import { type Asked, nameFor, readPath } from './api-selection.ts'
import { createStore, type Store } from './api-store.ts'
import type { Authority } from './certificates.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly verb: string
  readonly user: string
}

export interface ApiServer {
  readonly url: string
  readonly store: Store
  /** The logs of containers. */
  readonly logs: Logs
  /** All requests so far, in order. */
  readonly requests: readonly ApiRequest[]
  /** The number of open watches. */
  watches(): number
  /** Orders a fault for the next request with a verb. Faults of one verb are used in the order of these calls. */
  misbehave(verb: string, fault: Fault): void
  /** Sets the body of a path that is not a resource, such as /version. */
  serve(path: string, body: unknown): void
  /** Sets the accepted tokens, each with its user. Before this call all clients are accepted. */
  trust(tokens: Readonly<Record<string, string>>): void
  /** Sets the rules of RBAC. Before this call everything is allowed. */
  allow(rules: readonly Rule[]): void
  /** Sends every watch a BOOKMARK with the latest version. */
  bookmark(): void
  /** Ends every open watch. */
  endWatches(how: 'closed' | 'cut'): void
  close(): Promise<void>
}

export interface ApiOptions {
  /** The authority that signs the certificates of the server and its clients; undefined: plain HTTP. */
  readonly authority?: Authority
  readonly port?: number
}

const ANYBODY = 'system:anonymous'
const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

export interface Stream {
  send(line: string): void
  end(how: 'closed' | 'cut' | 'half'): void
}

export async function startApiServer({ authority, port = 0 }: ApiOptions = {}): Promise<ApiServer> {
  const store = createStore()
  const logs = createLogs()
  const requests: ApiRequest[] = []
  const faults: { readonly verb: string; readonly fault: Fault }[] = []
  const pages = new Map<string, unknown>()
  const streams = new Set<Stream & { bookmark(): void }>()
  let tokens: Readonly<Record<string, string>> | undefined
  let rules: readonly Rule[] | undefined

  const listener: RequestListener = (request, response) => void handle(request, response)
  const server =
    authority === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ ...serverCertificate(authority), requestCert: true, rejectUnauthorized: false }, listener)
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: given } = server.address() as AddressInfo

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {})
    const url = new URL(request.url ?? '/', 'http://server.invalid')
    const asked = readPath(url.pathname)
    const verb = verbOf(request.method ?? '', asked, url.searchParams)
    const user = userOf(request)
    requests.push({ method: request.method ?? '', path: url.pathname, query: url.searchParams, verb, user: user ?? '' })
    const index = faults.findIndex((entry) => entry.verb === verb)
    const fault = index === -1 ? {} : (faults.splice(index, 1)[0]?.fault ?? {})
    const body = await readBody(request)
    await fault.hold
    if (fault.hangUp === true) return void request.socket.destroy()
    const refusal = fault.answer ?? refuse(asked, verb, user, url.searchParams)
    if (refusal === undefined && pages.has(url.pathname)) {
      return write(response, { status: 200, body: pages.get(url.pathname) })
    }
    if (refusal !== undefined || asked === undefined) return write(response, refusal ?? missingPath())
    if (asked.subresource === 'log') {
      const refused = logs.serve(asked, url.searchParams, response)
      return refused === undefined ? undefined : write(response, refused)
    }
    if (verb === 'watch') return watch(asked, url.searchParams, fault, response)
    if (verb === 'list') return write(response, listObjects(store, asked, url.searchParams))
    const change = { asked, verb, body, contentType: request.headers['content-type'] ?? '' } as Change
    write(response, changeObject(store, change))
  }

  function refuse(
    asked: Asked | undefined,
    verb: string,
    user: string | undefined,
    query: URLSearchParams,
  ): Answer | undefined {
    if (user === undefined) return UNAUTHORIZED
    if (asked === undefined || rules === undefined) return undefined
    const name = nameFor(asked, query.get('fieldSelector') ?? '')
    const resource = asked.subresource === undefined ? asked.plural : `${asked.plural}/${asked.subresource}`
    const allowed = rules.some(
      (rule) =>
        rule.apiGroups.includes(asked.group) &&
        rule.resources.includes(resource) &&
        rule.verbs.includes(verb) &&
        (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
    )
    return allowed ? undefined : forbid(asked, verb, user)
  }

  /** @returns undefined for an unknown token */
  function userOf(request: IncomingMessage): string | undefined {
    // Sockets of Bun's servers (1.4) lack this function, and request no certificate.
    const socket = request.socket as Partial<TLSSocket>
    const { subject } = authority === undefined ? {} : (socket.getPeerCertificate?.() ?? {})
    if (socket.authorized === true && subject !== undefined) return String(subject.CN)
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined || tokens === undefined) return ANYBODY
    return tokens[token]
  }

  function watch(asked: Asked, query: URLSearchParams, fault: Fault, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const mangler = createMangler(fault)
    const emit = ({ lines, half, end }: ReturnType<typeof mangler.begin>): void => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join('') + half)
      const piece = fault.pieces ?? bytes.length
      for (let from = 0; from < bytes.length; from += piece) response.write(bytes.subarray(from, from + piece))
      if (end !== undefined) stream.end(end)
    }
    const stream = {
      send(line: string) {
        if (streams.has(stream)) emit(mangler.take(line))
      },
      end(how: 'closed' | 'cut' | 'half') {
        stop()
        streams.delete(stream)
        if (how === 'closed') response.end()
        // All written data must arrive before the connection breaks.
        else response.write('', () => response.socket?.destroySoon())
      },
      bookmark: () => stream.send(reading.bookmark()),
    }
    streams.add(stream)
    const reading = openWatch(store, asked, query, stream)
    const seconds = Number(query.get('timeoutSeconds') ?? '1800')
    const timer = setTimeout(() => stream.end('closed'), seconds * 1000)
    const stop = (): void => {
      clearTimeout(timer)
      reading.close()
    }
    response.on('close', () => {
      stop()
      streams.delete(stream)
    })
    emit(mangler.begin())
    if (streams.has(stream)) reading.begin()
  }

  return {
    url: `${authority === undefined ? 'http' : 'https'}://127.0.0.1:${given}`,
    store,
    logs,
    requests,
    watches: () => streams.size,
    misbehave: (verb, fault) => void faults.push({ verb, fault }),
    serve: (path, body) => void pages.set(path, body),
    trust: (known) => void (tokens = known),
    allow: (allowed) => void (rules = allowed),
    bookmark() {
      for (const stream of streams) stream.bookmark()
    },
    endWatches(how) {
      for (const stream of streams) stream.end(how)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function serverCertificate(authority: Authority): { cert: string; key: string; ca: string } {
  const { certificate, key } = authority.sign('/CN=kubernetes', 'IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc')
  return { cert: certificate, key, ca: authority.certificate }
}

function verbOf(method: string, asked: Asked | undefined, query: URLSearchParams): string {
  if (method !== 'GET') return VERBS[method] ?? method
  if (/^(?:true|1)$/.test(query.get('watch') ?? '')) return 'watch'
  return asked?.name === undefined ? 'list' : 'get'
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
