/** The certificate that is served: from files, or made by the webhook and renewed before it expires. */
import { describeError } from '../base/system-error.ts'
import type { CertificateFacts, TlsCredentials } from './make-certificate.io.ts'
import { isDue, type Kept, LIFETIME_MS, listServiceNames, readKept, succeed } from './tls-credentials.ts'
import type { Cluster } from './cluster.ts'
import type { WebhookOptions, WebhookPorts } from './ports.ts'

export interface Served extends TlsCredentials {
  readonly facts: CertificateFacts
}

/** @returns the certificate, or one sentence that says what is wrong */
export type LookForCertificate = (signal: AbortSignal) => Promise<Served | { readonly problem: string }>

type CertificatePorts = Pick<
  WebhookPorts,
  'makeCredentials' | 'readCredentials' | 'findMisfit' | 'readFile' | 'now' | 'log'
>

/** Reads `tls.crt` and `tls.key` of a mounted Secret. */
export function lookInFiles(directory: string, ports: CertificatePorts): LookForCertificate {
  return async () => {
    const [certificatePath, keyPath] = listFiles(directory)
    try {
      const [certificate, key] = await Promise.all([ports.readFile(certificatePath), ports.readFile(keyPath)])
      const facts = ports.readCredentials({ certificate, key })
      if ('problem' in facts) return { problem: `${certificatePath}, ${keyPath}: ${facts.problem}` }
      return { certificate, key, facts }
    } catch (error) {
      return { problem: `${directory}: ${describeError(error)}; it must have tls.crt and tls.key` }
    }
  }
}

export function listFiles(directory: string): readonly [string, string] {
  return [`${directory}/tls.crt`, `${directory}/tls.key`]
}

/** How often a write may fail since another replica was faster; each time that replica's certificate is read. */
const TRIES = 5

/**
 * Reads the certificate in the Secret. Makes a new one when there is none, or it is due, or clients would not accept it. The
 * authority is published before the certificate is served, and the previous one stays trusted, so that replicas may be out of step.
 */
export function lookInCluster(
  cluster: Cluster,
  { service, namespace }: Pick<WebhookOptions, 'service' | 'namespace'>,
  ports: CertificatePorts,
): LookForCertificate {
  return async (signal) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const secret = await cluster.readSecret(signal)
      if ('problem' in secret) return secret
      const before = readKept(secret.data)
      const names = listServiceNames(service, namespace)
      const facts = before === undefined ? undefined : readFacts(before, names[0] ?? '', ports)
      if (before !== undefined && facts !== undefined && !('problem' in facts) && !isDue(facts, ports.now())) {
        return publish(cluster, before, facts, signal)
      }
      const isUnfit = facts !== undefined && 'problem' in facts
      if (isUnfit) {
        const message = `the Secret with the certificate is written again: ${facts.problem}`
        ports.log({ event: 'warning', message })
      }
      const made = ports.makeCredentials(names, ports.now(), LIFETIME_MS)
      // An authority that does not fit is not trusted any more.
      const written = await cluster.writeSecret(
        { ...succeed(made, isUnfit ? undefined : before) },
        secret.version,
        signal,
      )
      if (typeof written === 'object') return written
    }
    return { problem: 'the Secret with the certificate is written by another process again and again' }
  }
}

function readFacts(kept: Kept, name: string, { readCredentials, findMisfit }: CertificatePorts) {
  const facts = readCredentials({ certificate: kept['tls.crt'], key: kept['tls.key'] })
  const misfit = 'problem' in facts ? undefined : findMisfit(kept['tls.crt'], kept['ca.crt'], name)
  return misfit === undefined ? facts : { problem: misfit }
}

async function publish(cluster: Cluster, kept: Kept, facts: CertificateFacts, signal: AbortSignal) {
  const { problem } = await cluster.patchCaBundle(kept['ca.crt'], signal)
  if (problem !== undefined) return { problem }
  return { certificate: kept['tls.crt'], key: kept['tls.key'], facts }
}
