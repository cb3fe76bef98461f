/** ConfigMaps and Secrets in the same file as the pod: no others exist without a cluster. Pure. */
import { isObject } from '../base/json-object.ts'

/** A value of a ConfigMap or a Secret; in base64 it may be binary data. */
export type SourceContent = { readonly text: string } | { readonly base64: string }

export type Data = ReadonlyMap<string, SourceContent>

export interface Sources {
  readonly configMaps: ReadonlyMap<string, Data>
  readonly secrets: ReadonlyMap<string, Data>
}

/** Collects them, including those in a `List`. The later of two with the same name counts, as with `kubectl apply`. */
export function collectSources(documents: readonly unknown[]): Sources {
  const configMaps = new Map<string, Data>()
  const secrets = new Map<string, Data>()
  const collect = (document: unknown): void => {
    if (!isObject(document)) return
    const { kind, metadata, items } = document
    if (kind === 'List' && Array.isArray(items)) for (const item of items) collect(item)
    const name = isObject(metadata) ? metadata['name'] : undefined
    if (typeof name !== 'string') return
    if (kind === 'ConfigMap') {
      configMaps.set(name, new Map([...readTexts(document['data']), ...readEncoded(document['binaryData'])]))
    }
    // stringData is merged over data by the API server.
    if (kind === 'Secret') {
      secrets.set(name, new Map([...readEncoded(document['data']), ...readTexts(document['stringData'])]))
    }
  }
  for (const document of documents) collect(document)
  return { configMaps, secrets }
}

function readTexts(data: unknown): readonly (readonly [string, SourceContent])[] {
  return Object.entries(isObject(data) ? data : {}).map(([key, value]) => [key, { text: String(value) }])
}

function readEncoded(data: unknown): readonly (readonly [string, SourceContent])[] {
  return Object.entries(isObject(data) ? data : {}).map(([key, value]) => [key, { base64: String(value) }])
}
