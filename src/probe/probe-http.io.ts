/** Makes a check or a hook by HTTP. */
import type { OutgoingHttpHeaders } from 'node:http'
import { codeOf } from '../base/system-error.ts'
import { judgeHookAnswer, withoutAuthorization, writeHookHeaders } from './hook.ts'
import { beginExchange, judgeAnswer, writeHeaders, type HttpProbeAnswer } from './http-probe.ts'
import type { Check, ProbeResult } from './probe.ts'
import { findOwnAddress, reach } from './reach.io.ts'

type HttpCheck = Extract<Check, { kind: 'http' }>

/** The limit of an HTTP body (pkg/probe/http: 10 KiB). */
const MAX_OUTPUT_BYTES = 10 * 1024
/** The limit of Go's http.Client, with redirects. */
const MAX_REQUESTS = 10
/** An IP address as `URL` writes its host. */
const IP_ADDRESS = /^[\d.]+$|^\[/

/** Error codes of Bun and Node when a server answers a TLS handshake with plain HTTP. */
const PLAIN_ANSWERS: readonly (string | undefined)[] = ['ERR_SSL_WRONG_VERSION_NUMBER', 'EPROTO']

export function probeHttp(check: HttpCheck, over: AbortSignal): Promise<ProbeResult> {
  return exchange(check, over, judgeAnswer)
}

/** Makes a hook's request. As in the kubelet, HTTPS is replaced by HTTP when the server answers with plain HTTP. */
export async function callHttp(check: HttpCheck, over: AbortSignal): Promise<ProbeResult> {
  const headers = writeHookHeaders(check.headers)
  try {
    return await exchange({ ...check, headers }, over, judgeHookAnswer)
  } catch (error) {
    if (check.scheme !== 'https' || !PLAIN_ANSWERS.includes(codeOf(error))) throw error
    const plain: HttpCheck = { ...check, scheme: 'http', headers: withoutAuthorization(headers) }
    return exchange(plain, over, judgeHookAnswer)
  }
}

/** @param judge decides what an answer means, or gives the next request. */
async function exchange(check: HttpCheck, over: AbortSignal, judge: typeof judgeAnswer): Promise<ProbeResult> {
  const headers = Object.fromEntries(writeHeaders(check.headers))
  let next = beginExchange(check, findOwnAddress())
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const { url, port, host } = next
    const answer = await reach(check.host, port, (address) => get(url, { ...headers, host }, address, port, over))
    const verdict = judge(next, answer, check.headers)
    if ('ok' in verdict) return verdict
    next = verdict
  }
  return { ok: false, why: `still redirected after ${MAX_REQUESTS} requests` }
}

/** Sends a request. Resolves at the end of the body, or after its first 10 KiB. */
async function get(
  url: URL,
  headers: OutgoingHttpHeaders,
  address: string,
  port: number,
  over: AbortSignal,
): Promise<HttpProbeAnswer> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  over.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<HttpProbeAnswer>()
  const exchange = request({
    host: address,
    port,
    path: url.pathname + url.search,
    headers,
    agent: false,
    // As in the kubelet, certificates are not checked, and an IP address is not sent as SNI.
    rejectUnauthorized: false,
    servername: IP_ADDRESS.test(url.hostname) ? '' : url.hostname,
  })
  exchange.on('error', reject)
  exchange.on('response', (response) => {
    let left = MAX_OUTPUT_BYTES
    const finish = (): void => {
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
      exchange.destroy()
    }
    response.on('error', reject)
    response.on('end', finish)
    response.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left <= 0) finish()
    })
  })
  over.addEventListener('abort', () => exchange.destroy())
  exchange.end()
  return promise
}
