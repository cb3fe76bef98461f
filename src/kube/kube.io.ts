/** The Kubernetes API as the commands see it. */
import { describeError } from '../base/system-error.ts'
import type { Collection } from './collection.ts'
import { type AccessWish, findAccess, type ParseYaml } from './find-access.io.ts'
import { createClient, type KubeClient } from './client.io.ts'
import { follow, type FollowOptions } from './follow.io.ts'

export interface Kube extends KubeClient {
  /** Lists and watches a collection from now on until closed. */
  follow<Item>(collection: Collection, options: FollowOptions<Item>): { close(): void }
}

/** @returns one sentence on what is missing otherwise. No request is made yet. */
export async function openKube(
  wish: AccessWish,
  env: Readonly<Record<string, string | undefined>>,
  parseYaml: ParseYaml,
): Promise<Kube | { readonly problem: string }> {
  const found = await findAccess(wish, env, parseYaml)
  if ('problem' in found) return found
  try {
    const client = await createClient(found.access)
    return { ...client, follow: (collection, options) => follow(client, collection, options) }
  } catch (error) {
    return { problem: `cannot use the certificates for ${found.access.server}: ${describeError(error)}` }
  }
}
