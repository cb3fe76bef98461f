/** What the prober must say of which check: one list for both runtimes. Run as a program it probes the list on its stdin. */
import { text } from 'node:stream/consumers'
import { createProber } from '../../src/probe/prober.io.ts'
import { DEFAULT_TIMING, type Check, type Probe, type ProbeResult } from '../../src/probe/probe.ts'
import type { Servers } from './probe-servers.ts'

export interface Case {
  readonly name: string
  readonly probe: Probe
  readonly expected: ProbeResult
}

const YES: ProbeResult = { ok: true }
const no = (why: string): ProbeResult => ({ ok: false, why })
const odd = (warning: string): ProbeResult => ({ ok: true, warning })

/** Long enough for the busiest machine where an answer is expected; short where none is. */
const LONG_MS = 30_000
const SHORT_MS = 300
const TIMED_OUT = no('timed out after 300ms')

export function listCases(servers: Servers): readonly Case[] {
  const http = (path: string, more: Partial<Extract<Check, { kind: 'http' }>> = {}): Check => ({
    kind: 'http',
    scheme: 'http',
    host: undefined,
    port: servers.http,
    path,
    headers: [],
    ...more,
  })
  const tcp = (port: number, host?: string): Check => ({ kind: 'tcp', host, port })
  const exec = (...argv: [string, ...string[]]): Check => ({ kind: 'exec', argv })
  const shell = (script: string): Check => exec('/bin/sh', '-c', script)
  const grpc = (service: string, port = servers.grpc): Check => ({ kind: 'grpc', port, service })
  const grpcs = (service: string, port = servers.grpcs): Check => ({ kind: 'grpc', port, service, tls: true })
  const expecting = (headers: Record<string, string | null>) => `/expect?${encodeURIComponent(JSON.stringify(headers))}`
  const to = (location: string) => `/to?${encodeURIComponent(location)}`
  const https = { scheme: 'https', port: servers.https } as const

  const rows: readonly (readonly [name: string, check: Check, expected: ProbeResult])[] = [
    ['http: 200 is success', http('/status/200'), YES],
    ['http: 204 is success', http('/status/204'), YES],
    ['http: 304 is success, with a warning', http('/status/304'), odd('HTTP status 304, not followed')],
    ['http: a redirect that leads nowhere is one as well', http('/status/302'), odd('HTTP status 302, not followed')],
    ['http: 400 is failure', http('/status/400'), no('HTTP status 400')],
    ['http: 503 is failure', http('/status/503'), no('HTTP status 503')],
    ['http: a redirect within the host is followed to its end', http(to('/status/503')), no('HTTP status 503')],
    ['http: a redirect to an absolute URL of the host too', http(to('/to?/status/200')), YES],
    [
      'http: a redirect to another port of the host too',
      http(to(`//localhost:${servers.closed}/`), { host: 'localhost' }),
      no('connection refused'),
    ],
    [
      'http: a redirect to another host is success, with a warning',
      http(to('http://other.invalid:81/x')),
      odd('redirected to another host, other.invalid:81: not followed'),
    ],
    ['http: redirects in a circle fail', http('/circle'), no('still redirected after 10 requests')],
    ['http: a redirect to no URL fails', http(to('http://[')), no('redirected to "http://[", which is not a URL')],
    [
      'http: it says who it is, and keeps no connection',
      http(
        expecting({ 'user-agent': 'kube-probe/podorder', accept: '*/*', connection: 'close', 'accept-encoding': null }),
      ),
      YES,
    ],
    [
      'http: headers can be given, and twice',
      http(expecting({ 'x-a': '1, 2', 'user-agent': 'me', host: 'db.example' }), {
        headers: [
          { name: 'X-A', value: '1' },
          { name: 'x-a', value: '2' },
          { name: 'User-Agent', value: 'me' },
          { name: 'HOST', value: 'db.example' },
        ],
      }),
      YES,
    ],
    [
      'http: an empty Accept is left out',
      http(expecting({ accept: null }), { headers: [{ name: 'Accept', value: '' }] }),
      YES,
    ],
    [
      'http: a Host that was given is kept on a relative redirect',
      http(to(expecting({ host: 'db.example' })), { headers: [{ name: 'Host', value: 'db.example' }] }),
      YES,
    ],
    ['http: a body of any length will do', http('/endless'), YES],
    ['http: a body cut short fails', http('/broken'), no('the connection was closed before the answer came')],
    [
      'http: closed without an answer',
      http('/', { port: servers.rude }),
      no('the connection was closed before the answer came'),
    ],
    ['http: nobody there', http('/', { port: servers.closed }), no('connection refused')],
    ['http: a server on another address of the pod is found', http('/status/200', { port: servers.elsewhere }), YES],
    ['https: certificates are not checked', http('/status/200', https), YES],
    [
      'https: a Host that was given is sent',
      http(expecting({ host: 'db.example' }), { ...https, headers: [{ name: 'Host', value: 'db.example' }] }),
      YES,
    ],
    [
      'https: a redirect from http to https is followed',
      http(to(`https://localhost:${servers.https}/status/201`), { host: 'localhost' }),
      YES,
    ],
    ['tcp: somebody listens', tcp(servers.mute), YES],
    ['tcp: at a host', tcp(servers.mute, 'localhost'), YES],
    ['tcp: nobody there', tcp(servers.closed), no('connection refused')],
    ['tcp: a server on another address of the pod is found', tcp(servers.elsewhere), YES],
    ['tcp: a host that was given is taken at its word', tcp(servers.elsewhere, '127.0.0.1'), no('connection refused')],
    ['exec: exit code 0', exec('true'), YES],
    [
      'exec: another exit code, and what was said',
      shell('echo out; echo err >&2; exit 3'),
      no('exit code 3: out\nerr'),
    ],
    ['exec: nothing said', exec('false'), no('exit code 1')],
    [
      'exec: 10 KiB of what was said',
      shell('head -c 20000 /dev/zero | tr "\\0" x; exit 1'),
      no(`exit code 1: ${'x'.repeat(10_240)}`),
    ],
    ['exec: killed', shell('kill -KILL $$'), no('killed by SIGKILL')],
    ['exec: no such program', exec('no-such-program'), no('cannot run no-such-program: not found')],
    ['exec: not a program', exec('/etc'), no('cannot run /etc: permission denied')],
    ['exec: stdin is empty', shell('test -z "$(cat)"'), YES],
    ['grpc: the server as a whole', grpc(''), YES],
    ['grpc: a service', grpc('up'), YES],
    ['grpc: a service that is down', grpc('down'), no('the service is NOT_SERVING')],
    ['grpc: a service that nobody knows', grpc('other'), no('the server’s health check knows no service "other"')],
    [
      'grpc: no health protocol',
      grpc('unimplemented'),
      no('the server does not implement the gRPC health protocol (grpc.health.v1.Health)'),
    ],
    ['grpc: another fault', grpc('internal'), no('the health check failed with gRPC status 13: out of luck')],
    ['grpc: closed without an answer', grpc('', servers.rude), no('no answer came; is it a gRPC server, without TLS?')],
    ['grpc: nobody there', grpc('', servers.closed), no('connection refused')],
    ['grpc: a server with TLS', grpc('', servers.grpcs), no('no answer came; is it a gRPC server, without TLS?')],
    ['grpc with TLS: certificates are not checked', grpcs('up'), YES],
    ['grpc with TLS: a service that is down', grpcs('down'), no('the service is NOT_SERVING')],
    ['grpc with TLS: a server without', grpcs('', servers.grpc), no('no answer came; is it a gRPC server, with TLS?')],
    ['grpc with TLS: not gRPC', grpcs('', servers.https), no('no answer came; is it a gRPC server, with TLS?')],
    [
      'grpc with TLS: closed without an answer',
      grpcs('', servers.rude),
      no('no answer came; is it a gRPC server, with TLS?'),
    ],
    ['grpc with TLS: nobody there', grpcs('', servers.closed), no('connection refused')],
    ['grpc: not gRPC', grpc('', servers.http), no('no answer came; is it a gRPC server, without TLS?')],
  ]
  const late: readonly (readonly [name: string, check: Check])[] = [
    ['http: no answer in time', http('/silent')],
    ['http: half an answer in time', http('/stalled')],
    ['http: no handshake in time', http('/', { scheme: 'https', port: servers.mute })],
    ['exec: not done in time', shell('sleep 60 & sleep 60')],
    ['exec: done in time, but for a process left behind with the output', shell('sleep 60 & exit 0')],
    ['grpc: no answer in time', grpc('slow')],
    ['grpc: no greeting in time', grpc('', servers.mute)],
    ['grpc with TLS: no answer in time', grpcs('slow')],
    ['grpc with TLS: no handshake in time', grpcs('', servers.mute)],
  ]
  const withTimeout = (check: Check, timeoutMs: number): Probe => ({ check, timing: { ...DEFAULT_TIMING, timeoutMs } })
  return [
    ...rows.map(([name, check, expected]) => ({ name, probe: withTimeout(check, LONG_MS), expected })),
    ...late.map(([name, check]) => ({ name, probe: withTimeout(check, SHORT_MS), expected: TIMED_OUT })),
  ]
}

export async function probeAll(probes: readonly Probe[]): Promise<readonly ProbeResult[]> {
  const prober = createProber()
  const never = new AbortController().signal
  const results: ProbeResult[] = []
  for (const probe of probes) results.push(await prober.probe(probe, never))
  return results
}

if (import.meta.main) {
  const probes = JSON.parse(await text(process.stdin)) as readonly Probe[]
  process.stdout.write(JSON.stringify(await probeAll(probes)))
}
