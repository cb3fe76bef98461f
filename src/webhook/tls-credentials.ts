/** The lifetime of certificates that the webhook makes and keeps in a Secret, which its replicas share. Pure. */

const DAY_MS = 86_400_000

export const LIFETIME_MS = 90 * DAY_MS

/** The part of the lifetime after which it is renewed; the rest is time to find out why a renewal fails. */
const RENEWED_AFTER = 2 / 3

/** The keys of the Secret; those of kubernetes.io/tls, and cert-manager's for the authority. */
export interface Kept {
  readonly 'tls.crt': string
  readonly 'tls.key': string
  /** The authority of `tls.crt` first, then the previous one, whose certificate other replicas may still serve. */
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

/** Adds a new authority; of the previous ones only the newest stays trusted. */
export function succeed(
  made: { readonly certificate: string; readonly key: string; readonly authority: string },
  before: Kept | undefined,
): Kept {
  const [former] = before?.['ca.crt'].match(CERTIFICATE) ?? []
  const trusted = former === undefined ? made.authority : `${made.authority}${former}\n`
  return { 'tls.crt': made.certificate, 'tls.key': made.key, 'ca.crt': trusted }
}

/** The DNS names of a Service in the cluster; the API server verifies the first. */
export function listServiceNames(service: string, namespace: string): readonly string[] {
  return [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
    `${service}.${namespace}`,
    service,
  ]
}
