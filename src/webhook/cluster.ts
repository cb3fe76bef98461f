/** Stores the webhook's certificate in a Secret, and publishes its authority in the webhook configuration. */
import { decodeBase64, encodeBase64 } from '../base/base64.io.ts'
import type { KubeClient } from '../kube/client.io.ts'
import { isObject } from '../base/json-object.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'

/** The names within the MutatingWebhookConfiguration; they are the keys of the list (patchMergeKey). */
export const WEBHOOKS = ['namespaces.podorder.io', 'pods.podorder.io']

export type Written = 'written' | 'conflict' | { readonly problem: string }

export interface SecretFound {
  readonly data: Readonly<Record<string, string>>
  readonly version: string
}

export interface Cluster {
  readSecret(signal: AbortSignal): Promise<SecretFound | { readonly problem: string }>
  /** Replaces the version that was read: `conflict` when another replica was faster. */
  writeSecret(data: Readonly<Record<string, string>>, version: string, signal: AbortSignal): Promise<Written>
  /** @returns one sentence when it failed */
  patchCaBundle(pem: string, signal: AbortSignal): Promise<{ readonly problem?: string }>
}

export interface ClusterNames {
  readonly namespace: string
  readonly secret: string
  /** The MutatingWebhookConfiguration. */
  readonly configuration: string
}

export const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'

export function openCluster(
  client: Pick<KubeClient, 'call'>,
  { namespace, secret, configuration }: ClusterNames,
): Cluster {
  const path = `/api/v1/namespaces/${namespace}/secrets/${secret}`
  return {
    async readSecret(signal) {
      const answer = await client.call({ method: 'GET', path, signal })
      if (!answer.ok) return explain(answer.failure, `read the Secret ${namespace}/${secret}`, 'get')
      const said = fieldOf(answer.value, 'data')
      const data = Object.entries(isObject(said) ? said : {}).map(([key, value]) => [key, decodeBase64(String(value))])
      return {
        data: Object.fromEntries(data) as Record<string, string>,
        version: textOf(answer.value, 'metadata', 'resourceVersion'),
      }
    },
    async writeSecret(data, version, signal) {
      const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeBase64(value)]))
      // With the version, the API server refuses the patch if the Secret has changed since it was read.
      const body = { metadata: { resourceVersion: version }, data: encoded }
      const contentType = 'application/merge-patch+json'
      const answer = await client.call({ method: 'PATCH', path, body, contentType, signal })
      if (answer.ok) return 'written'
      if (answer.failure.kind === 'conflict') return 'conflict'
      return explain(answer.failure, `write the Secret ${namespace}/${secret}`, 'patch')
    },
    async patchCaBundle(pem, signal) {
      const body = { webhooks: WEBHOOKS.map((name) => ({ name, clientConfig: { caBundle: encodeBase64(pem) } })) }
      const contentType = 'application/strategic-merge-patch+json'
      const answer = await client.call({
        ...{ method: 'PATCH', path: `${CONFIGURATIONS}/${configuration}`, body, contentType, signal },
      })
      if (answer.ok) return {}
      return explain(answer.failure, `put the caBundle into the MutatingWebhookConfiguration ${configuration}`, 'patch')
    },
  }
}

function explain(failure: KubeFailure, what: string, verb: string): { readonly problem: string } {
  const said = `cannot ${what}: ${failure.message}`
  if (failure.kind === 'missing') {
    return { problem: `${said}; deploy/ has it, or give --cert-dir with a certificate of your own` }
  }
  const refused = failure.kind === 'forbidden' || failure.kind === 'unauthorized'
  return { problem: refused ? `${said}; the Role in deploy/ allows its ServiceAccount to ${verb} it` : said }
}
