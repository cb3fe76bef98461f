/** Reads the server, the user and the namespace from kubeconfig files. Pure. */
import type { Access, FoundAccess, AccessSource } from './access.ts'
import { readExecProgram } from './exec-credential.ts'
import { checkProxy, chooseProxy } from './proxy.ts'
import { tidy } from '../base/wording.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'

/** A parsed file. */
export interface ConfigFile {
  readonly path: string
  readonly value: unknown
}

/**
 * The first of several files (`KUBECONFIG=a:b`) with a value counts, as with kubectl (client-go, loading rules).
 * Credentials of an `auth-provider` (removed in Kubernetes 1.26), and a user name with a password (removed in 1.19) are refused:
 * ignoring them would lead to a confusing answer of the server.
 * @param files in their order
 * @param chosen the name of a context; undefined: `current-context`
 * @param env the environment, which may name a proxy
 * @returns the access, or one sentence that says what is wrong.
 */
export function readKubeconfig(
  files: readonly ConfigFile[],
  chosen: string | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
): FoundAccess {
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
  return readAccess(cluster, user, textOf(said, 'namespace') || 'default', env)
}

interface Entry {
  readonly name: string
  readonly value: unknown
  /** The directory of the file, the base of relative paths in it. */
  readonly directory: string
}

function readAccess(
  cluster: Entry,
  user: Entry | undefined,
  namespace: string,
  env: Readonly<Record<string, string | undefined>>,
): FoundAccess {
  const place = fieldOf(cluster.value, 'cluster')
  const identity = fieldOf(user?.value, 'user')
  const server = textOf(place, 'server').replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/.test(server)) {
    return { problem: `cluster "${cluster.name}" has no server such as https://127.0.0.1:6443` }
  }
  const proxy = chooseProxy(server, textOf(place, 'proxy-url'), env)
  const unfit = proxy === undefined ? undefined : checkProxy(proxy)
  if (unfit !== undefined) return { problem: `the proxy of cluster "${cluster.name}", ${tidy(proxy ?? '')}: ${unfit}` }
  const refused = refuseIdentity(identity)
  if (refused !== undefined) {
    const fix = "use the cloud's exec plugin, or a token: kubectl create token SERVICEACCOUNT, as the user's token"
    return { problem: `user "${user?.name}" ${refused}, which is not supported; ${fix}` }
  }
  const program = readProgram(place, identity, cluster, user)
  if (program !== undefined && 'problem' in program) return { problem: `user "${user?.name}" ${program.problem}` }
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
    // A tokenFile overrides a token, as in client-go.
    token: file !== '' ? { file: resolve(file, user?.directory ?? '') } : text !== '' ? { text } : undefined,
    certificate: ofUser('client-certificate'),
    key: ofUser('client-key'),
    namespace,
    ...(program === undefined ? {} : { exec: program }),
    ...(proxy === undefined ? {} : { proxy }),
    ...readImpersonation(identity),
  }
  return { access }
}

/** The cluster for a program that asks for it (pkg/apis/clientauthentication, Cluster). */
function readProgram(
  place: unknown,
  identity: unknown,
  cluster: Entry,
  user: Entry | undefined,
): ReturnType<typeof readExecProgram> | undefined {
  const said = fieldOf(identity, 'exec')
  if (said === undefined || said === null) return undefined
  const extension = listOf(place, 'extensions').find(
    (one) => textOf(one, 'name') === 'client.authentication.k8s.io/exec',
  )
  const told = Object.fromEntries(
    ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority-data', 'proxy-url'].flatMap(
      (name) => {
        const value = fieldOf(place, name)
        return value === undefined ? [] : [[name, value]]
      },
    ),
  )
  const config = fieldOf(extension, 'extension')
  const known = config === undefined ? told : { ...told, config }
  return readExecProgram(user?.name ?? '', said, known, user?.directory ?? cluster.directory)
}

/** Reads `as` and its neighbours, which mean the same as kubectl --as. */
function readImpersonation(identity: unknown): Pick<Access, 'headers'> {
  const user = textOf(identity, 'as')
  if (user === '') return {}
  const uid = textOf(identity, 'as-uid')
  const groups = listOf(identity, 'as-groups').filter((group) => typeof group === 'string')
  const extra = Object.entries(fieldOf(identity, 'as-user-extra') ?? {}).map(([name, values]) => [
    `Impersonate-Extra-${encodeURIComponent(name)}`,
    listOf({ values }, 'values').map(String),
  ])
  return {
    headers: {
      'Impersonate-User': user,
      ...(uid === '' ? {} : { 'Impersonate-Uid': uid }),
      ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups }),
      ...Object.fromEntries(extra),
    },
  }
}

function refuseIdentity(identity: unknown): string | undefined {
  if (fieldOf(identity, 'auth-provider') !== undefined) return 'gets its credentials from an auth-provider'
  if (textOf(identity, 'username') !== '') return 'has a user name and a password'
  return undefined
}

const IN_BASE64 = ['certificate-authority-data', 'client-certificate-data', 'client-key-data']

function findGarbled(value: unknown): string | undefined {
  return IN_BASE64.find((name) => !/^[\w+/\s]*={0,2}\s*$/.test(textOf(value, name)))
}

/** Data in Base64 overrides a file, as in client-go. */
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
