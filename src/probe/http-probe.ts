/** The requests of an HTTP probe, and the meaning of the answers (pkg/probe/http). Pure. */
import type { Check, Header, ProbeResult } from './probe.ts'

/** A request: the URL and the Host header to send. The address to connect to is chosen elsewhere. */
export interface Request {
  readonly url: URL
  readonly port: number
  readonly host: string
}

export interface HttpProbeAnswer {
  readonly status: number
  readonly location: string | undefined
}

export const USER_AGENT = 'kube-probe/podorder'

/** Redirects that Go's client follows; 300, 304 and others end the exchange. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/**
 * @param ownAddress the pod's IP, used as Host when the check has no host: the kubelet sends it, and servers that check the Host
 * header are configured for it.
 */
export function beginExchange(check: Extract<Check, { kind: 'http' }>, ownAddress: string): Request {
  const url = new URL(`${check.scheme}://${writeHost(check.host ?? ownAddress)}:${check.port}`)
  const [target = ''] = check.path.split('#', 1)
  const question = target.indexOf('?')
  url.pathname = question === -1 ? target : target.slice(0, question)
  url.search = question === -1 ? '' : target.slice(question)
  return writeRequest(url, findOwnHost(check.headers))
}

/**
 * Judges an answer: 200-399 is success. Redirects within the host, to any port, are followed. A redirect to another host is not
 * followed and gives a warning, since that host says nothing about this container.
 */
export function judgeAnswer(
  request: Request,
  answer: HttpProbeAnswer,
  headers: readonly Header[],
): ProbeResult | Request {
  const { status, location } = answer
  if (status < 200 || status >= 400) return { ok: false, why: `HTTP status ${status}` }
  if (status < 300) return { ok: true }
  if (!REDIRECTS.includes(status) || location === undefined)
    return { ok: true, warning: `HTTP status ${status}, not followed` }
  const url = URL.parse(location, request.url.href)
  if (url === null) return { ok: false, why: `redirected to "${location}", which is not a URL` }
  if (url.hostname !== request.url.hostname) {
    return { ok: true, warning: `redirected to another host, ${url.host}: not followed` }
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { ok: false, why: `redirected to ${url.protocol}` }
  // Go's client keeps the probe's Host header only on redirects without a host.
  return writeRequest(url, URL.canParse(location) ? undefined : findOwnHost(headers))
}

function writeRequest(url: URL, host: string | undefined): Request {
  const usualPort = url.protocol === 'https:' ? 443 : 80
  return { url, port: url.port === '' ? usualPort : Number(url.port), host: host ?? url.host }
}

/**
 * Writes the kubelet's headers besides Host: the probe's headers, and defaults of User-Agent and Accept. An empty Accept is left out.
 * The connection is not kept for the next probe.
 * @returns values by lower-case name.
 */
export function writeHeaders(given: readonly Header[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  for (const { name, value } of given) {
    const key = name.toLowerCase()
    headers.set(key, [...(headers.get(key) ?? []), value])
  }
  if (!headers.has('user-agent')) headers.set('user-agent', [USER_AGENT])
  if (!headers.has('accept')) headers.set('accept', ['*/*'])
  else if (headers.get('accept')?.[0] === '') headers.delete('accept')
  headers.delete('host')
  return headers.set('connection', ['close'])
}

/** Writes a host for a URL: an IPv6 address needs brackets, since a port may follow. */
export function writeHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function findOwnHost(headers: readonly Header[]): string | undefined {
  return headers.find(({ name }) => name.toLowerCase() === 'host')?.value || undefined
}
