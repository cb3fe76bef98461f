/** A request to a registry, and its answer: the port that `registry.io.ts` implements. */
import type { RegistryCredentials } from './docker-config.ts'

export type Authorization =
  | { readonly kind: 'basic'; readonly credentials: Extract<RegistryCredentials, { kind: 'password' }> }
  | { readonly kind: 'bearer'; readonly token: string }

export interface AskRegistry {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: string
  readonly accept: string
  readonly authorization?: Authorization
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>
  /** A longer answer is a fault. */
  readonly maxBytes: number
}

export interface RegistryAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Bytes that are not UTF-8 become U+FFFD. */
  readonly text: string
  /** The digest of the received bytes, as `algorithm:hex`. */
  digest(algorithm: 'sha256' | 'sha512'): string
}

/** Sends one request and does not follow redirects. Never rejects: `fault` is a clause that says why there is no answer. */
export type Exchange = (ask: AskRegistry, cancel: AbortSignal) => Promise<RegistryAnswer | { readonly fault: string }>
