/** The names by which services reach each other: in a pod, each of them is an alias of the pod itself. */
import { isSubdomain } from '../base/dns-name.ts'
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { booleanOf, fieldAt, isMap, readItems, pairsOf, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

/** The pod's `hostAliases` and DNS. @param containers their variables, commands and probes may contain names of services */
export function readHosts(
  services: readonly Named[],
  containers: readonly PlainMap[],
  contextOf: (named: Named) => ContainerContext,
): PlainMap {
  const callers = containers.map(({ env, command, args, readinessProbe, lifecycle }) => {
    return [env, command, args, readinessProbe, lifecycle]
  })
  // In JSON a newline is `\n`, whose letter would hide a name at the beginning of a line.
  const text = JSON.stringify(callers).replaceAll(String.raw`\n`, ' ')
  const names = new Set<string>()
  const others = new Map<string, Set<string>>()
  for (const named of services) {
    const context = contextOf(named)
    for (const { name, at, always } of listNames(named)) {
      const host = name.toLowerCase()
      if (isSubdomain(host)) names.add(host)
      else if (always || isUsed(name, text)) {
        const what = `"${name}" is not a valid host name in Kubernetes, so other containers cannot use it`
        context.note(at, what, 'use localhost, or a name of letters, digits and -')
      }
    }
    for (const { name, value, at } of readExtraHosts(named)) {
      const address = value?.trim().replace(/^\[(.*)\]$/, '$1') ?? ''
      const problem = describeHost(name, address)
      if (problem === undefined) others.set(address, (others.get(address) ?? new Set()).add(name.toLowerCase()))
      else context.note(at, ...problem)
    }
  }
  names.delete('localhost')
  const own = names.size === 0 ? [] : [{ ip: '127.0.0.1', hostnames: [...names] }]
  const list = (key: string): readonly string[] => [
    ...new Set(services.flatMap(({ tree }) => wordsOf(fieldAt(tree, key)))),
  ]
  const nameservers = list('dns')
    .filter((server) => ADDRESS.test(server))
    .slice(0, MOST_NAMESERVERS)
  for (const named of services) {
    for (const item of readItems(fieldAt(named.tree, 'dns'))) {
      const server = wordOf(item)
      if (server === undefined || nameservers.includes(server)) continue
      const what = ADDRESS.test(server)
        ? `a pod has no more than ${MOST_NAMESERVERS} servers for names: ${server} is one more`
        : `the server "${server}" for names is not an IP address`
      contextOf(named).note(item, what, 'it is left out')
    }
  }
  const options = list('dns_opt').map((option) => {
    const [name, value] = option.split(':')
    return compact({ name, value })
  })
  return compact({
    hostAliases: [...own, ...[...others].map(([ip, hosts]) => ({ ip, hostnames: [...hosts] }))],
    dnsConfig: compact({ nameservers, searches: list('dns_search'), options }),
  })
}

/** A text that looks like an IP address. */
const ADDRESS = /^(?:(?:\d{1,3}\.){3}\d{1,3}|(?=.*:)[\da-f:.]+)$/i

/** The limit of Kubernetes. */
const MOST_NAMESERVERS = 3

/** @returns the remark on a host that cannot be among the `hostAliases`, and the fix */
function describeHost(name: string, address: string): readonly [what: string, fix: string] | undefined {
  if (address === 'host-gateway')
    return [`the host "${name}" is the machine that docker runs on`, 'a pod does not know it; it is left out']
  if (!isSubdomain(name.toLowerCase())) return [`"${name}" is not a valid host name in Kubernetes`, 'it is left out']
  if (ADDRESS.test(address)) return undefined
  const what =
    address === '' ? `the host "${name}" has no address` : `"${address}" is not an IP address of the host "${name}"`
  return [what, 'give it one; it is left out']
}

interface HostName {
  readonly name: string
  readonly at: Tree | Entry
  /** The name is written even if no container seems to use it. */
  readonly always: boolean
}

function listNames({ service, tree }: Named): readonly HostName[] {
  const networks = fieldAt(tree, 'networks')
  const aliases = isMap(networks)
    ? networks.entries.flatMap(({ value }) => readItems(fieldAt(value, 'aliases')).flatMap(nameAt))
    : []
  const links = readItems(fieldAt(tree, 'links')).flatMap((item) => {
    const alias = wordOf(item)?.split(':')[1]
    return alias === undefined ? [] : [{ name: alias, at: item, always: true }]
  })
  const own = ['container_name', 'hostname'].flatMap((key) => {
    const entry = findEntry(tree, key)
    const name = wordOf(entry?.value)
    return entry === undefined || name === undefined ? [] : [{ name, at: entry, always: false }]
  })
  return [{ name: service, at: tree, always: true }, ...own, ...aliases, ...links]
}

function nameAt(at: Tree): readonly HostName[] {
  const name = wordOf(at)
  return name === undefined ? [] : [{ name, at, always: true }]
}

/** Whether a name is in the text as a whole word. */
function isUsed(name: string, text: string): boolean {
  const pattern = name.replaceAll(/[^\w-]/g, String.raw`\$&`)
  return new RegExp(String.raw`(?<![\w.-])${pattern}(?![\w-])`).test(text)
}

/** `NAME:IP` and, since compose 2.24, `NAME=IP`. */
function readExtraHosts({ tree }: Named): ReturnType<typeof pairsOf> {
  const hosts = fieldAt(tree, 'extra_hosts')
  if (isMap(hosts)) return pairsOf(hosts)
  return readItems(hosts).flatMap((item) => pairsOf(item, (wordOf(item) ?? '').includes('=') ? '=' : ':'))
}

/** Settings that only the cluster's network decides. */
const ADDRESSES = ['ipv4_address', 'ipv6_address', 'link_local_ips', 'mac_address']

/** Drivers that connect a container to the local network directly. */
const LAN_DRIVERS: ReadonlySet<string> = new Set(['macvlan', 'ipvlan', 'host'])

/** Remarks on networks and namespaces of the machine that the pod cannot have. */
export function noteNetworks(
  services: readonly Named[],
  networks: Tree | undefined,
  contextOf: (named: Named) => ContainerContext,
): void {
  for (const named of services) {
    const { note } = contextOf(named)
    const mode = findEntry(named.tree, 'network_mode')
    const word = wordOf(mode?.value)
    if (mode !== undefined && word !== undefined && !/^(?:bridge|default|service:)/.test(word)) {
      const fix =
        word === 'host' ? 'set hostNetwork: true of the pod, if it has to be' : 'the containers share the pod’s network'
      note(mode, `network_mode ${word} is not converted`, fix)
    }
    for (const [key, field] of [
      ['pid', 'hostPID'],
      ['ipc', 'hostIPC'],
    ] as const) {
      const entry = findEntry(named.tree, key)
      const said = wordOf(entry?.value) ?? ''
      if (entry !== undefined && said.startsWith('container:'))
        note(entry, `${key} ${said} is of a container that is not in this pod`, 'it is left out')
      if (entry === undefined || said !== 'host') continue
      note(entry, `${key} host is not converted`, `set ${field}: true of the pod, if it has to be`)
    }
    const joined = fieldAt(named.tree, 'networks')
    for (const { value } of isMap(joined) ? joined.entries : []) {
      for (const entry of isMap(value) ? value.entries.filter(({ key }) => ADDRESSES.includes(key)) : []) {
        note(
          entry,
          `${entry.key} is not converted`,
          'the network of the cluster gives the pod its address; call it by name',
        )
      }
    }
    const names = isMap(joined) ? joined.entries.map(({ key }) => key) : wordsOf(joined)
    for (const network of names.length === 0 ? ['default'] : names) {
      const declared = fieldAt(networks, network)
      const external = findEntry(declared, 'external')
      if (external !== undefined && (booleanOf(external.value) === true || isMap(external.value))) {
        const what = `the network "${network}" is kept outside, and a pod is in no network of docker`
        note(external, what, 'call what else is in it by the name of its Service')
      }
      const driver = findEntry(declared, 'driver')
      if (driver !== undefined && LAN_DRIVERS.has(wordOf(driver.value) ?? '')) {
        const what = `the driver ${wordOf(driver.value)} of the network "${network}" is not converted`
        note(driver, what, 'the network of the cluster gives the pod its address')
      }
      const internal = findEntry(declared, 'internal')
      if (internal !== undefined && booleanOf(internal.value) === true) {
        note(internal, `the network "${network}" is internal, and a pod is not`, 'write a NetworkPolicy for the pod')
      }
    }
  }
}
