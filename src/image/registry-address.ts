/** The endpoints that are asked about an image, and the addresses to which a request may go. Pure. */
import type { ImageReference } from './image-reference.ts'

export interface RegistrySettings {
  /** A registry, as references name it -> URLs that are asked first. A URL's path is put before the repository. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>
  /** Hosts, with their port, that are asked by plain HTTP. All others are asked by HTTPS only. */
  readonly insecure: readonly string[]
}

export interface Endpoint {
  /** `https://host[:port]` */
  readonly origin: string
  /** The host as credentials name it. */
  readonly host: string
  /** The repository as this endpoint names it. */
  readonly repository: string
  /** The registry that this mirror serves (containerd's `ns`); undefined for a registry. */
  readonly mirrorOf: string | undefined
}

const HUB = 'docker.io'
const HUB_HOST = 'registry-1.docker.io'

/** Lists the mirrors, then the registry. A mirror that is not a URL is left out: `checkRegistries` has reported it. */
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

/** @returns a clause when no request may go to this URL: a URL from a response could lead anywhere. */
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

/** Credentials on a command line are visible in the list of processes and in every copy of the command. */
function refuseCredentials(text: string): string | undefined {
  const holdsAny = (URL.parse(text)?.username ?? '') !== ''
  return holdsAny ? "its URL holds credentials, which belong into Docker's config.json" : undefined
}
