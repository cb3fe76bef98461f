/** Requests to one endpoint about one repository. The first of them finds out which authentication the endpoint accepts. */
import { findCredentials, type RegistryCredentials } from './docker-config.ts'
import { refuseAddress, writeAddress, type Endpoint } from './registry-address.ts'
import { answerChallenge, readToken } from './registry-challenge.ts'
import type { RegistryAnswer, AskRegistry, Authorization } from './registry-exchange.ts'
import { explainStatus, readPatience } from './registry-fault.ts'
import type { LookupProblem, Pull } from './lookup-ports.ts'
import { startTimer } from '../base/timer.ts'

export interface Question {
  /** The path below the repository. */
  readonly path: string
  readonly method?: 'GET' | 'HEAD'
  readonly accept: string
  readonly maxBytes: number
}

/** @returns an answer of status 200, or the problem. */
export type Session = (question: Question) => Promise<RegistryAnswer | LookupProblem>

/** A registry may redirect a request for a blob to its storage, which may redirect again. */
const MAX_REDIRECTS = 5
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

export function openSession(endpoint: Endpoint, pull: Pull): Session {
  const { host, repository } = endpoint
  const asked = hostOf(endpoint.origin)
  const { credentials, helper } = findCredentials(pull.dockerConfigs, host, repository)
  // The last try is anonymous, so that expired credentials do not prevent reading a public image.
  const untried: (RegistryCredentials | undefined)[] = [...credentials, undefined]
  let challenge: string | undefined
  let authorization: Authorization | undefined
  let trouble: string | undefined

  const identify = async (header: string): Promise<boolean> => {
    while (untried.length > 0) {
      const found = await authorize(header, untried.shift(), endpoint, pull)
      if (found === undefined) continue
      if (!('problem' in found)) {
        authorization = found
        return true
      }
      trouble = found.problem
    }
    return false
  }

  return async ({ path, method = 'GET', accept, maxBytes }) => {
    for (;;) {
      const identity = authorization === undefined ? {} : { authorization }
      const followed = await follow({ method, url: writeAddress(endpoint, path), accept, maxBytes, ...identity }, pull)
      if ('problem' in followed) return followed
      const { answer, url } = followed
      if (answer.status === 200) return answer
      if (!isDenial(answer)) return { problem: explainStatus(asked, answer, undefined) }
      if (!isSameOrigin(url, endpoint.origin)) return { problem: describeForeignDenial(asked, url, answer) }
      challenge = answer.headers['www-authenticate'] ?? challenge
      if (challenge !== undefined && (await identify(challenge))) continue
      return {
        problem:
          trouble === undefined ? explainStatus(asked, answer, helper) : `${asked} wants a token, but ${trouble}`,
      }
    }
  }
}

/**
 * Describes a denial by a host that the registry redirected to. Its challenge is not answered, since it could name any token server.
 * Only the registry, and the token server that the registry names, get credentials.
 */
function describeForeignDenial(registry: string, url: string, { status }: RegistryAnswer): string {
  return `${registry} redirects to ${hostOf(url)}, which does not allow it (${status}); only the registry itself gets credentials`
}

function isSameOrigin(one: string, other: string): boolean {
  const origin = URL.parse(one)?.origin
  return origin !== undefined && origin === URL.parse(other)?.origin
}

function isPlain(url: string): boolean {
  return URL.parse(url)?.protocol === 'http:'
}

function isDenial({ status }: RegistryAnswer): boolean {
  return status === 401 || status === 403
}

/** @returns undefined when these credentials are refused. */
async function authorize(
  challenge: string,
  credentials: RegistryCredentials | undefined,
  { origin, repository }: Endpoint,
  pull: Pull,
): Promise<Authorization | LookupProblem | undefined> {
  const answering = answerChallenge(challenge, credentials, repository)
  if (answering === undefined || 'authorization' in answering) return answering?.authorization
  if (credentials !== undefined && isPlain(answering.ask.url) && !isPlain(origin)) {
    return {
      problem: `its token server ${hostOf(answering.ask.url)} is spoken to in plain HTTP, and gets no credentials`,
    }
  }
  const followed = await follow(answering.ask, pull)
  if ('problem' in followed) return followed
  const { answer } = followed
  const token = answer.status === 200 ? readToken(answer.text) : undefined
  if (token !== undefined) return { kind: 'bearer', token }
  // Token services answer so when they do not know the credentials, or do not accept this kind of credentials.
  if ([400, 401, 403, 404, 405].includes(answer.status)) return undefined
  const service = hostOf(answering.ask.url)
  return { problem: answer.status === 200 ? `${service} gives none` : explainStatus(service, answer, undefined) }
}

interface Followed {
  readonly answer: RegistryAnswer
  /** The address that answered; after a redirect, the last one. */
  readonly url: string
}

/** Follows redirects, and waits once when the registry asks for it. Credentials go to the first origin only. */
async function follow(first: AskRegistry, { ports, settings, cancel }: Pull): Promise<Followed | LookupProblem> {
  let ask = first
  let hasWaited = false
  for (let redirects = 0; redirects <= MAX_REDIRECTS;) {
    const refused = refuseAddress(ask.url, settings.registries.insecure)
    if (refused !== undefined) return { problem: refused }
    const answer = await ports.exchange(ask, cancel)
    if ('fault' in answer) return { problem: answer.fault }
    const patience = hasWaited ? undefined : readPatience(answer)
    const location = answer.headers['location']
    if (patience !== undefined) {
      hasWaited = true
      await wait(patience, cancel)
    } else if (REDIRECTS.includes(answer.status) && location !== undefined) {
      redirects++
      ask = redirect(first, ask, location)
    } else return { answer, url: ask.url }
  }
  return { problem: `${hostOf(first.url)} redirects more than ${MAX_REDIRECTS} times` }
}

function redirect(first: AskRegistry, last: AskRegistry, location: string): AskRegistry {
  const url = URL.parse(location, last.url)
  const { authorization, form, ...rest } = first
  const isHome = url !== null && isSameOrigin(url.href, first.url)
  return {
    ...rest,
    url: url?.href ?? location,
    ...(isHome && authorization !== undefined ? { authorization } : {}),
    ...(isHome && form !== undefined ? { form } : {}),
  }
}

function wait(ms: number, cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = startTimer(resolve, ms)
    cancel.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}
