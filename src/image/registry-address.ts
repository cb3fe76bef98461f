/** The registry in which an image is looked for, and which addresses may be spoken to. Pure. */
import type { ImageReference } from './image-reference.ts'

export interface RegistrySettings {
  /** A registry, as references name it -> URLs that are asked first; a URL's path is put before the repository. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>
  /** Hosts, with their port, that are spoken to in plain HTTP; all others get HTTPS and nothing else. */
  readonly insecure: readonly string[]
}

export interface Endpoint {
  /** `https://host[:port]` */
  readonly origin: string
  /** As credentials name it. */
  readonly host: string
  /** As this endpoint calls it. */
  readonly repository: string
  /** To a mirror, the registry that it stands in for (containerd's `ns`). */
  readonly mirrorOf: string | undefined
}

const HUB = 'docker.io'
const HUB_HOST = 'registry-1.docker.io'

/** The mirrors, then the registry itself. A mirror that is no URL is left out: `checkRegistries` has told of it. */
export function listEndpoints(
  { registry, repository }: ImageReference,
  { mirrors, insecure }: RegistrySettings,
): readonly [...Endpoint[], Endpoint] {
  const asked = Object.hasOwn(mirrors, registry) ? (mirrors[registry] ?? []) : []
  const endpoints = asked.flatMap((text) => {
    const url = URL.parse(text)
    if (url === null) return []
    const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, '')
    return [
      {
        origin: url.origin,
        host: url.host,
        repository: prefix === '' ? repository : `${prefix}/${repository}`,
        mirrorOf: registry,
      },
    ]
  })
  const scheme = insecure.includes(registry) ? 'http' : 'https'
  const host = registry === HUB ? HUB_HOST : registry
  return [...endpoints, { origin: `${scheme}://${host}`, host: registry, repository, mirrorOf: undefined }]
}

/** @param path below the repository, such as `manifests/latest` */
export function writeAddress({ origin, repository, mirrorOf }: Endpoint, path: string): string {
  const query = mirrorOf === undefined ? '' : `?ns=${encodeURIComponent(mirrorOf)}`
  return `${origin}/v2/${repository}/${path}${query}`
}

/** @returns a clause when this URL may not be asked: one from outside could lead anywhere. */
export function refuseAddress(text: string, insecure: readonly string[]): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'the address is not a URL'
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return `${url.protocol}//${url.host} is not HTTPS`
  if (insecure.includes(url.host)) return undefined
  return `${url.host} would be spoken to in plain HTTP, and is not named as insecure`
}

/** @returns all faults of the settings, each one sentence. */
export function checkRegistries({ mirrors, insecure }: RegistrySettings): readonly string[] {
  const unsafe = Object.entries(mirrors).flatMap(([registry, urls]) =>
    urls
      .map((url) => refuseAddress(url, insecure) ?? refuseCredentials(url))
      .filter((problem) => problem !== undefined)
      .map((problem) => `the mirror of ${registry}: ${problem}`),
  )
  const strange = insecure.filter((host) => URL.parse(`http://${host}`)?.host !== host)
  return [...unsafe, ...strange.map((host) => `the insecure registry "${host}" must be a host, or host:port`)]
}

/** They would be in the list of processes, and in every copy of the command. */
function refuseCredentials(text: string): string | undefined {
  const holdsAny = (URL.parse(text)?.username ?? '') !== ''
  return holdsAny ? "its URL holds credentials, which belong into Docker's config.json" : undefined
}
