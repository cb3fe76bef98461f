/** The token server for `auth: token` of docker-registry. It gives a signed token to clients with the right password. */
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificates.ts'

export interface TokenServer {
  readonly realm: string
  /** The requests as `method path`, with the name of the user. */
  readonly asked: readonly string[]
  close(): void
}

export const ISSUER = 'test-issuer'
export const SERVICE = 'test-service'

export interface Users {
  /** The required `user:password`; undefined: none. */
  readonly basic: string | undefined
  /** A refresh token that is accepted instead of the password. */
  readonly refresh: string
}

export async function startTokenServer(certificate: Certificate, users: Users): Promise<TokenServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost')
      const form = new URLSearchParams(Buffer.concat(pieces).toString())
      const given = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString()
      asked.push(`${request.method} ${given.split(':')[0]}`.trim())
      const isKnown =
        request.method === 'POST'
          ? form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === users.refresh
          : users.basic === undefined || given === users.basic
      const scope = form.get('scope') ?? url.searchParams.get('scope') ?? ''
      const token = writeToken(certificate, isKnown ? scope : '')
      if (!isKnown && given !== '') response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}')
      else response.end(JSON.stringify(request.method === 'POST' ? { access_token: token } : { token }))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    close: () => void server.close(),
  }
}

/** Writes a JSON Web Token by spec/auth/jwt.md of the distribution project. @param scope such as `repository:name:pull` */
function writeToken({ certificate, key }: Certificate, scope: string): string {
  const [type, name, actions] = scope.split(':')
  const now = Math.floor(Date.now() / 1000)
  const header = { typ: 'JWT', alg: 'ES256', x5c: [new X509Certificate(certificate).raw.toString('base64')] }
  const claims = {
    ...{ iss: ISSUER, sub: 'test', aud: SERVICE, nbf: now - 60, iat: now, exp: now + 600, jti: randomUUID() },
    access: scope === '' ? [] : [{ type, name, actions: actions?.split(',') }],
  }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(signed), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
