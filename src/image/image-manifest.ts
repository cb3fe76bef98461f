/**
 * Readers of what a registry sends about an image: manifest, index and configuration. Pure.
 *
 * Source: OCI image specification 1.1 (manifest.md, image-index.md, config.md), and Docker's image manifest version 2,
 * schema 2, which has other media types only. All input is untrusted.
 */
import { isObject, readObject, type JsonObject } from '../base/json-object.ts'
import { pickImageWords, type ImageWords } from './image-command.ts'
import { isDigest } from './image-reference.ts'

export interface Descriptor {
  readonly digest: string
  /** The platform of an index's entry, `os/architecture[/variant]`; undefined when the entry has none. */
  readonly platform: string | undefined
}

export type ImageManifest =
  | { readonly kind: 'image'; readonly config: Descriptor }
  | { readonly kind: 'index'; readonly entries: readonly Descriptor[] }
  /** An artifact that is not an image. */
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

/** The header Accept. Without all four types a registry may convert the manifest, which changes the digest. */
export const MANIFEST_TYPES = [...IMAGE_TYPES, ...INDEX_TYPES].join(', ')

/** A limit, since the index is untrusted. No image is built for so many platforms. */
const MAX_ENTRIES = 64

/** @param type the response's Content-Type, for a manifest without `mediaType` (optional in OCI) */
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
 * Lists the entries that may be Linux images. Of each platform it keeps the first, as runtimes do. It leaves out attestations,
 * which build tools list as `unknown/unknown`, and indexes within the index.
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

/** @param platform from the index, used when the configuration has none. @returns undefined when it is not a JSON object. */
export function readImageConfig(text: string, platform: string | undefined): PlatformImage | undefined {
  const image = readObject(text)
  if (image === undefined) return undefined
  return { platform: platform ?? readPlatform(image) ?? 'linux', ...pickImageWords(image['config']) }
}

export function isLinux(platform: string): boolean {
  return platform === 'linux' || platform.startsWith('linux/')
}

/** Writes a platform as runtimes do: v8 of 64-bit ARM and v1 of 64-bit x86 are left out (containerd/platforms, database.go). */
function readPlatform({ os, architecture, variant }: JsonObject): string | undefined {
  if (!isWord(os) || !isWord(architecture)) return undefined
  const isUsual = ['arm64/v8', 'amd64/v1'].includes(`${architecture}/${String(variant)}`)
  return [os, architecture, ...(isWord(variant) && !isUsual ? [variant] : [])].join('/')
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^\w[\w.-]{0,31}$/.test(value)
}
