import test from 'ava'
import * as fc from 'fast-check'
import { probeFromFlag, writeProbe, type ProbeFlag } from '../../src/probe/probe-flag.ts'
import { DEFAULT_TIMING, describeCheck, parseProbe, type Check, type Probe } from '../../src/probe/probe.ts'

const PORTS = new Map([
  ['web', 8080],
  ['admin', 9090],
])

const check = (value: unknown): Check | undefined => {
  const parsed = parseProbe(value, PORTS)
  return 'probe' in parsed ? parsed.probe.check : undefined
}

const problem = (value: unknown): string | undefined => {
  const parsed = parseProbe(value, PORTS)
  return 'problem' in parsed ? parsed.problem : undefined
}

const HTTP = { kind: 'http', scheme: 'http', host: undefined, port: 8080, path: '/', headers: [] } as const

test('a probe has Kubernetes’ defaults, in ms', (t) => {
  t.deepEqual(parseProbe({ tcpSocket: { port: 5432 } }, PORTS), {
    probe: {
      check: { kind: 'tcp', host: undefined, port: 5432 },
      timing: { initialDelayMs: 0, periodMs: 10_000, timeoutMs: 1000, successThreshold: 1, failureThreshold: 3 },
    },
  })
})

test('its numbers are its own; 0 counts as not said', (t) => {
  const numbers = {
    initialDelaySeconds: 5,
    periodSeconds: 2,
    timeoutSeconds: 0,
    successThreshold: 0,
    failureThreshold: 30,
  }
  const parsed = parseProbe({ exec: { command: ['true'] }, ...numbers, terminationGracePeriodSeconds: 9 }, PORTS)
  t.deepEqual('probe' in parsed && parsed.probe.timing, {
    initialDelayMs: 5000,
    periodMs: 2000,
    timeoutMs: 1000,
    successThreshold: 1,
    failureThreshold: 30,
  })
})

const GOOD: readonly (readonly [string, unknown, Check])[] = [
  ['httpGet, as short as can be', { httpGet: { port: 8080 } }, HTTP],
  ['a named port', { httpGet: { port: 'web' } }, HTTP],
  ['a number in quotes', { httpGet: { port: '8080' } }, HTTP],
  ['empty fields', { httpGet: { port: 8080, path: '', host: '', scheme: '', httpHeaders: null }, exec: null }, HTTP],
  [
    'httpGet, in full',
    {
      httpGet: {
        port: 'admin',
        path: '/z?a=1',
        host: 'h',
        scheme: 'HTTPS',
        httpHeaders: [{ name: 'X-A', value: 'ä\t1' }],
      },
    },
    { kind: 'http', scheme: 'https', host: 'h', port: 9090, path: '/z?a=1', headers: [{ name: 'X-A', value: 'ä\t1' }] },
  ],
  ['tcpSocket', { tcpSocket: { port: 'web', host: '::1' } }, { kind: 'tcp', host: '::1', port: 8080 }],
  ['exec', { exec: { command: ['pg_isready', '-q', ''] } }, { kind: 'exec', argv: ['pg_isready', '-q', ''] }],
  ['grpc', { grpc: { port: 50051 } }, { kind: 'grpc', port: 50_051, service: '' }],
  ['grpc with TLS', { grpc: { port: 1, mode: 'TLS' } }, { kind: 'grpc', port: 1, service: '', tls: true }],
  ['grpc without', { grpc: { port: 1, mode: 'Plaintext' } }, { kind: 'grpc', port: 1, service: '' }],
  ['grpc with a service', { grpc: { port: 1, service: 's' } }, { kind: 'grpc', port: 1, service: 's' }],
]

for (const [name, value, expected] of GOOD) test(`is read: ${name}`, (t) => t.deepEqual(check(value), expected))

test('a check is told in a few words', (t) => {
  t.deepEqual(GOOD.map(([, , expected]) => describeCheck(expected)).slice(-7), [
    'GET https://h:9090/z?a=1',
    'tcp ::1:8080',
    'exec pg_isready -q ',
    'grpc :50051',
    'grpc :1 (TLS)',
    'grpc :1',
    'grpc :1 s',
  ])
})

const BAD: readonly (readonly [unknown, string])[] = [
  [undefined, 'the probe is missing; it must be a map of fields'],
  [[], 'the probe is []; it must be a map of fields'],
  [{}, 'the probe checks nothing; give it one of httpGet, tcpSocket, exec, grpc'],
  [{ exec: { command: ['x'] }, grpc: { port: 1 } }, 'the probe has both exec and grpc; keep one'],
  [{ httpGet: 'x' }, 'httpGet is "x"; it must be a map of fields. httpGet.port is missing'],
  [{ httpGet: { path: '/' } }, 'httpGet.port is missing'],
  [
    { httpGet: { port: 'wbe' } },
    'httpGet.port "wbe" is not a named port of the container (web, admin); name one of them or give a number',
  ],
  [{ tcpSocket: { port: 0 } }, 'tcpSocket.port is 0; it must be a number from 1 to 65535'],
  [{ tcpSocket: { port: '65536' } }, 'tcpSocket.port is "65536"; it must be a number from 1 to 65535'],
  [{ grpc: { port: 1, mode: 'tls' } }, 'grpc.mode is "tls"; it must be Plaintext or TLS'],
  [{ grpc: { port: 'web' } }, 'grpc.port is "web"; it must be a number from 1 to 65535'],
  [{ httpGet: { port: 1, scheme: 'http' } }, 'httpGet.scheme is "http"; it must be HTTP or HTTPS'],
  [{ httpGet: { port: 1, path: 7 } }, 'httpGet.path is 7; it must be a string'],
  [{ httpGet: { port: 1, httpHeaders: {} } }, 'httpGet.httpHeaders must be a list of {name, value}'],
  [
    { httpGet: { port: 1, httpHeaders: [{ name: 'a b', value: 'x\r\ny' }] } },
    'httpGet.httpHeaders[0].name is "a b"; it may hold letters, digits and "-". ' +
      'httpGet.httpHeaders[0].value holds a line break or another control character',
  ],
  [{ exec: {} }, 'exec.command must be a list of strings, without NUL characters'],
  [{ exec: { command: [] } }, 'exec.command is empty; name the program to run'],
  [
    { tcpSocket: { port: 1 }, periodSeconds: -1, failureThreshold: 1.5 },
    'periodSeconds is -1; it must be a whole number, 0 or more. failureThreshold is 1.5; it must be a whole number, 0 or more',
  ],
]

