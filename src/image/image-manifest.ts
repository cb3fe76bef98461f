/**
 * What a registry says about an image: manifest, index and configuration. Pure.
 *
 * Source: OCI image specification 1.1 (manifest.md, image-index.md, config.md), and Docker's image manifest version 2,
 * schema 2, which differs from it in the names of its types only. Whatever is read here comes from outside.
 */
import { isObject, readObject, type JsonObject } from '../base/json-object.ts'
import { pickImageWords, type ImageWords } from './image-command.ts'
import { isDigest } from './image-reference.ts'

export interface Descriptor {
  readonly digest: string
  /** The platform of an index's entry, `os/architecture[/variant]`; undefined when it is not said. */
  readonly platform: string | undefined
}

export type ImageManifest =
  | { readonly kind: 'image'; readonly config: Descriptor }
  | { readonly kind: 'index'; readonly entries: readonly Descriptor[] }
  /** Something else that a registry may hold. */
  | { readonly kind: 'other'; readonly problem: string }

/** The command of an image on one platform, `os/architecture[/variant]`. */
export interface PlatformImage extends ImageWords {
  readonly platform: string
}

const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const CONFIG_TYPES = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']

/** The header Accept: without all four a registry may convert, and the digest would be another. */
export const MANIFEST_TYPES = [...IMAGE_TYPES, ...INDEX_TYPES].join(', ')

/** More than any image is built for; an index comes from outside. */
const MAX_ENTRIES = 64

/** @param type the answer's Content-Type, for a manifest that does not name its own (OCI's need not). */
export function readImageManifest(text: string, type: string | undefined): ImageManifest {
  const manifest = readObject(text)
  if (manifest === undefined) return { kind: 'other', problem: 'its manifest is not JSON' }
  if (manifest['schemaVersion'] === 1) {
    return { kind: 'other', problem: 'it is of schema version 1, which is no longer supported; push it again' }
  }
  const mediaType = manifest['mediaType'] ?? type?.split(';', 1)[0]?.trim()
  const isIndex =
    isOneOf(INDEX_TYPES, mediaType) || (!isOneOf(IMAGE_TYPES, mediaType) && Array.isArray(manifest['manifests']))
  return isIndex ? readIndex(manifest['manifests']) : readImage(manifest['config'])
}

function isOneOf(types: readonly string[], type: unknown): boolean {
  return typeof type === 'string' && types.includes(type)
}

function readImage(config: unknown): ImageManifest {
  if (!isObject(config)) return { kind: 'other', problem: 'it is not an image: its manifest has no configuration' }
  if (!isOneOf(CONFIG_TYPES, config['mediaType'])) {
    return { kind: 'other', problem: 'it is not a container image, but another artifact' }
  }
  const descriptor = readDescriptor(config)
  return descriptor === undefined
    ? { kind: 'other', problem: 'its manifest names its configuration by neither sha256 nor sha512' }
    : { kind: 'image', config: descriptor }
}

/**
 * The entries that may be Linux images, one a platform, as the runtimes choose the first. Build tools list attestations as
 * `unknown/unknown`; indexes within an index are left out.
 */
function readIndex(manifests: unknown): ImageManifest {
  if (!Array.isArray(manifests)) return { kind: 'other', problem: 'its index has no list of manifests' }
  const images = manifests.filter(isObject).filter(({ mediaType }) => isOneOf(IMAGE_TYPES, mediaType))
  const entries = images.map(readDescriptor).filter((entry) => entry !== undefined)
  const linux = entries.filter(({ platform }) => platform === undefined || isLinux(platform))
  const first = linux.filter(
    ({ platform }, at) => platform === undefined || linux.findIndex((entry) => entry.platform === platform) === at,
  )
  if (first.length === 0) {
    const others = entries.map(({ platform }) => platform ?? '').filter((platform) => !platform.startsWith('unknown/'))
    return { kind: 'other', problem: `it has no image for Linux${others.length > 0 ? `, only for ${others[0]}` : ''}` }
  }
  if (first.length > MAX_ENTRIES) return { kind: 'other', problem: `it has more than ${MAX_ENTRIES} platforms` }
  return { kind: 'index', entries: first }
}

function readDescriptor({ digest, platform }: JsonObject): Descriptor | undefined {
  if (typeof digest !== 'string' || !isDigest(digest)) return undefined
  return { digest, platform: isObject(platform) ? readPlatform(platform) : undefined }
}

/** @param platform what an index said, should the configuration say nothing. @returns undefined when it is not a JSON object. */
export function readImageConfig(text: string, platform: string | undefined): PlatformImage | undefined {
  const image = readObject(text)
  if (image === undefined) return undefined
  return { platform: platform ?? readPlatform(image) ?? 'linux', ...pickImageWords(image['config']) }
}

export function isLinux(platform: string): boolean {
  return platform === 'linux' || platform.startsWith('linux/')
}

/** As the runtimes write it: 64-bit ARM is v8, and 64-bit x86 is v1, without a word (containerd/platforms, database.go). */
function readPlatform({ os, architecture, variant }: JsonObject): string | undefined {
  if (!isWord(os) || !isWord(architecture)) return undefined
  const isUsual = ['arm64/v8', 'amd64/v1'].includes(`${architecture}/${String(variant)}`)
  return [os, architecture, ...(isWord(variant) && !isUsual ? [variant] : [])].join('/')
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^\w[\w.-]{0,31}$/.test(value)
}
