/**
 * Requests to the Kubernetes API over node:https, which takes a private CA on Bun as on Node. No package: the official client
 * cannot verify one on Bun.
 */
import { pause } from '../base/pause.ts'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { RequestOptions } from 'node:https'
import { codeOf, describeError } from '../base/system-error.ts'
import type { Access, AccessSource } from './access.ts'
import { isTransient, type KubeFailure, readFailure, unreachable } from './failure.ts'
import { delayRetry } from '../base/back-off.ts'
import { explainFault } from '../probe/probe-fault.ts'
import { version } from '../base/version.ts'

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
  /** How often to try again what may do better in a while (no answer, 429, 5xx); 4 without it. */
  readonly retries?: number
}

export interface KubeClient {
  /** `https://10.96.0.1:443` */
  readonly server: string
  /** What is meant where none is said. */
  readonly namespace: string
  /** Asks once, or until there is an answer worth having. @returns the answer's JSON. */
  call(call: Call): Promise<CallOutcome<unknown>>
  /** @returns the answer's body as it comes; the caller ends it by its signal. */
  open(call: Call, timeoutMs: number): Promise<CallOutcome<IncomingMessage>>
  close(): void
}

/** The API server itself gives up after 60 s (--request-timeout). */
const CALL_TIMEOUT_MS = 65_000
const KEEP_ALIVE_MS = 30_000
const RETRIES = 4

/** TLS as Node and Bun (BoringSSL) call it when the certificate does not hold. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ERR_SSL|ERR_TLS/

/** @throws when a certificate or key cannot be read. */
export async function createClient(access: Access): Promise<KubeClient> {
  const base = new URL(access.server)
  const secure = base.protocol === 'https:'
  const { Agent, request } = secure ? await import('node:https') : await import('node:http')
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS })
  const fixed: RequestOptions = {
    // A URL keeps the brackets of an IPv6 address, a socket wants none.
    host: base.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: base.port === '' ? (secure ? 443 : 80) : Number(base.port),
    agent,
    ...(secure ? readTls(access) : {}),
  }

  const open: KubeClient['open'] = ({ method, path, query = {}, body, contentType, signal }, timeoutMs) => {
    const { promise, resolve } = Promise.withResolvers<CallOutcome<IncomingMessage>>()
    if (signal.aborted) return Promise.resolve(fail(unreachable('cancelled')))
    const question = new URLSearchParams(query).toString()
    const headers: OutgoingHttpHeaders = { accept: 'application/json', 'user-agent': `podorder/${version}` }
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    if (content !== undefined) {
      headers['content-type'] = contentType ?? 'application/json'
      headers['content-length'] = content.length
    }
    try {
      // Read each time: the kubelet replaces it long before it expires. Never in the clear.
      if (secure && access.token !== undefined) headers['authorization'] = `Bearer ${read(access.token).trim()}`
    } catch (error) {
      return Promise.resolve(fail(unreachable(`cannot read the token: ${describeError(error)}`)))
    }
    const target = `${base.pathname.replace(/\/$/, '')}${path}${question === '' ? '' : `?${question}`}`
    const exchange = request({ ...fixed, method, path: target, headers })
    let answer: IncomingMessage | undefined
    const end = (why: string): void => {
      const error = new Error(why)
      settle()
      answer?.destroy(error)
      exchange.destroy(error)
      resolve(fail(unreachable(why)))
    }
    const cancel = (): void => end('cancelled')
    const timer = setTimeout(() => end('no answer in time'), timeoutMs)
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
      // Whoever reads the body sees the error there; one that comes when nobody reads any more must not end the process.
      response.on('error', () => {})
      resolve({ ok: true, value: response })
    })
    exchange.end(content)
    return promise
  }

  const ask = async (call: Call): Promise<CallOutcome<unknown>> => {
    const opened = await open(call, CALL_TIMEOUT_MS)
    if (!opened.ok) return opened
    const status = opened.value.statusCode ?? 0
    try {
      const text = await readAll(opened.value)
      if (status < 200 || status >= 300) return fail(failureOf(opened.value, text))
      return { ok: true, value: JSON.parse(text) as unknown }
    } catch (error) {
      return fail(error instanceof SyntaxError ? unreachable('the answer is no JSON') : explain(error))
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

/** Of an answer whose status says no. */
export function failureOf(answer: IncomingMessage, body: string): KubeFailure {
  return readFailure(answer.statusCode ?? 0, body, answer.headers['retry-after'])
}

/** @throws when the body breaks off. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export function explain(error: unknown): KubeFailure {
  const code = codeOf(error)
  const message = explainFault(code, error instanceof Error ? error.message : String(error))
  const untrusted = code !== undefined && UNTRUSTED.test(code)
  return untrusted ? { ...unreachable(message), kind: 'untrusted' } : unreachable(message)
}

function readTls({ ca, certificate, key, insecure, serverName }: Access): RequestOptions {
  return {
    ...(ca === undefined ? {} : { ca: read(ca) }),
    ...(certificate === undefined ? {} : { cert: read(certificate) }),
    ...(key === undefined ? {} : { key: read(key) }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
  }
}

function read(source: AccessSource): string {
  return 'text' in source ? source.text : readFileSync(source.file, 'utf8')
}

function fail(failure: KubeFailure): { readonly ok: false; readonly failure: KubeFailure } {
  return { ok: false, failure }
}