for (const [value, expected] of BAD) test(`is refused: ${JSON.stringify(value)}`, (t) => t.is(problem(value), expected))

test('no value whatever makes the reading of a probe throw', (t) => {
  const fields = fc.constantFrom(
    'httpGet',
    'tcpSocket',
    'exec',
    'grpc',
    'port',
    'command',
    'httpHeaders',
    'periodSeconds',
  )
  const value = fc.dictionary(fields, fc.oneof(fc.dictionary(fields, fc.anything()), fc.anything()))
  fc.assert(fc.property(value, (probe) => 'probe' in parseProbe(probe, PORTS) || problem(probe) !== ''))
  t.pass()
})

const FLAGS: readonly (readonly [ProbeFlag, string, Check | string])[] = [
  ['ready-tcp', '5432', { kind: 'tcp', host: undefined, port: 5432 }],
  ['ready-tcp', 'db:5432', { kind: 'tcp', host: 'db', port: 5432 }],
  ['ready-tcp', '[::1]:5432', { kind: 'tcp', host: '::1', port: 5432 }],
  ['ready-tcp', 'db', '--ready-tcp: "db" is not [HOST:]PORT'],
  ['ready-tcp', '::1:5432', '--ready-tcp: "::1:5432" is not [HOST:]PORT'],
  ['ready-tcp', '70000', '--ready-tcp: tcpSocket.port is 70000; it must be a number from 1 to 65535'],
  ['ready-http', 'http://127.0.0.1:8080', { ...HTTP, host: '127.0.0.1' }],
  ['ready-http', 'https://[::1]/z?a', { ...HTTP, scheme: 'https', host: '::1', port: 443, path: '/z?a' }],
  ['ready-http', '8080/z', '--ready-http: "8080/z" is not a URL such as http://127.0.0.1:8080/healthz'],
  ['ready-exec', '["pg_isready","-q"]', { kind: 'exec', argv: ['pg_isready', '-q'] }],
  ['ready-exec', 'pg_isready -q', '--ready-exec: not JSON; it takes a list of words, ["pg_isready","-q"]'],
  ['ready-probe', '{"grpc":{"port":1}}', { kind: 'grpc', port: 1, service: '' }],
  ['ready-probe', '{', '--ready-probe: not JSON; it takes a Kubernetes probe, {"tcpSocket":{"port":5432}}'],
  ['ready-probe', '{}', '--ready-probe: the probe checks nothing; give it one of httpGet, tcpSocket, exec, grpc'],
  [
    'startup-probe',
    '{"grpc":{"port":1},"successThreshold":2}',
    '--startup-probe: successThreshold must be 1, since a startup probe is over with its first success',
  ],
]

for (const [flag, text, expected] of FLAGS) {
  test(`on the command line: --${flag} ${text}`, (t) => {
    const parsed = probeFromFlag(flag, text)
    t.deepEqual('probe' in parsed ? parsed.probe.check : parsed.problem, expected)
  })
}

const seconds = fc.integer({ min: 1, max: 1000 }).map((value) => value * 1000)
const anyPort = fc.integer({ min: 1, max: 65_535 })
const anyHost = fc.option(fc.constantFrom('db', '::1', '10.0.0.1'), { nil: undefined })
const anyCheck: fc.Arbitrary<Check> = fc.oneof(
  fc.record({ kind: fc.constant('tcp' as const), host: anyHost, port: anyPort }),
  fc.record({ kind: fc.constant('grpc' as const), port: anyPort, service: fc.string() }),
  fc.record({ kind: fc.constant('grpc' as const), port: anyPort, service: fc.string(), tls: fc.constant(true) }),
  fc.record({
    kind: fc.constant('http' as const),
    scheme: fc.constantFrom('http', 'https'),
    host: anyHost,
    port: anyPort,
    path: fc.webPath().map((path) => `/${path}`),
    headers: fc.array(fc.record({ name: fc.stringMatching(/^[-A-Za-z0-9]+$/), value: fc.stringMatching(/^[ -~]*$/) })),
  }),
  fc
    .array(fc.stringMatching(/^[ -~]+$/), { minLength: 1 })
    .map(([first = '', ...rest]): Check => ({ kind: 'exec', argv: [first, ...rest] })),
)
const anyProbe: fc.Arbitrary<Probe> = fc.record({
  check: anyCheck,
  timing: fc.record({
    initialDelayMs: fc.oneof(fc.constant(0), seconds),
    periodMs: seconds,
    timeoutMs: seconds,
    successThreshold: fc.integer({ min: 1, max: 9 }),
    failureThreshold: fc.integer({ min: 1, max: 9 }),
  }),
})

test('a probe that is written for the command line is read back unchanged', (t) => {
  fc.assert(fc.property(anyProbe, (probe) => t.deepEqual(probeFromFlag('ready-probe', writeProbe(probe)), { probe })))
  t.is(writeProbe({ check: { ...HTTP }, timing: DEFAULT_TIMING }), '{"httpGet":{"port":8080}}')
})
