/** HTTP exchanges with image registries, by `node:http`: on Node and on Bun it accepts a private CA and follows no redirects. */
import { createHash, X509Certificate } from 'node:crypto'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { rootCertificates } from 'node:tls'
import { codeOf } from '../base/system-error.ts'
import type { RegistryAnswer, AskRegistry, Authorization, Exchange } from './registry-exchange.ts'
import { explainNoAnswer } from './registry-fault.ts'
import { version } from '../base/version.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/**
 * @param authorities CA certificates in PEM, trusted besides the usual ones
 * @returns `problem` continues a sentence that begins with the name of the file
 */
export function createExchange(authorities?: string): Exchange | { readonly problem: string } {
  const own = authorities?.match(CERTIFICATE) ?? []
  if (authorities !== undefined && own.length === 0) return { problem: 'holds no certificate in PEM form' }
  if (!own.every(isCertificate)) return { problem: 'holds a certificate that cannot be read' }
  // The option `ca` replaces the usual CAs, so they are added.
  const trust = authorities === undefined ? {} : { ca: [...rootCertificates, ...own] }
  return async (ask, cancel) => {
    const host = URL.parse(ask.url)?.host ?? ask.url
    try {
      return await exchange(ask, trust, cancel)
    } catch (error) {
      if (cancel.aborted) return { fault: `${host} did not answer in time` }
      if (error instanceof RangeError) return { fault: `${host} ${error.message}` }
      return { fault: explainNoAnswer(host, codeOf(error), error instanceof Error ? error.message : '') }
    }
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}

async function exchange(
  ask: AskRegistry,
  trust: { readonly ca?: string[] },
  cancel: AbortSignal,
): Promise<RegistryAnswer> {
  cancel.throwIfAborted()
  const url = new URL(ask.url)
  const body = ask.form === undefined ? undefined : new URLSearchParams(ask.form).toString()
  const options = { method: ask.method, headers: writeHeaders(ask, body) }
  const [answered, over] = [Promise.withResolvers<IncomingMessage>(), Promise.withResolvers<never>()]
  const asked =
    url.protocol === 'https:'
      ? // Set explicitly: NODE_TLS_REJECT_UNAUTHORIZED may be set for other programs and must not change it.
        requestHttps(url, { ...options, ...trust, rejectUnauthorized: true }, answered.resolve)
      : requestHttp(url, options, answered.resolve)
  const abort = (): void => over.reject(cancel.reason)
  asked.on('error', answered.reject)
  cancel.addEventListener('abort', abort)
  try {
    asked.end(body)
    return await Promise.race([answered.promise.then((response) => readAnswer(response, ask.maxBytes)), over.promise])
  } catch (error) {
    asked.destroy()
    throw error
  } finally {
    cancel.removeEventListener('abort', abort)
  }
}

function writeHeaders(ask: AskRegistry, body: string | undefined): Record<string, string> {
  return {
    accept: ask.accept,
    'accept-encoding': 'identity',
    'user-agent': `podorder/${version}`,
    ...(ask.authorization === undefined ? {} : { authorization: writeAuthorization(ask.authorization) }),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) }),
  }
}

function writeAuthorization(authorization: Authorization): string {
  if (authorization.kind === 'bearer') return `Bearer ${authorization.token}`
  const { username, password } = authorization.credentials
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<RegistryAnswer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > maxBytes) throw new RangeError(`answers with more than ${maxBytes} bytes`)
    pieces.push(piece)
  }
  const bytes = Buffer.concat(pieces)
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, value?.toString()])),
    text: bytes.toString('utf8'),
    digest: (algorithm) => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`,
  }
}
