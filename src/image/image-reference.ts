/**
 * The name of an image as container runtimes read it. Pure.
 *
 * Source: github.com/distribution/reference (regexp.go, normalize.go), which containerd, Docker and the kubelet all use.
 */

export interface ImageReference {
  /** The name in credentials and mirrors, such as `docker.io`; with the port, if there is one. */
  readonly registry: string
  readonly repository: string
  /** `latest` when the text names neither a tag nor a digest. */
  readonly tag: string | undefined
  /** When both are given, the digest decides and the tag has no effect. */
  readonly digest: string | undefined
}

const HUB = 'docker.io'
/** The name of Docker Hub in Docker's configuration. */
const OLD_HUB = 'index.docker.io'

/** 255 for the name, 128 for the tag, and the longest digest. */
const MAX_LENGTH = 540
const MAX_NAME_LENGTH = 255

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(String.raw`^(?:${LABEL}(?:\.${LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`)
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/
const IDENTIFIER = /^[a-f0-9]{64}$/

/** @returns `problem` continues a sentence that begins with the image's name. */
export function parseReference(text: string): ImageReference | { readonly problem: string } {
  if (text === '') return { problem: 'is empty' }
  if (text.length > MAX_LENGTH) return { problem: 'is too long' }
  if (IDENTIFIER.test(text)) return { problem: 'is an identifier, which no registry is asked for' }
  const [named = '', ...digests] = text.split('@')
  const [digest] = digests
  if (digests.length > 1) return { problem: 'has more than one @' }
  if (digest !== undefined && !isDigest(digest)) return { problem: 'has a digest that is neither sha256 nor sha512' }
  const { registry, path } = splitRegistry(named)
  const colon = path.indexOf(':')
  const repository = colon === -1 ? path : path.slice(0, colon)
  const tag = colon === -1 ? undefined : path.slice(colon + 1)
  if (repository !== repository.toLowerCase())
    return { problem: 'has capitals in its repository, which are not allowed' }
  if (!HOST.test(registry) || !REPOSITORY.test(repository) || (tag !== undefined && !TAG.test(tag))) {
    return { problem: 'is not of the form [host[:port]/]name[:tag][@digest]' }
  }
  if (registry.length + 1 + repository.length > MAX_NAME_LENGTH) {
    return { problem: `has a name of more than ${MAX_NAME_LENGTH} characters` }
  }
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest }
}

/** The text before the first `/` is a registry if it cannot be a part of a repository's name. */
function splitRegistry(named: string): { readonly registry: string; readonly path: string } {
  const slash = named.indexOf('/')
  const first = named.slice(0, Math.max(slash, 0))
  const isRegistry = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const path = isRegistry ? named.slice(slash + 1) : named
  const registry = isRegistry && first !== OLD_HUB ? first : HUB
  return { registry, path: registry === HUB && !path.includes('/') ? `library/${path}` : path }
}

/** Whether the digest has a known algorithm and is safe in a path. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** Writes the full reference. A digest replaces the tag, so that the same image always has the same text. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`
}

/** The version in an image's tag, such as `v1.2.3` or `1.2.3-rc.1`, without the v; undefined when the tag is not a version. */
export function readTagVersion(image: string): string | undefined {
  const reference = parseReference(image)
  return 'problem' in reference ? undefined : /^v?(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(reference.tag ?? '')?.[1]
}
