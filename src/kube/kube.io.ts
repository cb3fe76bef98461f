/** The Kubernetes API for commands. */
import { describeError } from '../base/system-error.ts'
import type { Collection } from './collection.ts'
import { type AccessWish, findAccess, type ParseYaml } from './find-access.io.ts'
import { createClient, type KubeClient } from './client.io.ts'
import { follow, type FollowOptions } from './follow.io.ts'

export interface Kube extends KubeClient {
  /** Lists and watches a collection until closed. */
  follow<Item>(collection: Collection, options: FollowOptions<Item>): { close(): void }
}

/** Sends no request yet. @returns the client, or one sentence that says what is missing. */
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
