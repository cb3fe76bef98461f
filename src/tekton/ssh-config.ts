/** Keys for git over ssh: builds `.ssh/config`, and the part of .gitconfig for keys of single repositories. Pure. */

export interface SshKey {
  readonly target: string
  readonly name: string
  readonly key: string
  readonly knownHosts: string
}

/** A section of `.ssh/config`, for a host, or for one repository or group of repositories on a host. */
export interface SshHost {
  readonly host: string
  readonly port: string
  /** The path of the repository without its first slash; empty for the whole host. */
  readonly path: string
  /** The host name that git uses for this section. */
  readonly alias: string
  readonly keys: readonly SshKey[]
}

/** Parses targets of the form `HOST[:PORT][/PATH]`, as Go's net.SplitHostPort does, and sorts those without a path first. */
export function readSshHosts(keys: readonly SshKey[]): readonly SshHost[] {
  const hosts = [...Map.groupBy(keys, ({ target }) => target)].map(([target, all]) => {
    const [, authority = '', path = ''] = /^([^/]*)(?:\/(.*))?$/s.exec(target) ?? []
    const [, literal, name, port = '22'] = /^(?:\[([^\]]+)\]|([^:[\]]+)):([^:]+)$/.exec(authority) ?? []
    const host = literal ?? name ?? authority
    return { host, port, path, alias: path === '' ? host : `${host}--${path.replaceAll('/', '--')}`, keys: all }
  })
  return hosts.toSorted((a, b) => Number(a.path !== '') - Number(b.path !== ''))
}

/** Builds the files in `.ssh`. @param directory the directory of the credentials */
export function buildSsh(
  keys: readonly SshKey[],
  hosts: readonly SshHost[],
  directory: string,
): readonly { readonly path: string; readonly content: string }[] {
  if (keys.length === 0) return []
  const sections = hosts.map(({ host, port, alias, keys: all }) => {
    const identities = all.map(({ name }) => `    IdentityFile ${directory}/.ssh/${name}\n`)
    return `Host ${alias}\n    HostName ${host}\n    Port ${port}\n${identities.join('')}`
  })
  const known = keys.map(({ knownHosts }) => knownHosts).filter((text) => text !== '')
  return [
    ...keys.map(({ name, key }) => ({ path: `.ssh/${name}`, content: key })),
    { path: '.ssh/config', content: sections.join('') },
    ...(known.length === 0 ? [] : [{ path: '.ssh/known_hosts', content: known.join('\n') }]),
  ]
}

/** Builds the part of .gitconfig that maps repositories to aliases of their host, since ssh chooses keys by host and not by path. */
export function buildAliases(hosts: readonly SshHost[]): string {
  const sections = hosts.flatMap(({ host, port, path, alias }) => {
    if (path === '') return []
    const repository = path.endsWith('.git') ? path : `${path}.git`
    const authority = port === '22' ? host : `${host}:${port}`
    return [
      `[url "git@${alias}:${repository}"]\n\tinsteadOf = git@${host}:${repository}\n`,
      `[url "ssh://${alias}/${repository}"]\n\tinsteadOf = ssh://${authority}/${repository}\n`,
    ]
  })
  return sections.join('')
}
