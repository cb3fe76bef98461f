/** Reads a Kubernetes v1 Probe of a manifest as a check and its timing. Pure. */

/** A check. Without `host` it goes to this pod; `reach.io.ts` says how. */
export type Check =
  | {
      readonly kind: 'http'
      readonly scheme: 'http' | 'https'
      readonly host: string | undefined
      readonly port: number
      /** The path, which may have a query. */
      readonly path: string
      /** Headers in the order given; a name may come twice. */
      readonly headers: readonly Header[]
    }
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'exec'; readonly argv: readonly [string, ...string[]] }
  /** `tls`: TLS without checking the certificate, as in the kubelet (mode TLS, Kubernetes >= 1.37). */
  | { readonly kind: 'grpc'; readonly port: number; readonly service: string; readonly tls?: boolean }

export interface Header {
  readonly name: string
  readonly value: string
}

/** The five numbers of a probe; durations in ms. */
export interface Timing {
  readonly initialDelayMs: number
  readonly periodMs: number
  readonly timeoutMs: number
  readonly successThreshold: number
  readonly failureThreshold: number
}

export interface Probe {
  readonly check: Check
  readonly timing: Timing
}

/** The result of one probe; `warning` says why a success is doubtful. */
export type ProbeResult =
  { readonly ok: true; readonly warning?: string } | { readonly ok: false; readonly why: string }

export type ParsedProbe = { readonly probe: Probe } | { readonly problem: string }

/** Defaults of pkg/apis/core/v1/defaults.go, SetDefaults_Probe. They also replace a 0. */
export const DEFAULT_TIMING: Timing = {
  initialDelayMs: 0,
  periodMs: 10_000,
  timeoutMs: 1000,
  successThreshold: 1,
  failureThreshold: 3,
}

const MAX_PORT = 65_535
/** The largest int32, the type of the five numbers. */
const MAX_NUMBER = 2_147_483_647
/** The name of a header, as in pkg/apis/core/validation. */
const HEADER_NAME = /^[-A-Za-z0-9]+$/
/** Control characters, which could end a header line; a tab is allowed. */
const HEADER_BREAK = /[^\t\P{Cc}]/u

const HANDLERS = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const

type Fields = { readonly [name: string]: unknown }

/**
 * Reads a probe as the API server does, with defaults and exactly one handler. Named ports are resolved by `ports` (the container's
 * `ports`, name to containerPort); a numeric string is a number, as in the kubelet. Other fields
 * (`terminationGracePeriodSeconds`) are ignored.
 * @returns the probe, or its faults, each of which begins with the field's path inside the probe.
 */
export function parseProbe(value: unknown, ports: ReadonlyMap<string, number>): ParsedProbe {
  const faults: string[] = []
  const fields = readFields(value, 'the probe', faults)
  const check = faults.length === 0 ? readCheck(fields, ports, faults) : undefined
  const timing = readTiming(fields, faults)
  return check === undefined || faults.length > 0 ? { problem: faults.join('. ') } : { probe: { check, timing } }
}

function readCheck(fields: Fields, ports: ReadonlyMap<string, number>, faults: string[]): Check | undefined {
  const [handler, second] = HANDLERS.filter((name) => (fields[name] ?? undefined) !== undefined)
  if (handler === undefined || second !== undefined) {
    faults.push(
      handler === undefined
        ? `the probe checks nothing; give it one of ${HANDLERS.join(', ')}`
        : `the probe has both ${handler} and ${second}; keep one`,
    )
    return undefined
  }
  const action = readFields(fields[handler], handler, faults)
  const text = (name: string): string => readText(action[name], `${handler}.${name}`, faults)
  switch (handler) {
    case 'httpGet':
      return {
        kind: 'http',
        scheme: readScheme(text('scheme'), faults),
        host: text('host') || undefined,
        port: readPort(action['port'], 'httpGet.port', ports, faults),
        path: text('path') || '/',
        headers: readHeaders(action['httpHeaders'] ?? [], faults),
      }
    case 'tcpSocket':
      return {
        kind: 'tcp',
        host: text('host') || undefined,
        port: readPort(action['port'], 'tcpSocket.port', ports, faults),
      }
    case 'exec':
      return { kind: 'exec', argv: readArgv(action['command'], faults) }
    case 'grpc':
      // Kubernetes does not allow a named port here.
      return {
        kind: 'grpc',
        port: readPort(action['port'], 'grpc.port', undefined, faults),
        service: text('service'),
        ...(readMode(text('mode'), faults) === 'TLS' ? { tls: true } : {}),
      }
  }
}

