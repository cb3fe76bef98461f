import test from 'ava'
import * as fc from 'fast-check'
import { checkRegistries, listEndpoints, refuseAddress, writeAddress } from '../../src/image/registry-address.ts'
import { answerChallenge, parseChallenges, readToken } from '../../src/image/registry-challenge.ts'
import { explainNoAnswer, readPatience } from '../../src/image/registry-fault.ts'

const plain = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

for (const [header, expected] of [
  ['Basic realm="a b"', [['basic', { realm: 'a b' }]]],
  [
    'Bearer realm="https://auth.io/token",service="r.io",scope="repository:a/b:pull,push"',
    [['bearer', { realm: 'https://auth.io/token', service: 'r.io', scope: 'repository:a/b:pull,push' }]],
  ],
  ['bearer REALM = token , service=x', [['bearer', { realm: 'token', service: 'x' }]]],
  [String.raw`Bearer realm="a\"b\\c",empty=""`, [['bearer', { realm: String.raw`a"b\c`, empty: '' }]]],
  [
    'Negotiate, Basic realm="a", Bearer realm="b",service="c"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a' }],
      ['bearer', { realm: 'b', service: 'c' }],
    ],
  ],
  ['', []],
  ['realm="nobody\'s"', []],
  ['Bearer realm="open', [['bearer', {}]]],
] as const) {
  test(`WWW-Authenticate: ${header}`, (t) => t.deepEqual(plain(header), expected))
}

test('no header is too strange to be read', (t) => {
  t.notThrows(() => fc.assert(fc.property(fc.string(), (header) => void parseChallenges(header))))
})

const JANE = { kind: 'password', username: 'jane', password: 'x' } as const
const BEARER = 'Bearer realm="https://auth.io/token?x=1",service="r.io"'

test('a token is asked for as the service wants it', (t) => {
  const asked = { method: 'GET', url: 'https://auth.io/token?x=1&service=r.io&scope=repository%3Aa%2Fb%3Apull' }
  t.like(answerChallenge(BEARER, undefined, 'a/b'), { ask: asked })
  t.like(answerChallenge(`Basic realm="x", ${BEARER}`, JANE, 'a/b'), {
    ask: { ...asked, authorization: { kind: 'basic', credentials: JANE } },
  })
  t.like(answerChallenge(`${BEARER},scope="one two"`, undefined, 'a/b'), {
    ask: { url: 'https://auth.io/token?x=1&service=r.io&scope=one&scope=two' },
  })
  t.like(answerChallenge(BEARER, { kind: 'identity', token: 'id' }, 'a'), {
    ask: {
      method: 'POST',
      url: 'https://auth.io/token?x=1',
      form: {
        ...{ grant_type: 'refresh_token', refresh_token: 'id', client_id: 'podorder' },
        ...{ service: 'r.io', scope: 'repository:a:pull' },
      },
    },
  })
})

test('a password answers at once, and what is no answer is none', (t) => {
  const basic = { kind: 'basic', credentials: JANE } as const
  t.deepEqual(answerChallenge('Basic realm="x"', JANE, 'a'), { authorization: basic })
  t.deepEqual(answerChallenge('Bearer realm="no url", Basic realm="x"', JANE, 'a'), { authorization: basic })
  t.is(answerChallenge('Basic realm="x"', undefined, 'a'), undefined)
  t.is(answerChallenge('Basic realm="x"', { kind: 'identity', token: 'id' }, 'a'), undefined)
  t.is(answerChallenge('Digest realm="x"', JANE, 'a'), undefined)
})

for (const [text, token] of [
  ['{"token":"a.b-c_d"}', 'a.b-c_d'],
  ['{"access_token":"x"}', 'x'],
  ['{"token":""}', undefined],
  ['{"token":"a\\r\\nhost: evil"}', undefined],
  ['{"token":1}', undefined],
  ['x', undefined],
] as const) {
  test(`the token in ${text}`, (t) => t.is(readToken(text), token))
}

const reference = { registry: 'docker.io', repository: 'library/nginx', tag: '1', digest: undefined }

