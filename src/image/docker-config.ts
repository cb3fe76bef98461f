/**
 * Credentials for pulling: Docker's config.json, on a workstation or as the text of an imagePullSecret. Pure.
 *
 * Keys match images as in Kubernetes pkg/credentialprovider (keyring.go, config.go): all that Docker's client matches, and more.
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
  /** A credential helper that is configured for the host. It is not run. */
  readonly helper: string | undefined
}

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io']

/**
 * @param texts contents of config.json files, those of the pod first. A text that is not JSON counts as empty.
 * @param host the registry; `docker.io` for Docker Hub
 */
export function findCredentials(texts: readonly string[], host: string, repository: string): Keyring {
  const configs = texts.map((text) => readObject(text) ?? {})
  return {
    credentials: configs.flatMap((config) => listCredentials(config, host, repository)),
    helper: configs.map((config) => findHelper(config, host)).find((name) => name !== undefined),
  }
}

/** Sorts keys in reverse alphabetical order, so that the most specific key is first. A Secret of the old type `.dockercfg` has no `auths`. */
function listCredentials(config: JsonObject, host: string, repository: string): readonly RegistryCredentials[] {
  const auths = isObject(config['auths']) ? config['auths'] : config
  return Object.entries(auths)
    .map(([key, value]) => ({ key: normalizeKey(key), value }))
    .filter(({ key }) => matches(key, host, repository))
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ value }) => (isObject(value) ? readCredentials(value) : undefined))
    .filter((found) => found !== undefined)
}

/** Removes what does not count in a key: the scheme, the `/v1/` or `/v2/` of the API, and a last `/`. */
function normalizeKey(key: string): string {
  return key
    .replace(/^https?:\/\//, '')
    .replace(/^([^/]*)\/v[12](?=\/|$)/, '$1')
    .replace(/\/+$/, '')
}

/** `*` stands for any part of one label of the host. The path of a key must be the beginning of the repository. */
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
    // Old Docker clients appended zero bytes. Docker's client removes them, too.
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
