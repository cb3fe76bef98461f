/** Probes on the entrypoint's command line: `--startup-probe`, `--ready-probe` and the short forms for users. Pure. */
import { DEFAULT_TIMING, parseProbe, type Check, type ParsedProbe, type Probe } from './probe.ts'

/**
 * `startup-probe`, `ready-probe`: JSON of a Kubernetes probe with its named ports resolved. `ready-tcp`: `[HOST:]PORT`.
 * `ready-http`: an http or https URL. `ready-exec`: a JSON list of words.
 */
export type ProbeFlag = 'startup-probe' | 'ready-probe' | 'ready-tcp' | 'ready-http' | 'ready-exec'

const NO_PORTS: ReadonlyMap<string, number> = new Map()

/** An IPv6 address must be in brackets, since a port follows. */
const TCP_TARGET = /^(?:(?<host>\[[^\]]+\]|[^\s:/]+):)?(?<port>\d+)$/
const HTTP_TARGET = /^(?<scheme>https?):\/\/(?<host>\[[^\]]+\]|[^\s:/?#@]+)(?::(?<port>\d+))?(?<path>[/?]\S*)?$/

/** @returns the probe, or one sentence that begins with the flag and says what is wrong. */
export function probeFromFlag(flag: ProbeFlag, text: string): ParsedProbe {
  const read = readProbe(flag, text)
  if ('problem' in read) return { problem: `--${flag}: ${read.problem}` }
  const parsed = parseProbe(read.probe, NO_PORTS)
  if ('problem' in parsed) return { problem: `--${flag}: ${parsed.problem}` }
  // A rule of Kubernetes: a startup probe ends with its first success.
  if (flag === 'startup-probe' && parsed.probe.timing.successThreshold !== 1) {
    return { problem: `--${flag}: successThreshold must be 1, since a startup probe is over with its first success` }
  }
  return parsed
}

function readProbe(flag: ProbeFlag, text: string): { readonly probe: unknown } | { readonly problem: string } {
  switch (flag) {
    case 'startup-probe':
    case 'ready-probe':
      return readJson(text, 'a Kubernetes probe, {"tcpSocket":{"port":5432}}')
    case 'ready-tcp': {
      const { host, port } = TCP_TARGET.exec(text)?.groups ?? {}
      return port === undefined
        ? { problem: `"${text}" is not [HOST:]PORT` }
        : { probe: { tcpSocket: { host: withoutBrackets(host), port: Number(port) } } }
    }
    case 'ready-http': {
      const { scheme, host, port, path } = HTTP_TARGET.exec(text)?.groups ?? {}
      if (scheme === undefined) return { problem: `"${text}" is not a URL such as http://127.0.0.1:8080/healthz` }
      const usual = scheme === 'https' ? 443 : 80
      const target = { scheme: scheme.toUpperCase(), host: withoutBrackets(host), port: Number(port ?? usual), path }
      return { probe: { httpGet: target } }
    }
    case 'ready-exec': {
      const read = readJson(text, 'a list of words, ["pg_isready","-q"]')
      return 'problem' in read ? read : { probe: { exec: { command: read.probe } } }
    }
  }
}

function readJson(text: string, what: string): { readonly probe: unknown } | { readonly problem: string } {
  try {
    return { probe: JSON.parse(text) }
  } catch {
    return { problem: `not JSON; it takes ${what}` }
  }
}

function withoutBrackets(host: string | undefined): string | undefined {
  return host?.replace(/^\[(.*)\]$/, '$1')
}

/** Writes a probe as the value of `--startup-probe` or `--ready-probe`, without defaults; `probeFromFlag` reads it back. */
export function writeProbe({ check, timing }: Probe): string {
  return JSON.stringify({
    ...writeCheck(check),
    initialDelaySeconds: unless(timing.initialDelayMs / 1000, DEFAULT_TIMING.initialDelayMs / 1000),
    periodSeconds: unless(timing.periodMs / 1000, DEFAULT_TIMING.periodMs / 1000),
    timeoutSeconds: unless(timing.timeoutMs / 1000, DEFAULT_TIMING.timeoutMs / 1000),
    successThreshold: unless(timing.successThreshold, DEFAULT_TIMING.successThreshold),
    failureThreshold: unless(timing.failureThreshold, DEFAULT_TIMING.failureThreshold),
  })
}

function writeCheck(check: Check): object {
  switch (check.kind) {
    case 'http':
      return {
        httpGet: {
          scheme: check.scheme === 'https' ? 'HTTPS' : undefined,
          host: check.host,
          port: check.port,
          path: check.path === '/' ? undefined : check.path,
          httpHeaders: check.headers.length === 0 ? undefined : check.headers,
        },
      }
    case 'tcp':
      return { tcpSocket: { host: check.host, port: check.port } }
    case 'exec':
      return { exec: { command: check.argv } }
    case 'grpc':
      return {
        grpc: {
          port: check.port,
          service: check.service === '' ? undefined : check.service,
          mode: check.tls === true ? 'TLS' : undefined,
        },
      }
  }
}

function unless(value: number, usual: number): number | undefined {
  return value === usual ? undefined : value
}
