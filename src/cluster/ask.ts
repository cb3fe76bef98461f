/** Questions to a cluster of which each may be refused by itself: what the answer was, or what it needs. */
import type { JsonObject } from '../base/json-object.ts'
import { isObject } from '../base/json-object.ts'
import { flatten } from '../base/wording.ts'
import { pathOf } from '../kube/collection.ts'
import type { KubeFailure } from '../kube/failure.ts'
import type { Resource } from '../kube/kinds.ts'
import type { Kube } from '../kube/kube.io.ts'
import { listOf, textOf } from '../pod/api-object.ts'

/** A kind of objects, and what they are called where they are listed: items of a list do not say it themselves. */
export interface AskedKind extends Resource {
  readonly kind: string
}

export type Answered<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: KubeFailure }

export interface Asker {
  readonly kube: Kube
  readonly signal: AbortSignal
}

/** Few retries, since a user waits at the terminal. */
const RETRIES = 1
/** As kubectl asks. */
const PAGE = '500'

/** Asks for an object, or whatever else is at a path. */
export function askOne({ kube, signal }: Asker, path: string): Promise<Answered<unknown>> {
  return kube.call({ method: 'GET', path, signal, retries: RETRIES })
}

/** All of them, page by page. @param query selectors */
export async function askAll(
  { kube, signal }: Asker,
  kind: AskedKind,
  namespace: string | undefined,
  query: Readonly<Record<string, string>> = {},
): Promise<Answered<readonly JsonObject[]>> {
  const path = pathOf(kind, namespace)
  const objects: JsonObject[] = []
  for (let token = ''; ;) {
    const page = { ...query, limit: PAGE, ...(token === '' ? {} : { continue: token }) }
    const answer = await kube.call({ method: 'GET', path, query: page, signal, retries: RETRIES })
    if (!answer.ok) return answer
    for (const item of listOf(answer.value, 'items')) {
      if (!isObject(item) || textOf(item, 'metadata', 'name') === '') continue
      objects.push({ apiVersion: versionOf(kind), ...item, kind: kind.kind })
    }
    token = textOf(answer.value, 'metadata', 'continue')
    if (token === '') return { ok: true, value: objects }
  }
}

function versionOf({ group, version }: AskedKind): string {
  return group === '' ? version : `${group}/${version}`
}

/** Why it is not known, in a clause: what it needs, or what came instead. @param needs `list of deployments` */
export function sayUnknown({ kind, message }: KubeFailure, needs: string): string {
  if (kind === 'forbidden') return `needed is ${needs}`
  return flatten(message)
}