function readTiming(fields: Fields, faults: string[]): Timing {
  const number = (name: string, fallback: number): number => {
    const value = fields[name] ?? 0
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAX_NUMBER) {
      faults.push(`${name} is ${JSON.stringify(value)}; it must be a whole number, 0 or more`)
      return fallback
    }
    return value === 0 ? fallback : value
  }
  return {
    initialDelayMs: number('initialDelaySeconds', 0) * 1000,
    periodMs: number('periodSeconds', DEFAULT_TIMING.periodMs / 1000) * 1000,
    timeoutMs: number('timeoutSeconds', DEFAULT_TIMING.timeoutMs / 1000) * 1000,
    successThreshold: number('successThreshold', DEFAULT_TIMING.successThreshold),
    failureThreshold: number('failureThreshold', DEFAULT_TIMING.failureThreshold),
  }
}

/** @param ports undefined when only a number is valid. */
function readPort(
  value: unknown,
  where: string,
  ports: ReadonlyMap<string, number> | undefined,
  faults: string[],
): number {
  const numeric = typeof value === 'string' && ports !== undefined && /^\d+$/.test(value) ? Number(value) : value
  const port = typeof value === 'string' ? (ports?.get(value) ?? numeric) : value
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return port
  if (value === undefined || value === null) faults.push(`${where} is missing`)
  else if (typeof port === 'string' && ports !== undefined) {
    const names = ports.size === 0 ? 'it has none' : [...ports.keys()].join(', ')
    faults.push(`${where} "${port}" is not a named port of the container (${names}); name one of them or give a number`)
  } else faults.push(`${where} is ${JSON.stringify(value)}; it must be a number from 1 to ${MAX_PORT}`)
  return 0
}

function readScheme(text: string, faults: string[]): 'http' | 'https' {
  if (text === 'HTTPS') return 'https'
  if (text !== '' && text !== 'HTTP') faults.push(`httpGet.scheme is "${text}"; it must be HTTP or HTTPS`)
  return 'http'
}

function readMode(text: string, faults: string[]): 'Plaintext' | 'TLS' {
  if (text === 'TLS') return 'TLS'
  if (text !== '' && text !== 'Plaintext') faults.push(`grpc.mode is "${text}"; it must be Plaintext or TLS`)
  return 'Plaintext'
}

function readHeaders(value: unknown, faults: string[]): readonly Header[] {
  if (!Array.isArray(value)) {
    faults.push('httpGet.httpHeaders must be a list of {name, value}')
    return []
  }
  return value.map((item: unknown, index) => {
    const where = `httpGet.httpHeaders[${index}]`
    const fields = readFields(item, where, faults)
    const header = {
      name: readText(fields['name'], `${where}.name`, faults),
      value: readText(fields['value'], `${where}.value`, faults),
    }
    if (!HEADER_NAME.test(header.name))
      faults.push(`${where}.name is "${header.name}"; it may hold letters, digits and "-"`)
    if (HEADER_BREAK.test(header.value)) faults.push(`${where}.value holds a line break or another control character`)
    return header
  })
}

function readArgv(value: unknown, faults: string[]): readonly [string, ...string[]] {
  if (!Array.isArray(value) || !value.every((word) => typeof word === 'string' && !word.includes('\0'))) {
    faults.push('exec.command must be a list of strings, without NUL characters')
    return ['']
  }
  const [program = '', ...args]: readonly string[] = value
  if (program === '') faults.push('exec.command is empty; name the program to run')
  return [program, ...args]
}

function readText(value: unknown, where: string, faults: string[]): string {
  if (typeof value === 'string') return value
  if (value !== undefined && value !== null) faults.push(`${where} is ${JSON.stringify(value)}; it must be a string`)
  return ''
}

function readFields(value: unknown, where: string, faults: string[]): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  faults.push(`${where} is ${JSON.stringify(value) ?? 'missing'}; it must be a map of fields`)
  return {}
}

/** Describes a check in logs: `GET https://:8443/healthz`, `tcp :5432`, `exec pg_isready -q`, `grpc :9000 db`. */
export function describeCheck(check: Check): string {
  switch (check.kind) {
    case 'http':
      return `GET ${check.scheme}://${check.host ?? ''}:${check.port}${check.path}`
    case 'tcp':
      return `tcp ${check.host ?? ''}:${check.port}`
    case 'exec':
      return `exec ${check.argv.join(' ')}`
    case 'grpc':
      return `grpc :${check.port}${check.tls === true ? ' (TLS)' : ''} ${check.service}`.trimEnd()
  }
}
