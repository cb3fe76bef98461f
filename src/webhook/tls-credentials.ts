/** When which certificate is served: the life of those that the webhook makes itself, kept in a Secret that its replicas share. Pure. */

const DAY_MS = 86_400_000

export const LIFETIME_MS = 90 * DAY_MS

/** The share of the lifetime that has gone by; what is left is time for whoever has to find out why it was not renewed. */
const RENEWED_AFTER = 2 / 3

/** The keys of the Secret; those of kubernetes.io/tls, and cert-manager's for the authority. */
export interface Kept {
  readonly 'tls.crt': string
  readonly 'tls.key': string
  /** The authority of `tls.crt` first, then the one before: a replica that has not looked yet still serves with it. */
  readonly 'ca.crt': string
}

const KEYS = ['tls.crt', 'tls.key', 'ca.crt'] as const

/** @returns undefined when one of them is missing or empty */
export function readKept(data: Readonly<Record<string, string>>): Kept | undefined {
  return KEYS.every((key) => Object.hasOwn(data, key) && data[key] !== '') ? (data as unknown as Kept) : undefined
}

/** @param from,until of the certificate, Unix ms */
export function isDue({ from, until }: { readonly from: number; readonly until: number }, now: number): boolean {
  return now >= from + (until - from) * RENEWED_AFTER
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Those that were trusted before stay trusted, but only the newest of them. */
export function succeed(
  made: { readonly certificate: string; readonly key: string; readonly authority: string },
  before: Kept | undefined,
): Kept {
  const [former] = before?.['ca.crt'].match(CERTIFICATE) ?? []
  const trusted = former === undefined ? made.authority : `${made.authority}${former}\n`
  return { 'tls.crt': made.certificate, 'tls.key': made.key, 'ca.crt': trusted }
}

/** As the API server calls a service in the cluster: the first is the one it verifies. */
export function listServiceNames(service: string, namespace: string): readonly string[] {
  return [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
    `${service}.${namespace}`,
    service,
  ]
}
