/**
 * Requests to the Kubernetes API by node:https, which accepts a private CA on Node and on Bun. The official client package
 * cannot verify a private CA on Bun.
 */
import { pause } from '../base/pause.ts'
import { readFileSync } from 'node:fs'
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { codeOf, describeError } from '../base/system-error.ts'
import type { Access, AccessSource } from './access.ts'
import { isTransient, type KubeFailure, readFailure, unreachable } from './failure.ts'
import { delayRetry } from '../base/back-off.ts'
import type { Credentials } from './credentials.io.ts'
import type { Identity } from './exec-credential.ts'
import { explainFault } from '../probe/probe-fault.ts'
import { version } from '../base/version.ts'
import { startTimer } from '../base/timer.ts'

export type CallOutcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: KubeFailure }

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** `application/merge-patch+json`, … for a PATCH. */
  readonly contentType?: string
  readonly signal: AbortSignal
  /** How often to retry transient failures (no answer, 429, 5xx); 4 by default. */
  readonly retries?: number
}

export interface KubeClient {
  /** `https://10.96.0.1:443` */
  readonly server: string
  /** The default namespace. */
  readonly namespace: string
  /** Sends a request, with retries after transient failures. @returns the answer's JSON. */
  call(call: Call): Promise<CallOutcome<unknown>>
  /** @returns the answer as a stream; the caller ends it by its signal. */
  open(call: Call, timeoutMs: number): Promise<CallOutcome<IncomingMessage>>
  close(): void
}

/** The API server itself gives up after 60 s (--request-timeout). */
export const CALL_TIMEOUT_MS = 65_000
const KEEP_ALIVE_MS = 30_000
const RETRIES = 4

/** Error codes of Node and Bun (BoringSSL) for certificates that are not valid. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ERR_SSL|ERR_TLS/

/** @throws when a certificate or key cannot be read. */
export async function createClient(access: Access): Promise<KubeClient> {
  const base = new URL(access.server)
  const secure = base.protocol === 'https:'
  const { Agent, request } = secure ? await import('node:https') : await import('node:http')
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS })
  const fixed: RequestOptions = {
    // A URL has an IPv6 address in brackets, and a socket needs it without.
    host: base.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: base.port === '' ? (secure ? 443 : 80) : Number(base.port),
    agent,
    ...(secure ? readTls(access) : {}),
  }
  if (access.proxy !== undefined) await goThrough(access.proxy, agent, fixed, secure)
  const credentials: Credentials | undefined =
    access.exec === undefined ? undefined : (await import('./credentials.io.ts')).createCredentials(access.exec)

  const send = (
    { method, path, query = {}, body, contentType, signal }: Call,
    timeoutMs: number,
    { token, certificate, key }: Identity,
  ): Promise<CallOutcome<IncomingMessage>> => {
    const { promise, resolve } = Promise.withResolvers<CallOutcome<IncomingMessage>>()
    if (signal.aborted) return Promise.resolve(fail(unreachable('cancelled')))
    const question = new URLSearchParams(query).toString()
    const headers: OutgoingHttpHeaders = {
      // Logs are plain text.
      accept: 'application/json, */*',
      'user-agent': `podorder/${version}`,
      ...access.headers,
    }
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    if (content !== undefined) {
      headers['content-type'] = contentType ?? 'application/json'
      headers['content-length'] = content.length
    }
    try {
      // The file is read each time, since the kubelet replaces it long before it expires. The token is never sent by plain HTTP.
      const own = token ?? (access.token === undefined ? undefined : read(access.token).trim())
      if (secure && own !== undefined) headers['authorization'] = `Bearer ${own}`
    } catch (error) {
      return Promise.resolve(fail(unreachable(`cannot read the token: ${describeError(error)}`)))
    }
    const target = `${base.pathname.replace(/\/$/, '')}${path}${question === '' ? '' : `?${question}`}`
    const shown = certificate === undefined || !secure ? {} : { cert: certificate, key }
    let exchange: ReturnType<typeof request>
    try {
      exchange = request({ ...fixed, ...shown, method, path: target, headers })
    } catch (error) {
      // `request` throws when a name in the path has characters that a path cannot have.
      return Promise.resolve(fail(explain(error)))
    }
    let answer: IncomingMessage | undefined
    const end = (why: string): void => {
      const error = new Error(why)
      settle()
      answer?.destroy(error)
      exchange.destroy(error)
      resolve(fail(unreachable(why)))
    }
    const cancel = (): void => end('cancelled')
    const timer = startTimer(() => end('no answer in time'), timeoutMs)
    signal.addEventListener('abort', cancel)
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
    }
    exchange.on('error', (error) => {
      settle()
      resolve(fail(explain(error)))
    })
    exchange.on('response', (response) => {
      answer = response
      response.on('end', settle)
      response.on('close', settle)
      // A reader of the body gets the error itself. Without this listener an error after the reading would end the process.
      response.on('error', () => {})
      resolve({ ok: true, value: response })
    })
    exchange.end(content)
    return promise
  }

  /** Sends with the program's credentials. The program runs again when the server does not accept them any more. */
  const sendAs = async (by: Credentials, call: Call, timeoutMs: number): Promise<CallOutcome<IncomingMessage>> => {
    const identity = await by.get()
    if ('problem' in identity) return fail({ ...unreachable(identity.problem), kind: 'unauthorized' })
    const answer = await send(call, timeoutMs, identity)
    if (!answer.ok || answer.value.statusCode !== 401) return answer
    answer.value.resume()
    const next = await by.get(identity)
    return 'problem' in next
      ? fail({ ...unreachable(next.problem), kind: 'unauthorized' })
      : send(call, timeoutMs, next)
  }

  const open: KubeClient['open'] = (call, timeoutMs) =>
    credentials === undefined ? send(call, timeoutMs, {}) : sendAs(credentials, call, timeoutMs)

  const ask = async (call: Call): Promise<CallOutcome<unknown>> => {
    const opened = await open(call, CALL_TIMEOUT_MS)
    if (!opened.ok) return opened
    const status = opened.value.statusCode ?? 0
    try {
      const text = await readAll(opened.value)
      if (status < 200 || status >= 300) return fail(failureOf(opened.value, text))
      return { ok: true, value: JSON.parse(text) as unknown }
    } catch (error) {
      return fail(error instanceof SyntaxError ? unreachable('the answer is not JSON') : explain(error))
    }
  }

  const call: KubeClient['call'] = async (what) => {
    const retries = what.retries ?? RETRIES
    for (let failures = 0; ;) {
      const answer = await ask(what)
      if (answer.ok || !isTransient(answer.failure) || failures++ >= retries || what.signal.aborted) return answer
      await pause(delayRetry(failures, Math.random(), answer.failure.retryAfterMs), what.signal)
    }
  }

  return { server: access.server, namespace: access.namespace, call, open, close: () => agent.destroy() }
}

