import test from 'ava'
import * as fc from 'fast-check'
import { findCredentials } from '../../src/image/docker-config.ts'

const encode = (text: string): string => Buffer.from(text).toString('base64')

function users(config: object, host: string, repository = 'team/app'): readonly string[] {
  return findCredentials([JSON.stringify(config)], host, repository).credentials.map((found) =>
    found.kind === 'password' ? found.username : found.token,
  )
}

for (const [key, host, isFor] of [
  ['registry.io', 'registry.io', true],
  ['https://registry.io', 'registry.io', true],
  ['http://registry.io/', 'registry.io', true],
  ['https://registry.io/v2/', 'registry.io', true],
  ['registry.io/v1', 'registry.io', true],
  ['registry.io:5000', 'registry.io:5000', true],
  ['registry.io', 'registry.io:5000', false],
  ['registry.io:5000', 'registry.io', false],
  ['registry.io/team', 'registry.io', true],
  ['registry.io/team/app', 'registry.io', true],
  ['registry.io/v2/team', 'registry.io', true],
  ['registry.io/other', 'registry.io', false],
  ['evil-registry.io', 'registry.io', false],
  ['registry.io', 'evil-registry.io', false],
  ['registry.io', 'registry.io.evil.io', false],
  ['*.registry.io', 'eu.registry.io', true],
  ['*.registry.io', 'registry.io', false],
  ['*.registry.io', 'a.b.registry.io', false],
  ['*.*.registry.io', 'a.b.registry.io', true],
  ['e*u.registry.io', 'emu.registry.io', true],
  ['e*u.registry.io', 'us.registry.io', false],
  ['a*a.io', 'a.io', false],
  ['a*b*c.io', 'a-b-c.io', true],
  ['a*b*c.io', 'a-c-b.io', false],
  ['*.registry.io:5000', 'eu.registry.io:5000', true],
  ['https://index.docker.io/v1/', 'docker.io', true],
  ['docker.io', 'docker.io', true],
  ['registry-1.docker.io', 'docker.io', true],
  ['docker.io/team', 'docker.io', true],
  ['docker.io/other', 'docker.io', false],
  ['docker.io', 'quay.io', false],
  ['*', 'localhost', true],
  ['', 'registry.io', false],
] as const) {
  test(`the key "${key}" is ${isFor ? '' : 'not '}for ${host}/team/app`, (t) => {
    t.deepEqual(users({ auths: { [key]: { auth: encode('jane:x') } } }, host), isFor ? ['jane'] : [])
  })
}

test('the most specific key comes first, and the pod before the workstation', (t) => {
  const login = (username: string) => ({ username, password: 'x' })
  const auths = { 'r.io': login('all'), 'r.io/team/app': login('app'), 'r.io/team': login('team') }
  t.deepEqual(users({ auths }, 'r.io'), ['app', 'team', 'all'])
  const texts = ['', JSON.stringify({ auths: { 'r.io': login('pod') } }), JSON.stringify({ auths })]
  const { credentials } = findCredentials(texts, 'r.io', 'team/app')
  t.deepEqual(
    credentials.map((found) => found.kind === 'password' && found.username),
    ['pod', 'app', 'team', 'all'],
  )
})

test('credentials in their forms', (t) => {
  const find = (entry: unknown) =>
    findCredentials([JSON.stringify({ auths: { 'r.io': entry } })], 'r.io', 'a').credentials
  t.deepEqual(find({ auth: encode('jane:a:b\0\0') }), [{ kind: 'password', username: 'jane', password: 'a:b' }])
  t.deepEqual(find({ username: 'jane', password: 'ü' }), [{ kind: 'password', username: 'jane', password: 'ü' }])
  t.deepEqual(find({ auth: encode('<token>:'), identitytoken: 'id' }), [{ kind: 'identity', token: 'id' }])
  for (const none of [{}, { auth: '' }, { auth: encode('jane') }, { username: 'jane' }, null, 'x', { auth: 1 }]) {
    t.deepEqual(find(none), [])
  }
})

test('a Secret of the old form has no "auths"', (t) => {
  t.deepEqual(users({ 'https://r.io': { auth: encode('old:x') } }, 'r.io'), ['old'])
})

test('a helper is found where it would be run', (t) => {
  const helper = (config: object, host: string) => findCredentials([JSON.stringify(config)], host, 'a').helper
  const config = { credHelpers: { 'https://r.io/': 'ecr-login' }, credsStore: 'desktop' }
  t.is(helper(config, 'r.io'), 'docker-credential-ecr-login')
  t.is(helper(config, 'other.io'), 'docker-credential-desktop')
  t.is(helper({ credHelpers: config.credHelpers }, 'other.io'), undefined)
  t.is(helper({ credHelpers: 'x', credsStore: 1 }, 'r.io'), undefined)
})

test('no text throws, whatever it is', (t) => {
  t.notThrows(() =>
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void findCredentials([text], 'r.io', 'a'))),
  )
})