test('mirrors come first, with their path before the repository', (t) => {
  const addresses = (mirrors: Readonly<Record<string, readonly string[]>>, insecure: readonly string[] = []) =>
    listEndpoints(reference, { mirrors, insecure }).map((endpoint) => writeAddress(endpoint, 'manifests/1'))
  const hub = 'https://registry-1.docker.io/v2/library/nginx/manifests/1'
  t.deepEqual(addresses({}), [hub])
  t.deepEqual(
    addresses({ 'docker.io': ['https://m.io', 'http://h.io:80/proxy//hub/', 'no url'], 'quay.io': ['https://q'] }),
    [
      'https://m.io/v2/library/nginx/manifests/1?ns=docker.io',
      'http://h.io/v2/proxy//hub/library/nginx/manifests/1?ns=docker.io',
      hub,
    ],
  )
  const local = { ...reference, registry: 'localhost:5000' }
  const origin = (insecure: readonly string[]) => listEndpoints(local, { mirrors: {}, insecure })[0]?.origin
  t.is(origin([]), 'https://localhost:5000')
  t.is(origin(['localhost']), 'https://localhost:5000')
  t.is(origin(['localhost:5000']), 'http://localhost:5000')
})

test('a name of an object is no mirror', (t) => {
  t.is(listEndpoints({ ...reference, registry: 'constructor' }, { mirrors: {}, insecure: [] }).length, 1)
})

test('plain HTTP is refused unless its host is named', (t) => {
  t.is(refuseAddress('https://a.io/x', []), undefined)
  t.is(refuseAddress('http://a.io:5000/x', ['a.io:5000']), undefined)
  t.is(
    refuseAddress('http://a.io:5000/x', ['a.io']),
    'a.io:5000 would be spoken to in plain HTTP, and is not named as insecure',
  )
  t.is(refuseAddress('file:///etc/passwd', []), 'file:// is not HTTPS')
  t.is(refuseAddress('//a?token=secret', []), 'the address is not a URL')
})

test('faults of the settings are told at once', (t) => {
  t.deepEqual(
    checkRegistries({ mirrors: { 'docker.io': ['https://m.io'] }, insecure: ['a.io:5000', '[::1]:5000'] }),
    [],
  )
  t.deepEqual(
    checkRegistries({
      mirrors: { 'docker.io': ['m.io', 'http://m.io', 'https://jane:secret@m.io'] },
      insecure: ['http://a.io', 'a/b'],
    }),
    [
      'the mirror of docker.io: the address is not a URL',
      'the mirror of docker.io: m.io would be spoken to in plain HTTP, and is not named as insecure',
      "the mirror of docker.io: its URL holds credentials, which belong into Docker's config.json",
      'the insecure registry "http://a.io" must be a host, or host:port',
      'the insecure registry "a/b" must be a host, or host:port',
    ],
  )
})

for (const [code, message, expected] of [
  ['ENOTFOUND', '', 'r.io cannot be found: no such host'],
  ['CERT_HAS_EXPIRED', '', 'r.io shows a certificate that has expired'],
  [
    'EPROTO',
    'SSL routines::wrong version number',
    'r.io does not speak TLS; name it with --insecure-registry if plain HTTP will do',
  ],
  ['EPROTO', 'alert handshake failure', 'r.io did not answer (EPROTO)'],
  [undefined, 'Authorization: Bearer secret', 'r.io did not answer'],
] as const) {
  test(`no answer: ${code} ${message}`, (t) => t.is(explainNoAnswer('r.io', code, message), expected))
}

for (const [status, after, ms] of [
  [429, '2', 2000],
  [503, '0', 0],
  [429, '6', undefined],
  [429, '-1', undefined],
  [429, 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  [429, undefined, undefined],
  [500, '1', undefined],
] as const) {
  test(`patience for ${status} with Retry-After ${after}`, (t) =>
    t.is(readPatience({ status, headers: { 'retry-after': after }, text: '', digest: () => '' }), ms))
}