/** Reads an answer with an error status. */
export function failureOf(answer: IncomingMessage, body: string): KubeFailure {
  return readFailure(answer.statusCode ?? 0, body, answer.headers['retry-after'])
}

/** A limit in bytes: answers that are read whole are one object, or a page of small ones. */
const LONGEST_ANSWER = 64 * 1024 * 1024

/** @throws when the body breaks off or is too long. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += (chunk as Buffer).length
    if (size > LONGEST_ANSWER) throw new Error(`an answer of more than ${LONGEST_ANSWER} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

export function explain(error: unknown): KubeFailure {
  const code = codeOf(error)
  const message = explainFault(code, error instanceof Error ? error.message : String(error))
  const untrusted = code !== undefined && UNTRUSTED.test(code)
  return untrusted ? { ...unreachable(message), kind: 'untrusted' } : unreachable(message)
}

/** Makes each connection through the proxy. Node and Bun accept a connection that is created asynchronously. */
async function goThrough(proxy: string, agent: Agent, fixed: RequestOptions, secure: boolean): Promise<void> {
  const { openTunnel } = await import('./tunnel.io.ts')
  const { host, port, ca, cert, key, rejectUnauthorized, servername } = fixed
  Object.assign(agent, {
    createConnection(options: RequestOptions, take: (error: unknown, socket?: Duplex) => void) {
      const own = { ca, cert: options.cert ?? cert, key: options.key ?? key }
      // SNI allows names only, not addresses.
      const name = servername ?? (isIP(String(host)) === 0 ? host : undefined)
      const tls = { ...own, host, servername: name, rejectUnauthorized }
      openTunnel({
        proxy,
        host: String(host),
        port: Number(port),
        tls: secure ? (tls as ConnectionOptions) : undefined,
      }).then((socket) => take(null, socket), take)
    },
  })
}

function readTls({ ca, certificate, key, insecure, serverName }: Access): RequestOptions {
  return {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(certificate === undefined ? {} : { cert: read(certificate) }),
    ...(key === undefined ? {} : { key: read(key) }),
    // Always set: NODE_TLS_REJECT_UNAUTHORIZED may be set for other programs and must not decide it.
    rejectUnauthorized: !insecure,
    ...(serverName === undefined ? {} : { servername: serverName }),
  }
}

function read(source: AccessSource): string {
  return 'text' in source ? source.text : readFileSync(source.file, 'utf8')
}

function fail(failure: KubeFailure): { readonly ok: false; readonly failure: KubeFailure } {
  return { ok: false, failure }
}
