/** A request to a registry, and its answer: the port that `registry.io.ts` makes. */
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
  /** Bytes that are not UTF-8 are U+FFFD. */
  readonly text: string
  /** The digest of the bytes as they came, as `algorithm:hex`. */
  digest(algorithm: 'sha256' | 'sha512'): string
}

/** Follows no redirect. Never rejects: `fault` is one clause that says why there is no answer. */
export type Exchange = (ask: AskRegistry, cancel: AbortSignal) => Promise<RegistryAnswer | { readonly fault: string }>
