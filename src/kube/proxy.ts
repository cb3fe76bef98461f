/**
 * The proxy to an API server: `proxy-url` of the kubeconfig, else the one of the environment. The environment is read as
 * golang.org/x/net/http/httpproxy does, so that kubectl uses the same proxy. Pure.
 */

type Environment = Readonly<Record<string, string | undefined>>

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:']

/** @returns undefined for no proxy @param said `proxy-url` */
export function chooseProxy(server: string, said: string, env: Environment): string | undefined {
  if (said !== '') return said
  const { protocol, hostname, port } = new URL(server)
  const secure = protocol === 'https:'
  const proxy = (secure ? env['HTTPS_PROXY'] || env['https_proxy'] : env['HTTP_PROXY'] || env['http_proxy']) || ''
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (proxy === '' || host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').split(',').map((text) => text.trim().toLowerCase())
  const own = port || (secure ? '443' : '80')
  if (exceptions.some((text) => text !== '' && isExcepted(text, host, own))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

/** @returns the problem in one clause; undefined when the proxy is valid */
export function checkProxy(proxy: string): string | undefined {
  if (!URL.canParse(proxy)) return 'it is not a URL such as http://proxy:3128'
  const { protocol } = new URL(proxy)
  return SCHEMES.includes(protocol) ? undefined : `${protocol} is not known; known are http, https and socks5`
}

function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true
  if (exception.includes('/')) return isInRange(exception, host)
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(exception) ?? []
  if (only !== undefined && only !== port) return false
  const plain = name.replace(/^\*?\./, '')
  if (host === name || (plain !== name && host.endsWith(`.${plain}`))) return true
  // `example.com` includes its subdomains; an IPv4 address has none.
  return !/^[\d.]+$/.test(name) && host.endsWith(`.${plain}`)
}

/** Whether the host is in an IPv4 range such as `10.96.0.0/12`. */
function isInRange(range: string, host: string): boolean {
  const [address = '', bits = ''] = range.split('/')
  const [a, b] = [readAddress(address), readAddress(host)]
  if (a === undefined || b === undefined || !/^\d+$/.test(bits)) return false
  const size = 2 ** (32 - Math.min(32, Number(bits)))
  return Math.floor(a / size) === Math.floor(b / size)
}

function readAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return parts.reduce((number, part) => number * 256 + Number(part), 0)
}
