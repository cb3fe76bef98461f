/**
 * Makes configuration files for git and registry clients from mounted secrets. The content of secrets is written to files only, never
 * to messages. Pure.
 *
 * Source: tektoncd/pipeline pkg/credentials.
 */
import { encodeBase64 } from '../base/base64.io.ts'
import { buildAliases, buildSsh, readSshHosts } from './ssh-config.ts'

/** A secret, and the URL or host that it is for. */
export interface CredentialPair {
  readonly secret: string
  readonly target: string
}

export interface CredentialFlags {
  readonly basicGit: readonly CredentialPair[]
  readonly sshGit: readonly CredentialPair[]
  readonly basicDocker: readonly CredentialPair[]
  /** Names of secrets. */
  readonly dockerConfig: readonly string[]
  readonly dockerCfg: readonly string[]
}

export interface SecretFile {
  /** The path, relative to the directory of credentials and to HOME. */
  readonly path: string
  readonly content: string
}

export interface TektonCredentials {
  readonly files: readonly SecretFile[]
  /** Sentences about secrets that could not be used. The step still runs. */
  readonly warnings: readonly string[]
}

export const CREDENTIALS_DIR = '/tekton/creds'
const SECRETS_DIR = '/tekton/creds-secrets'
/** The names in that directory that are copied to HOME. */
export const COPIED = ['.docker', '.gitconfig', '.git-credentials', '.ssh']

/** The value of a field that old Docker clients required and no registry reads. */
const EMAIL = 'not@val.id'

export function readPairs(
  flag: string,
  texts: readonly string[],
  repeatable: boolean,
  refuse: (problem: string) => void,
): readonly CredentialPair[] {
  const targets = new Set<string>()
  return texts.map((text) => {
    const [secret = '', target = '', ...others] = text.split('=')
    if (secret === '' || target === '' || others.length > 0) refuse(`${flag} takes SECRET=URL, not "${text}"`)
    else if (targets.has(target) && !repeatable) refuse(`${flag}: there are several secrets for ${target}`)
    targets.add(target)
    return { secret, target }
  })
}

/**
 * Builds the files.
 * @returns the files and warnings; or one sentence about a required secret that is missing
 */
export function buildCredentials(
  flags: CredentialFlags,
  read: (path: string) => string | undefined,
): TektonCredentials | { readonly problem: string } {
  const missing: string[] = []
  const take = (secret: string, key: string): string => {
    const path = `${SECRETS_DIR}/${secret}/${key}`
    const text = read(path)
    if (text === undefined) missing.push(path)
    return text ?? ''
  }
  const login = ({ secret, target }: CredentialPair): Login => ({
    target,
    username: take(secret, 'username'),
    password: take(secret, 'password'),
  })
  const git = flags.basicGit.map(login)
  const docker = flags.basicDocker.map(login)
  const keys = flags.sshGit.map(({ secret, target }) => ({
    target,
    name: `id_${secret}`,
    key: take(secret, 'ssh-privatekey'),
    knownHosts: read(`${SECRETS_DIR}/${secret}/known_hosts`) ?? '',
  }))
  if (missing[0] !== undefined)
    return { problem: `cannot read ${missing[0]}; is the secret mounted, and does it have this key?` }

  const registries = buildDockerConfig(flags, docker, read)
  const hosts = readSshHosts(keys)
  const gitConfig = buildGitConfig(git) + buildAliases(hosts)
  const files = [
    ...('problem' in registries ? [] : registries.files),
    ...(gitConfig === '' ? [] : [{ path: '.gitconfig', content: gitConfig }]),
    ...buildGitCredentials(git),
    ...buildSsh(keys, hosts, CREDENTIALS_DIR),
  ]
  return { files, warnings: 'problem' in registries ? [registries.problem] : [] }
}

interface Login {
  readonly target: string
  readonly username: string
  readonly password: string
}

function buildGitConfig(logins: readonly Login[]): string {
  if (logins.length === 0) return ''
  const sections = logins.map(({ target, username }) => {
    const name = `\tusername = ${username.replaceAll('\\', '\\\\')}\n`
    // Without useHttpPath git would use the login of one repository for its whole host.
    return `[credential ${JSON.stringify(target)}]\n${name}${hasPath(target) ? '\tuseHttpPath = true\n' : ''}`
  })
  return `[credential]\n\thelper = store\n${sections.join('')}`
}

/** Builds .git-credentials. The logins of hosts come before those of single repositories, as in Tekton; git uses the first match. */
function buildGitCredentials(logins: readonly Login[]): readonly SecretFile[] {
  if (logins.length === 0) return []
  const sorted = logins.toSorted((a, b) => Number(hasPath(a.target)) - Number(hasPath(b.target)))
  return [{ path: '.git-credentials', content: sorted.map((one) => `${addLogin(one)}\n`).join('') }]
}

/** Tells whether a URL has a path other than a slash. */
function hasPath(target: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*\/[^?#]/i.test(target)
}

/** Turns `https://host/path` into `https://user:password@host/path`, as Go's net/url writes it. */
function addLogin({ target, username, password }: Login): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:[^/@]*@)?(.*)$/is.exec(target) ?? []
  return `${scheme}//${escapeLogin(username)}:${escapeLogin(password)}@${rest}`
}

/** Escapes a login as Go's net/url does. Its set of characters that stay unescaped differs from that of encodeURIComponent. */
function escapeLogin(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%(?:24|26|2B|2C|3B|3D)/g, (escape) => decodeURIComponent(escape))
}

interface Auth {
  readonly username?: string
  readonly password?: string
  readonly auth: string
  readonly email?: string
}

/** Builds config.json. For the same registry a user and password replace a config.json, which replaces a .dockercfg. */
function buildDockerConfig(
  { dockerCfg, dockerConfig }: CredentialFlags,
  logins: readonly Login[],
  read: (path: string) => string | undefined,
): { readonly files: readonly SecretFile[] } | { readonly problem: string } {
  const auths = new Map<string, Auth>()
  const sources = [
    ...dockerCfg.map((secret) => ({ path: `${SECRETS_DIR}/${secret}/.dockercfg`, within: false })),
    ...dockerConfig.map((secret) => ({ path: `${SECRETS_DIR}/${secret}/.dockerconfigjson`, within: true })),
  ]
  for (const { path, within } of sources) {
    const found = readAuths(read(path), within)
    if (found === undefined)
      return {
        problem: `${path} is missing, or is not a Docker configuration in JSON; no registry gets its credentials`,
      }
    for (const [registry, auth] of found) auths.set(registry, auth)
  }
  for (const { target, username, password } of logins) {
    auths.set(target, { username, password, auth: encodeBase64(`${username}:${password}`), email: EMAIL })
  }
  if (auths.size === 0) return { files: [] }
  const sorted = Object.fromEntries([...auths].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return { files: [{ path: '.docker/config.json', content: JSON.stringify({ auths: sorted }) }] }
}

function readAuths(text: string | undefined, within: boolean): ReadonlyMap<string, Auth> | undefined {
  try {
    const value = JSON.parse(text ?? '') as { readonly auths?: unknown } | null
    const map = (within ? value?.auths : value) ?? {}
    if (typeof map !== 'object' || Array.isArray(map)) return undefined
    return new Map(
      Object.entries(map as Readonly<Record<string, Partial<Auth>>>).map(([name, auth]) => [name, only(auth)]),
    )
  } catch {
    return undefined
  }
}

/** Selects the fields that Tekton knows, in its order. */
function only({ username, password, auth, email }: Partial<Auth>): Auth {
  return {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    auth: auth ?? '',
    ...(email ? { email } : {}),
  }
}
