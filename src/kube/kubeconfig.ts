/** Reading kubeconfig files: which server, which user, which namespace. Pure. */
import type { Access, FoundAccess, AccessSource } from './access.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'

/** One file, parsed. */
export interface ConfigFile {
  readonly path: string
  readonly value: unknown
}

/**
 * Of several files (`KUBECONFIG=a:b`) the first that says something is heard, as by kubectl (client-go, loading rules).
 * Credentials that come from a program (`exec`, `auth-provider`), user name and password, and proxies are refused: what is
 * left out would show as a confusing answer of the server.
 * @param files in their order
 * @param chosen a context by name; undefined: `current-context`
 * @returns what is wrong as one sentence otherwise.
 */
export function readKubeconfig(files: readonly ConfigFile[], chosen: string | undefined): FoundAccess {
  const where = files.map(({ path }) => path).join(', ')
  const name = chosen ?? files.map(({ value }) => textOf(value, 'current-context')).find((text) => text !== '')
  if (name === undefined) return { problem: `${where} has no current-context; choose one: kubectl config use-context` }
  const context = find(files, 'contexts', name)
  if (context === undefined) return { problem: `${where} has no context "${name}"${listNames(files)}` }
  const said = fieldOf(context.value, 'context')
  const cluster = find(files, 'clusters', textOf(said, 'cluster'))
  if (cluster === undefined) return { problem: `context "${name}" is of a cluster that ${where} does not have` }
  const user = find(files, 'users', textOf(said, 'user'))
  if (user === undefined && textOf(said, 'user') !== '') {
    return { problem: `context "${name}" is of a user that ${where} does not have` }
  }
  return readAccess(cluster, user, textOf(said, 'namespace') || 'default')
}

interface Entry {
  readonly name: string
  readonly value: unknown
  /** Relative paths in it are relative to the file. */
  readonly directory: string
}

function readAccess(cluster: Entry, user: Entry | undefined, namespace: string): FoundAccess {
  const place = fieldOf(cluster.value, 'cluster')
  const identity = fieldOf(user?.value, 'user')
  const server = textOf(place, 'server').replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/.test(server)) {
    return { problem: `cluster "${cluster.name}" has no server such as https://127.0.0.1:6443` }
  }
  if (textOf(place, 'proxy-url') !== '') {
    return { problem: `cluster "${cluster.name}" is behind a proxy (proxy-url), which is not supported` }
  }
  const refused = refuseIdentity(identity)
  if (refused !== undefined) {
    const fix = "use a token: kubectl create token SERVICEACCOUNT, as the user's token"
    return { problem: `user "${user?.name}" ${refused}, which is not supported; ${fix}` }
  }
  const garbled = findGarbled(place) ?? findGarbled(identity)
  if (garbled !== undefined) return { problem: `${garbled} of cluster "${cluster.name}" or its user is not Base64` }
  const ofCluster = (name: string): AccessSource | undefined =>
    readSource(place, `${name}-data`, name, cluster.directory)
  const ofUser = (name: string): AccessSource | undefined =>
    readSource(identity, `${name}-data`, name, user?.directory ?? '')
  const text = textOf(identity, 'token')
  const file = textOf(identity, 'tokenFile')
  const access: Access = {
    server,
    ca: ofCluster('certificate-authority'),
    serverName: textOf(place, 'tls-server-name') || undefined,
    insecure: fieldOf(place, 'insecure-skip-tls-verify') === true,
    // A tokenFile wins over a token, as in client-go.
    token: file !== '' ? { file: resolve(file, user?.directory ?? '') } : text !== '' ? { text } : undefined,
    certificate: ofUser('client-certificate'),
    key: ofUser('client-key'),
    namespace,
  }
  return { access }
}

function refuseIdentity(identity: unknown): string | undefined {
  const program = fieldOf(identity, 'exec')
  if (program !== undefined) return `gets its credentials from a program (exec: ${textOf(program, 'command')})`
  if (fieldOf(identity, 'auth-provider') !== undefined) return 'gets its credentials from an auth-provider'
  if (textOf(identity, 'username') !== '') return 'has a user name and a password'
  if (textOf(identity, 'as') !== '') return 'acts as somebody else (as)'
  return undefined
}

const IN_BASE64 = ['certificate-authority-data', 'client-certificate-data', 'client-key-data']

function findGarbled(value: unknown): string | undefined {
  return IN_BASE64.find((name) => !/^[\w+/\s]*={0,2}\s*$/.test(textOf(value, name)))
}

/** Data in Base64 wins over a file, as in client-go. */
function readSource(value: unknown, data: string, file: string, directory: string): AccessSource | undefined {
  const inline = textOf(value, data)
  if (inline !== '') return { text: atob(inline.replaceAll(/\s/g, '')) }
  const path = textOf(value, file)
  return path === '' ? undefined : { file: resolve(path, directory) }
}

function resolve(path: string, directory: string): string {
  return path.startsWith('/') ? path : `${directory}${path}`
}

function find(files: readonly ConfigFile[], kind: string, name: string): Entry | undefined {
  for (const { path, value } of files) {
    const entry = listOf(value, kind).find((item) => textOf(item, 'name') === name)
    if (entry !== undefined) return { name, value: entry, directory: path.slice(0, path.lastIndexOf('/') + 1) }
  }
  return undefined
}

function listNames(files: readonly ConfigFile[]): string {
  const names = files.flatMap(({ value }) => listOf(value, 'contexts').map((item) => textOf(item, 'name')))
  return names.length === 0 ? '' : `; it has ${names.join(', ')}`
}
