/** Who may ask a real registry, and how it is reached: passwords, tokens, a private CA, mirrors. */
import test from 'ava'
import { execaSync } from 'execa'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandFound } from '../../src/image/lookup.ts'
import { createAuthority } from '../support/certificates.ts'
import { makeDirectory, openPusher, startRegistry, type Registry } from '../support/registry.ts'
import { ISSUER, SERVICE, startTokenServer, type TokenServer } from '../support/token-server.ts'
import { RUNTIMES, type Lookup } from './look-up.ts'

const directory = makeDirectory()
const authority = createAuthority(directory.path)
const registries: Registry[] = []
const servers: TokenServer[] = []
/** All of the same storage. */
let [open, basic, token, freeToken, tls]: readonly Registry[] = []

const REFRESH = 'refresh-me'

test.before(async () => {
  const storage = directory.path
  const start = async (...options: Parameters<typeof startRegistry>[1][]) => {
    for (const option of options) registries.push(await startRegistry(storage, option))
  }
  const passwords = join(storage, 'htpasswd')
  writeFileSync(passwords, execaSync('htpasswd', ['-Bbn', 'jane', 'pa:ss wörd']).stdout)
  const certificate = authority.sign('/CN=tokens')
  const bundle = join(storage, 'bundle.pem')
  writeFileSync(bundle, authority.certificate)
  const tokens = async (user: string | undefined) => {
    const server = await startTokenServer(certificate, { basic: user, refresh: REFRESH })
    servers.push(server)
    return { token: { realm: server.realm, service: SERVICE, issuer: ISSUER, rootcertbundle: bundle } }
  }
  await start(
    {},
    { auth: { htpasswd: { realm: 'test', path: passwords } } },
    { auth: await tokens('jane:pa:ss wörd') },
    { auth: await tokens(undefined) },
    { tls: authority.sign('/CN=registry', 'IP:127.0.0.1') },
  )
  ;[open, basic, token, freeToken, tls] = registries
  if (open !== undefined) await openPusher(open).image('team/app:1', { entrypoint: ['/app'] })
})

test.after.always(async () => {
  for (const server of servers) server.close()
  await Promise.all(registries.map((registry) => registry.stop()))
  directory.remove()
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const JANE = { auth: base64('jane:pa:ss wörd') }
const APP = [{ words: ['/app'] }]

function why(found: readonly CommandFound[]): string | undefined {
  const [first] = found
  return first !== undefined && 'problem' in first ? first.problem.replace(/^.*? is not known: /, '') : undefined
}

for (const [runtime, find] of Object.entries(RUNTIMES)) {
  const ask = (registry: Registry | undefined, lookup: Partial<Lookup> = {}) => {
    const insecure = [...registries.map(({ host }) => host), ...servers.map(({ realm }) => new URL(realm).host)]
    return find({ images: [`${registry?.host}/team/app:1`], insecure, ...lookup })
  }
  const auths = (registry: Registry | undefined, entry: object = JANE) => ({
    dockerConfig: { auths: { [`http://${registry?.host}/v1/`]: entry } },
  })
  const secret = (registry: Registry | undefined, entry: object) => ({
    images: [
      {
        image: `${registry?.host}/team/app:1`,
        pullSecrets: ['no JSON', JSON.stringify({ auths: { [`${registry?.host}/team`]: entry } })],
      },
    ],
  })
  const denied = (registry: Registry | undefined) =>
    `${registry?.host} does not allow it (401 UNAUTHORIZED); give credentials by an imagePullSecret or Docker's config.json`

  test(`${runtime}: a password, from config.json or a pull secret`, async (t) => {
    t.deepEqual(await ask(basic, auths(basic)), APP)
    t.deepEqual(await ask(basic, auths(basic, { username: 'jane', password: 'pa:ss wörd' })), APP)
    t.deepEqual(await ask(basic, secret(basic, JANE)), APP)
    t.deepEqual(await ask(basic, { ...secret(basic, { auth: base64('jane:old') }), ...auths(basic) }), APP)
    t.is(why(await ask(basic)), denied(basic))
    t.is(why(await ask(basic, auths(basic, { auth: base64('jane:secret-word') }))), denied(basic))
  })

  test(`${runtime}: a token, for a password, a refresh token, or anybody`, async (t) => {
    t.deepEqual(await ask(token, auths(token)), APP)
    t.deepEqual(await ask(token, auths(token, { auth: base64('any:'), identitytoken: REFRESH })), APP)
    t.deepEqual(await ask(freeToken), APP)
    t.is(why(await ask(token)), denied(token))
    t.is(why(await ask(token, auths(token, { auth: base64('jane:secret-word') }))), denied(token))
    t.is(why(await ask(token, auths(token, { identitytoken: 'old' }))), denied(token))
  })

  test(`${runtime}: a credential helper is not run, and named only where it is missed`, async (t) => {
    const helpers = { credHelpers: { [basic?.host ?? '']: 'ecr-login' }, credsStore: 'desktop' }
    t.is(
      why(await ask(basic, { dockerConfig: helpers })),
      `${basic?.host} does not allow it (401 UNAUTHORIZED), and docker-credential-ecr-login is not run; ` +
        'write the credentials into "auths" of config.json',
    )
    t.deepEqual(await ask(basic, { dockerConfig: { ...helpers, ...auths(basic).dockerConfig } }), APP)
    t.deepEqual(await ask(freeToken, { dockerConfig: helpers }), APP)
    t.deepEqual(await ask(open, { dockerConfig: helpers }), APP)
  })

  test(`${runtime}: credentials are for their host alone, and never in a message`, async (t) => {
    const other = { dockerConfig: { auths: { '127.0.0.1:9': JANE, [`${basic?.host}/other`]: JANE } } }
    t.is(why(await ask(basic, other)), denied(basic))
    const unsafe = { insecure: [token?.host ?? ''], ...auths(token) }
    const realm = new URL(servers[0]?.realm ?? '').host
    t.is(
      why(await ask(token, unsafe)),
      `${token?.host} wants a token, but ${realm} would be spoken to in plain HTTP, and is not named as insecure`,
    )
  })

  test(`${runtime}: a private CA`, async (t) => {
    const secure = { insecure: [] }
    t.deepEqual(await ask(tls, { ...secure, authorities: authority.certificate }), APP)
    t.is(
      why(await ask(tls, secure)),
      `${tls?.host} shows a certificate of an authority that is not known; name its CA file with --registry-ca`,
    )
    const byName = { images: [`localhost:${tls?.host.split(':')[1]}/team/app:1`] }
    t.is(
      why(await ask(tls, { ...secure, ...byName, authorities: authority.certificate })),
      `${byName.images[0]?.split('/')[0]} shows a certificate that is not for this host`,
    )
  })

  test(`${runtime}: a mirror first, and what it stands for when it fails`, async (t) => {
    const nobody = '127.0.0.1:1/app:1'
    const mirrors = { '127.0.0.1:1': [`http://${open?.host}/team/`] }
    t.deepEqual(await ask(open, { images: [nobody], mirrors }), APP)
    t.deepEqual(
      await ask(open, { mirrors: { [open?.host ?? '']: ['https://127.0.0.1:9', `http://${basic?.host}`] } }),
      APP,
    )
    t.is(
      why(await ask(open, { images: [nobody], mirrors: { '127.0.0.1:1': ['https://127.0.0.1:9'] } })),
      '127.0.0.1:1 refuses the connection; its mirror 127.0.0.1:9 refuses the connection',
    )
  })
}
