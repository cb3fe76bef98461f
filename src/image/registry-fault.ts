/** Clauses that say why a registry gave no result. They repeat none of its text but an error code, since the text may contain a secret. Pure. */
import { readObject } from '../base/json-object.ts'
import type { RegistryAnswer } from './registry-exchange.ts'

/** Keys are the error codes of Node and Bun: those of the system and of OpenSSL. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refuses the connection'],
  ['ECONNRESET', 'closed the connection before it answered'],
  ['EPIPE', 'closed the connection before it answered'],
  ['EHOSTUNREACH', 'cannot be reached: no route to the host'],
  ['ENETUNREACH', 'cannot be reached: no route to the network'],
  ['ENOTFOUND', 'cannot be found: no such host'],
  ['EAI_AGAIN', 'cannot be found: the name service does not answer'],
  ['ETIMEDOUT', 'did not answer in time'],
])

const UNTRUSTED = 'shows a certificate of an authority that is not known; name its CA file with --registry-ca'
const CERTIFICATES: ReadonlyMap<string, string> = new Map([
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['CERT_HAS_EXPIRED', 'shows a certificate that has expired'],
  ['CERT_NOT_YET_VALID', 'shows a certificate that is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'shows a certificate that is not for this host'],
])

/** @param host that was asked */
export function explainNoAnswer(host: string, code: string | undefined, message: string): string {
  const known = REASONS.get(code ?? '') ?? CERTIFICATES.get(code ?? '')
  if (known !== undefined) return `${host} ${known}`
  if (isPlainText(code, message))
    return `${host} does not speak TLS; name it with --insecure-registry if plain HTTP will do`
  return `${host} did not answer${code === undefined ? '' : ` (${code})`}`
}

/** Whether the answer was not TLS: Node says EPROTO, and Bun says ERR_SSL_…. */
function isPlainText(code: string | undefined, message: string): boolean {
  return code !== undefined && /^(?:EPROTO|ERR_SSL_)/.test(code) && /wrong.version.number/i.test(`${code} ${message}`)
}

/** @param helper a credential helper that is configured for the host; it is not run */
export function explainStatus(host: string, answer: RegistryAnswer, helper: string | undefined): string {
  const { status } = answer
  const said = `(${[status, readCode(answer.text)].filter(Boolean).join(' ')})`
  switch (status) {
    case 401:
    case 403:
      return helper === undefined
        ? `${host} does not allow it ${said}; give credentials by an imagePullSecret or Docker's config.json`
        : `${host} does not allow it ${said}, and ${helper} is not run; write the credentials into "auths" of config.json`
    case 404:
      return `${host} has no such image ${said}`
    case 429:
      return `${host} has had too many requests ${said}; try again later, or name a mirror`
    default:
      return status >= 500
        ? `${host} is in trouble ${said}; try again later`
        : `${host} answers with HTTP status ${said}`
  }
}

/** Reads `errors[0].code` (distribution specification). */
function readCode(text: string): string | undefined {
  const errors = readObject(text)?.['errors']
  const code = Array.isArray(errors) ? (errors[0] as { readonly code?: unknown } | null)?.code : undefined
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : undefined
}

/** The longest useful delay at a terminal or in an admission request. */
const MAX_PATIENCE_S = 5

/** Reads Retry-After in seconds. @returns milliseconds; undefined when the delay is too long. */
export function readPatience({ status, headers }: RegistryAnswer): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  return [429, 503].includes(status) && seconds >= 0 && seconds <= MAX_PATIENCE_S ? seconds * 1000 : undefined
}
