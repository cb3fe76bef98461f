/** Requests to the API, over real TLS. */
import test from 'ava'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { THROTTLED } from '../support/api-answers.ts'
import { startApiServer } from '../support/api-server.ts'
import { openSetting } from '../support/api-setting.ts'
import { createAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { startHttpProxy, startSocksProxy } from '../support/proxy-server.ts'

const PATH = '/api/v1/namespaces/rec/pods'
const NEVER = new AbortController().signal

test('a private authority is trusted, and no other', async (t) => {
  const { client, dir, server } = await openSetting(t)
  const call = { method: 'GET', path: PATH, signal: NEVER } as const
  t.true((await (await client()).call(call)).ok)
  const other = createAuthority(mkdtempSync(join(dir, 'other-')))
  for (const ca of [{ text: other.certificate }, undefined]) {
    const answer = await (await client({ ca })).call(call)
    t.like(answer, { ok: false, failure: { kind: 'untrusted' } })
  }
  t.true((await (await client({ ca: undefined, insecure: true })).call(call)).ok)
  t.true((await (await client({ server: server.url.replace('127.0.0.1', 'localhost') })).call(call)).ok)
  const named = { server: server.url, serverName: 'elsewhere.example' }
  t.like(await (await client(named)).call(call), { ok: false, failure: { kind: 'untrusted' } })
})

test('a path that no request can have is a failure', async (t) => {
  const { client } = await openSetting(t)
  const answer = await (await client()).call({ method: 'GET', path: `${PATH}/a b\n`, signal: NEVER, retries: 0 })
  t.false(answer.ok)
})

test('a client certificate says who we are', async (t) => {
  const { authority, client, server } = await openSetting(t)
  server.trust({})
  const { certificate, key } = authority.sign('/CN=jane')
  const own = await client({ certificate: { text: certificate }, key: { text: key } })
  t.true((await own.call({ method: 'GET', path: PATH, signal: NEVER })).ok)
  t.is(server.requests.at(-1)?.user, 'jane')
})

test('a token that is replaced in its file is used from then on', async (t) => {
  const { client, dir, server } = await openSetting(t)
  const file = join(dir, 'token')
  server.trust({ first: 'system:serviceaccount:rec:a' })
  writeFileSync(file, 'first\n')
  const call = { method: 'GET', path: PATH, signal: NEVER } as const
  const own = await client({ token: { file } })
  t.true((await own.call(call)).ok)
  server.trust({ second: 'system:serviceaccount:rec:a' })
  t.like(await own.call(call), { ok: false, failure: { kind: 'unauthorized' } })
  writeFileSync(file, 'second\n')
  t.true((await own.call(call)).ok)
})

test('a token that cannot be read is told as what it is', async (t) => {
  const { client } = await openSetting(t)
  const own = await client({ token: { file: '/nowhere/token' } })
  t.like(await own.call({ method: 'GET', path: PATH, signal: NEVER, retries: 0 }), {
    ok: false,
    failure: { message: 'cannot read the token: no such file or directory (ENOENT)' },
  })
})

test('over plain HTTP, to a proxy on this machine say, no token is sent', async (t) => {
  const { client } = await openSetting(t)
  const server = await startApiServer()
  t.teardown(() => server.close())
  server.trust({ secret: 'jane' })
  const own = await client({ server: server.url, token: { text: 'secret' } })
  t.true((await own.call({ method: 'GET', path: PATH, signal: NEVER })).ok)
  t.is(server.requests[0]?.user, 'system:anonymous')
})

test('429 and 5xx are asked again, a refusal is not', async (t) => {
  const { client, server } = await openSetting(t)
  server.store.put('/api/v1/pods', { metadata: { name: 'a', namespace: 'rec' } })
  const own = await client()
  const path = `${PATH}/a`
  server.misbehave('get', { answer: { status: 500, body: 'etcd is away' } })
  server.misbehave('get', { answer: { ...THROTTLED, headers: {} } })
  server.misbehave('get', { hangUp: true })
  t.true((await own.call({ method: 'GET', path, signal: NEVER })).ok)
  t.is(server.requests.length, 4)
  server.misbehave('get', { answer: { status: 503, body: 'no' } })
  t.like(await own.call({ method: 'GET', path, signal: NEVER, retries: 0 }), {
    ok: false,
    failure: { kind: 'broken', message: 'no' },
  })
  t.like(await own.call({ method: 'GET', path: `${PATH}/b`, signal: NEVER }), {
    ok: false,
    failure: { kind: 'missing', message: 'pods "b" not found' },
  })
  t.is(server.requests.length, 6)
})

test('objects are created, patched, replaced and deleted', async (t) => {
  const { client, server } = await openSetting(t)
  const own = await client()
  const path = `${PATH}/a`
  const body = { metadata: { name: 'a', annotations: { 'podorder.io/note': 'größer' } } }
  t.true((await own.call({ method: 'POST', path: PATH, body, signal: NEVER })).ok)
  const patched = await own.call({
    method: 'PATCH',
    path,
    body: { metadata: { annotations: { 'podorder.io/ready': 'db' } } },
    contentType: 'application/merge-patch+json',
    signal: NEVER,
  })
  t.like(patched, {
    ok: true,
    value: { metadata: { annotations: { 'podorder.io/note': 'größer', 'podorder.io/ready': 'db' } } },
  })
  const stale = { metadata: { name: 'a', namespace: 'rec', resourceVersion: '1' } }
  t.like(await own.call({ method: 'PUT', path, body: stale, signal: NEVER }), {
    ok: false,
    failure: { kind: 'conflict' },
  })
  t.true((await own.call({ method: 'DELETE', path, signal: NEVER })).ok)
  t.is(server.store.list('/api/v1/pods').length, 0)
})

test('a call that is called off ends at once', async (t) => {
  const { client, server } = await openSetting(t)
  const caller = new AbortController()
  const { promise: hold, resolve } = Promise.withResolvers<void>()
  server.misbehave('list', { hold })
  const call = (await client()).call({ method: 'GET', path: PATH, signal: caller.signal })
  await eventually('it has been asked', () => server.requests.length === 1)
  caller.abort()
  t.like(await call, { ok: false, failure: { kind: 'unreachable', message: 'cancelled' } })
  resolve()
  t.is(server.requests.length, 1)
})

for (const login of [undefined, 'me:se cret']) {
  for (const [scheme, start] of [
    ['http', startHttpProxy],
    ['socks5', startSocksProxy],
  ] as const) {
    test(`a cluster is reached through a proxy (${scheme}${login === undefined ? '' : ', with a password'})`, async (t) => {
      const { client, server } = await openSetting(t)
      const proxy = await start(t, login)
      const user = login === undefined ? '' : `${login.replace(' ', '%20')}@`
      const own = await client({ proxy: `${scheme}://${user}127.0.0.1:${proxy.port}` })
      const answer = await own.call({ method: 'GET', path: PATH, signal: NEVER, retries: 0 })
      t.true(answer.ok, JSON.stringify(answer))
      t.deepEqual(proxy.targets, [server.url.replace('https://', '')])
    })
  }
}

test('a proxy that refuses is named', async (t) => {
  const { client } = await openSetting(t)
  const proxy = await startHttpProxy(t, 'me:secret')
  const own = await client({ proxy: `http://127.0.0.1:${proxy.port}` })
  const answer = await own.call({ method: 'GET', path: PATH, signal: NEVER, retries: 0 })
  t.like(answer, {
    ok: false,
    failure: {
      message: `the proxy 127.0.0.1:${proxy.port}: it says "HTTP/1.1 407 Proxy Authentication Required"`,
    },
  })
})

test('a program gives the token, and is asked again when the server refuses it', async (t) => {
  const { client, dir, server } = await openSetting(t)
  const exec = {
    ...{ user: 'u', apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', installHint: '', cluster: undefined },
    args: [
      '-c',
      `echo x >>${dir}/asked; printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$(cat ${dir}/next)$WHO"`,
    ],
    env: { WHO: '-me' },
    interactiveMode: 'Never',
  } as const
  writeFileSync(join(dir, 'next'), 'first')
  server.trust({ 'first-me': 'jane' })
  const own = await client({ exec })
  const call = { method: 'GET', path: PATH, signal: NEVER, retries: 0 } as const
  t.true((await own.call(call)).ok)
  t.true((await own.call(call)).ok)
  t.is(readFileSync(join(dir, 'asked'), 'utf8'), 'x\n')
  t.is(server.requests.at(-1)?.user, 'jane')
  server.trust({ 'second-me': 'jane' })
  writeFileSync(join(dir, 'next'), 'second')
  t.true((await own.call(call)).ok)
  server.trust({})
  t.like(await own.call(call), { ok: false, failure: { kind: 'unauthorized' } })
})

test('a program that is missing or fails is told as what it is', async (t) => {
  const { client } = await openSetting(t)
  const exec = {
    ...{ user: 'u', apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-login', args: [], env: {} },
    ...{ installHint: 'install it: see the handbook', cluster: undefined, interactiveMode: 'Never' as const },
  }
  const call = { method: 'GET', path: PATH, signal: NEVER } as const
  t.like(await (await client({ exec })).call(call), {
    failure: {
      message:
        'the credentials of user "u" come from no-such-login: there is no such program; install it: see the handbook',
    },
  })
  t.like(await (await client({ exec: { ...exec, command: 'false' } })).call(call), {
    failure: { message: 'the credentials of user "u" come from false: it failed with exit code 1' },
  })
  const always = { ...exec, interactiveMode: 'Always' as const }
  if (!process.stdin.isTTY)
    t.like(await (await client({ exec: always })).call(call), {
      failure: {
        message:
          'the credentials of user "u" come from no-such-login: it needs a terminal to ask you, and stdin is not one',
      },
    })
})
