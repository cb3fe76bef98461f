/**
 * The authentication that a registry asks for. Pure.
 *
 * Source: RFC 9110 section 11 (the header), and the distribution project's token authentication (spec/auth/token.md, oauth.md).
 */
import { readObject } from '../base/json-object.ts'
import type { RegistryCredentials } from './docker-config.ts'
import type { AskRegistry, Authorization } from './registry-exchange.ts'

export interface Challenge {
  /** Lower case. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** `name=value`, where the value is a token or quoted. */
const PARAMETER = /[\s,]*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y
/** A word without `=` behind it. */
const SCHEME = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?=[\s,]|$)/y

/** @param header WWW-Authenticate: may hold several challenges, separated by commas. Reading ends at the first syntax error. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  for (let at = 0; at < header.length;) {
    PARAMETER.lastIndex = at
    SCHEME.lastIndex = at
    const parameter = PARAMETER.exec(header)
    const scheme = parameter === null ? SCHEME.exec(header) : null
    if (parameter !== null) {
      const [, name = '', quoted, token = ''] = parameter
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? token)
      at = PARAMETER.lastIndex
    } else if (scheme !== null) {
      challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() })
      at = SCHEME.lastIndex
    } else break
  }
  return challenges
}

/** How to answer a challenge: at once, or with a token that must be fetched first. */
export type Answering =
  | { readonly authorization: Authorization }
  | { readonly ask: AskRegistry }
  /** These credentials do not fit the challenge. */
  | undefined

/** The tokens of large registries have several kilobytes. */
const MAX_TOKEN_ANSWER_BYTES = 1024 * 1024

/** @param credentials undefined: anonymous */
export function answerChallenge(
  header: string,
  credentials: RegistryCredentials | undefined,
  repository: string,
): Answering {
  const challenges = parseChallenges(header)
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const realm = URL.parse(bearer?.parameters.get('realm') ?? '')
  if (bearer === undefined || realm === null) {
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic') && credentials?.kind === 'password'
    return isBasic ? { authorization: { kind: 'basic', credentials } } : undefined
  }
  const service = bearer.parameters.get('service') ?? ''
  const scope = bearer.parameters.get('scope') ?? `repository:${repository}:pull`
  const ask = { url: realm.href, accept: 'application/json', maxBytes: MAX_TOKEN_ANSWER_BYTES }
  if (credentials?.kind === 'identity') {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      service,
      scope,
      client_id: 'podorder',
    }
    return { ask: { ...ask, method: 'POST', form } }
  }
  if (service !== '') realm.searchParams.set('service', service)
  for (const one of scope.split(' ')) realm.searchParams.append('scope', one)
  const authorization = credentials === undefined ? {} : { authorization: { kind: 'basic', credentials } as const }
  return { ask: { ...ask, method: 'GET', url: realm.href, ...authorization } }
}

/** Reads `token`, or `access_token` (OAuth2). @returns undefined when there is none, or it is not valid in a header. */
export function readToken(text: string): string | undefined {
  const answer = readObject(text)
  const token = answer?.['token'] ?? answer?.['access_token']
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
}
