/** The certificate that is served: from files, or one of the webhook's own, renewed before it ends. */
import { describeError } from '../base/system-error.ts'
import type { CertificateFacts, TlsCredentials } from './make-certificate.io.ts'
import { isDue, type Kept, LIFETIME_MS, listServiceNames, readKept, succeed } from './tls-credentials.ts'
import type { Cluster } from './cluster.ts'
import type { WebhookOptions, WebhookPorts } from './ports.ts'

export interface Served extends TlsCredentials {
  readonly facts: CertificateFacts
}

/** @returns the certificate, or one sentence on what is wrong with it */
export type LookForCertificate = (signal: AbortSignal) => Promise<Served | { readonly problem: string }>

type CertificatePorts = Pick<WebhookPorts, 'makeCredentials' | 'readCredentials' | 'readFile' | 'now'>

/** `tls.crt` and `tls.key`, as a mounted Secret has them. */
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

/** So often somebody else may be faster; each time what they have written is taken. */
const TRIES = 5

/**
 * The one in the Secret, made where there is none or it is due. Its authority is made known before it is served, beside the one before,
 * so that it does not matter which of the replicas is how far.
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
      const facts = before === undefined ? undefined : factsOf(before, ports)
      if (before !== undefined && facts !== undefined && !isDue(facts, ports.now())) {
        return publish(cluster, before, facts, signal)
      }
      const made = ports.makeCredentials(listServiceNames(service, namespace), ports.now(), LIFETIME_MS)
      const written = await cluster.writeSecret({ ...succeed(made, before) }, secret.version, signal)
      if (typeof written === 'object') return written
    }
    return { problem: 'the Secret with the certificate is written by somebody else again and again' }
  }
}

function factsOf(kept: Kept, { readCredentials }: CertificatePorts): CertificateFacts | undefined {
  const facts = readCredentials({ certificate: kept['tls.crt'], key: kept['tls.key'] })
  return 'problem' in facts ? undefined : facts
}

async function publish(cluster: Cluster, kept: Kept, facts: CertificateFacts, signal: AbortSignal) {
  const { problem } = await cluster.patchCaBundle(kept['ca.crt'], signal)
  if (problem !== undefined) return { problem }
  return { certificate: kept['tls.crt'], key: kept['tls.key'], facts }
}
