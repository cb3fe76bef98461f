/** Finds an image's command on each of its platforms: in the cache by digest, else at the mirrors, else at its registry. */
import {
  MANIFEST_TYPES,
  readImageConfig,
  readImageManifest,
  type Descriptor,
  type PlatformImage,
} from './image-manifest.ts'
import { formatRecord, readPlatformRecord } from './image-platforms.ts'
import { isDigest, type ImageReference } from './image-reference.ts'
import { listEndpoints, type Endpoint } from './registry-address.ts'
import type { RegistryAnswer } from './registry-exchange.ts'
import { mapAtOnce, workWithin } from '../base/at-once.ts'
import type { LookupProblem, Pull } from './lookup-ports.ts'
import { openSession, type Session } from './registry-session.ts'

type Images = readonly PlatformImage[]

/** Registries may refuse larger manifests (distribution specification). Configurations are smaller. */
const MAX_BYTES = 4 * 1024 * 1024
/** How many requests about one image run at the same time. */
const AT_ONCE = 4

export async function pullImages(reference: ImageReference, pull: Pull): Promise<Images | LookupProblem> {
  const { digest } = reference
  const known = await readCache(digest, pull)
  if (known !== undefined) return known
  if (pull.settings.offline) {
    const why = digest === undefined ? 'a tag does not identify an image' : 'it is not in the cache'
    return { problem: `${why}, and --offline forbids asking the registry` }
  }
  const problems: string[] = []
  const endpoints = listEndpoints(reference, pull.settings.registries)
  // A mirror that does not respond must leave time for the next one.
  const share = pull.settings.timeoutMs / endpoints.length
  for (const endpoint of endpoints) {
    const images = await workWithin(share, pull.cancel, (cancel) => ask(endpoint, reference, { ...pull, cancel }))
    if (!('problem' in images)) return images
    problems.push(images.problem)
  }
  return { problem: problems.toReversed().join('; its mirror ') }
}

async function ask(endpoint: Endpoint, { digest, tag }: ImageReference, pull: Pull): Promise<Images | LookupProblem> {
  const session = openSession(endpoint, pull)
  const known =
    digest === undefined ? await readCache(await resolveTag(`manifests/${tag}`, session, pull), pull) : undefined
  if (known !== undefined) return known
  const answer = await askManifest(digest ?? `${tag}`, session)
  if ('problem' in answer) return answer
  const own = digest ?? answer.digest('sha256')
  const told = answer.headers['docker-content-digest'] ?? own
  if (!isWhole(answer, own) || (isDigest(told) && !isWhole(answer, told))) {
    return { problem: `${endpoint.host} sends another manifest than the one with this digest` }
  }
  const images = await readImages(answer, session)
  if (!('problem' in images)) await pull.ports.cache?.write(own, formatRecord(images))
  return images
}

/** Asks for the digest of a tag. Tags move, so the cache does not keep them. Large registries do not count a HEAD request as a pull. */
async function resolveTag(path: string, session: Session, { ports }: Pull): Promise<string | undefined> {
  if (ports.cache === undefined) return undefined
  const answer = await session({ method: 'HEAD', path, accept: MANIFEST_TYPES, maxBytes: 0 })
  return 'problem' in answer ? undefined : answer.headers['docker-content-digest']
}

async function readCache(digest: string | undefined, { ports }: Pull): Promise<Images | undefined> {
  const record = digest !== undefined && isDigest(digest) ? await ports.cache?.read(digest) : undefined
  return record === undefined ? undefined : readPlatformRecord(record)
}

async function readImages(answer: RegistryAnswer, session: Session): Promise<Images | LookupProblem> {
  const manifest = readImageManifest(answer.text, answer.headers['content-type'])
  switch (manifest.kind) {
    case 'other':
      return manifest
    case 'image':
      return pullConfig(manifest.config.digest, undefined, session)
    case 'index': {
      const lists = await mapAtOnce(AT_ONCE, manifest.entries, (entry) => pullEntry(entry, session))
      return lists.find((list) => 'problem' in list) ?? lists.flatMap((list) => ('problem' in list ? [] : list))
    }
  }
}

/** @returns an empty list when the entry is not an image: artifacts in an index have no platform. */
async function pullEntry({ digest, platform }: Descriptor, session: Session): Promise<Images | LookupProblem> {
  const answer = await askManifest(digest, session)
  if ('problem' in answer) return answer
  if (!isWhole(answer, digest)) return { problem: 'its index does not lead to the manifest with the digest it names' }
  const manifest = readImageManifest(answer.text, answer.headers['content-type'])
  if (manifest.kind === 'image') return pullConfig(manifest.config.digest, platform, session)
  return platform === undefined ? [] : { problem: `for ${platform} it is not a container image` }
}

async function pullConfig(
  digest: string,
  platform: string | undefined,
  session: Session,
): Promise<Images | LookupProblem> {
  const answer = await session({ path: `blobs/${digest}`, accept: '*/*', maxBytes: MAX_BYTES })
  if ('problem' in answer) return answer
  if (!isWhole(answer, digest)) return { problem: 'its configuration does not have the digest that its manifest names' }
  const image = readImageConfig(answer.text, platform)
  return image === undefined ? { problem: 'its configuration is not JSON' } : [image]
}

function askManifest(name: string, session: Session): Promise<RegistryAnswer | LookupProblem> {
  return session({ path: `manifests/${name}`, accept: MANIFEST_TYPES, maxBytes: MAX_BYTES })
}

function isWhole(answer: RegistryAnswer, digest: string): boolean {
  return answer.digest(digest.startsWith('sha512:') ? 'sha512' : 'sha256') === digest
}
