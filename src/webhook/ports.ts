/** The ports of the webhook; cmd/webhook.ts passes the real ones. */
import type { CertificateFacts, TlsCredentials, OwnCredentials } from './make-certificate.io.ts'
import type { Answer, Ask } from './exchange.io.ts'
import type { PlainServer } from './plain.io.ts'
import type { SecureOptions, SecureServer } from './secure.io.ts'
import type { ParseAnnotation, WebhookRewrite } from './admission.ts'
import type { CommandFound, CommandWanted } from '../image/lookup.ts'
import type { Log } from '../base/log.io.ts'
import type { WatchPaths } from '../flags/ports.ts'
import type { Cluster } from './cluster.ts'

export interface WebhookOptions {
  readonly port: number
  /** The port of /healthz, /readyz and /metrics. */
  readonly healthPort: number
  /** The directory of tls.crt and tls.key; without it the webhook makes its own. */
  readonly certDir: string | undefined
  /** The Service that the API server calls. */
  readonly service: string
  readonly namespace: string
  readonly rewrite: WebhookRewrite
  readonly onLookupFailure: 'deny' | 'allow'
}

/** Finds commands, in the order of `wanted`, within a limited time. Never rejects. @param tenant the pod's namespace */
export type FindCommands = (wanted: readonly CommandWanted[], tenant: string) => Promise<readonly CommandFound[]>

export interface WebhookPorts {
  readonly serveSecurely: (options: SecureOptions) => Promise<SecureServer>
  readonly servePlainly: (port: number, look: (path: string) => Answer | undefined) => Promise<PlainServer>
  readonly findCommands: (wanted: readonly CommandWanted[]) => Promise<readonly CommandFound[]>
  /** Reads the YAML inside an annotation. */
  readonly parse: ParseAnnotation
  readonly makeCredentials: (names: readonly string[], now: number, lifetimeMs: number) => OwnCredentials
  readonly readCredentials: (credentials: TlsCredentials) => CertificateFacts | { readonly problem: string }
  /** @returns one clause when clients that trust the authority would not accept the certificate for this name */
  readonly findMisfit: (certificate: string, authority: string, name: string) => string | undefined
  /** Rejects with the system's error. */
  readonly readFile: (path: string) => Promise<string>
  readonly watchPaths: WatchPaths
  /** The store of the webhook's own certificates; undefined with `certDir`. */
  readonly cluster: Cluster | undefined
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly log: Log
  /** Lets other pending work run. */
  readonly rest: () => Promise<void>
  /** Unix ms. */
  readonly now: () => number
  /** ms, never going back. */
  readonly clock: () => number
}

export type { Answer, Ask }
