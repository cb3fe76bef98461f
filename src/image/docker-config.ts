/**
 * Credentials for pulling: Docker's config.json, on a workstation or as the text of an imagePullSecret. Pure.
 *
 * Source of how a key matches an image: Kubernetes pkg/credentialprovider (keyring.go, config.go); what it matches is what
 * Docker's client matches, and more.
 */
import { decodeBase64 } from '../base/base64.io.ts'
import { isObject, readObject, type JsonObject } from '../base/json-object.ts'

export type RegistryCredentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, which is exchanged for a bearer token. */
  | { readonly kind: 'identity'; readonly token: string }

export interface Keyring {
  /** Credentials in the order in which they are tried. */
  readonly credentials: readonly RegistryCredentials[]
  /** The program that would know more, which is not run. */
  readonly helper: string | undefined
}

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io']

/**
 * @param texts of config.json, those of the pod first. A text that is no JSON holds nothing.
 * @param host of the registry, `docker.io` for Docker's
 */
export function findCredentials(texts: readonly string[], host: string, repository: string): Keyring {
  const configs = texts.map((text) => readObject(text) ?? {})
  return {
    credentials: configs.flatMap((config) => listCredentials(config, host, repository)),
    helper: configs.map((config) => findHelper(config, host)).find((name) => name !== undefined),
  }
}

/** The most specific key first: its order is the reverse of the alphabet's. A Secret of the old form `.dockercfg` has no `auths`. */
function listCredentials(config: JsonObject, host: string, repository: string): readonly RegistryCredentials[] {
  const auths = isObject(config['auths']) ? config['auths'] : config
  return Object.entries(auths)
    .map(([key, value]) => ({ key: normalizeKey(key), value }))
    .filter(({ key }) => matches(key, host, repository))
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ value }) => (isObject(value) ? readCredentials(value) : undefined))
    .filter((found) => found !== undefined)
}

/** Neither the scheme counts, nor the `/v1/` or `/v2/` of an API, nor a last `/`. */
function normalizeKey(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/^([^/]*)\/v[12](?=\/|$)/, '$1')
    .replace(/\/+$/, '')
}

/** `*` may stand for a part of one label of the host; the path of a key is the beginning of the repository. */
function matches(key: string, host: string, repository: string): boolean {
  const [pattern = '', ...path] = key.split('/')
  if (!repository.startsWith(path.join('/'))) return false
  return HUB_HOSTS.includes(host) ? HUB_HOSTS.includes(pattern) : matchesHost(pattern, host)
}

function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.includes('*')) return pattern === host
  const labels = host.split('.')
  const globs = pattern.split('.')
  return globs.length === labels.length && globs.every((glob, at) => matchesLabel(glob, labels[at] ?? ''))
}

function matchesLabel(glob: string, label: string): boolean {
  const [start = '', ...rest] = glob.split('*')
  const end = rest.pop()
  if (end === undefined) return glob === label
  if (label.length < start.length + end.length || !label.startsWith(start) || !label.endsWith(end)) return false
  let at = start.length
  for (const piece of rest) {
    const found = label.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return at <= label.length - end.length
}

function readCredentials(entry: JsonObject): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken } = entry
  if (isText(identitytoken)) return { kind: 'identity', token: identitytoken }
  if (isText(auth)) {
    const [user = '', ...rest] = decodeBase64(auth).split(':')
    // Docker's own client cuts the zero bytes that an old one has left.
    return rest.length === 0
      ? undefined
      : { kind: 'password', username: user, password: rest.join(':').replace(/\0+$/, '') }
  }
  return isText(username) && isText(password) ? { kind: 'password', username, password } : undefined
}

function findHelper(config: JsonObject, host: string): string | undefined {
  const { credHelpers, credsStore } = config
  const own = isObject(credHelpers)
    ? Object.entries(credHelpers).find(([key]) => matches(normalizeKey(key), host, ''))?.[1]
    : undefined
  const name = own ?? credsStore
  return isText(name) ? `docker-credential-${name}` : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
