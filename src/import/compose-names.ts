/** How services call each other: within a pod every name of theirs means this pod. */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { booleanOf, fieldAt, isMap, readItems, pairsOf, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** The pod's `hostAliases` and DNS. @param containers whose variables, commands and probes may call others by name */
export function readHosts(
  services: readonly Named[],
  containers: readonly PlainMap[],
  contextOf: (named: Named) => ContainerContext,
): PlainMap {
  const callers = containers.map(({ env, command, args, readinessProbe, lifecycle }) => {
    return [env, command, args, readinessProbe, lifecycle]
  })
  // A name at the beginning of a line follows no letter.
  const text = JSON.stringify(callers).replaceAll(String.raw`\n`, ' ')
  const names = new Set<string>()
  const others = new Map<string, Set<string>>()
  for (const named of services) {
    const context = contextOf(named)
    for (const { name, at, always } of listNames(named)) {
      const host = name.toLowerCase()
      if (HOST_NAME.test(host)) names.add(host)
      else if (always || isUsed(name, text)) {
        const what = `"${name}" is not a valid host name in Kubernetes, so other containers cannot use it`
        context.note(at, what, 'use localhost, or a name of letters, digits and -')
      }
    }
    for (const { name, value, at } of readExtraHosts(named)) {
      if (value === undefined || value === 'host-gateway' || !HOST_NAME.test(name.toLowerCase())) {
        context.note(at, `the host "${name}" is the machine that runs docker`, 'a pod does not know it; it is left out')
      } else others.set(value, (others.get(value) ?? new Set()).add(name.toLowerCase()))
    }
  }
  names.delete('localhost')
  const own = names.size === 0 ? [] : [{ ip: '127.0.0.1', hostnames: [...names] }]
  const list = (key: string): readonly string[] => [
    ...new Set(services.flatMap(({ tree }) => wordsOf(fieldAt(tree, key)))),
  ]
  const options = list('dns_opt').map((option) => {
    const [name, value] = option.split(':')
    return compact({ name, value })
  })
  return compact({
    hostAliases: [...own, ...[...others].map(([ip, hosts]) => ({ ip, hostnames: [...hosts] }))],
    dnsConfig: compact({ nameservers: list('dns'), searches: list('dns_search'), options }),
  })
}

interface HostName {
  readonly name: string
  readonly at: Tree | Entry
  /** Others call it so, as far as anybody knows. */
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

/** Whether a name stands in the text as a word of its own. */
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

/** What the network of the cluster decides, whatever a service says. */
const ADDRESSES = ['ipv4_address', 'ipv6_address', 'link_local_ips', 'mac_address']

/** What of networks and of namespaces of the machine is lost. */
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
      note(mode, `network_mode ${word} is not supported in a pod`, fix)
    }
    for (const [key, field] of [
      ['pid', 'hostPID'],
      ['ipc', 'hostIPC'],
    ] as const) {
      const entry = findEntry(named.tree, key)
      if (entry === undefined || wordOf(entry.value) !== 'host') continue
      note(entry, `${key} host is not supported in a container`, `set ${field}: true of the pod, if it has to be`)
    }
    const joined = fieldAt(named.tree, 'networks')
    for (const { value } of isMap(joined) ? joined.entries : []) {
      for (const entry of isMap(value) ? value.entries.filter(({ key }) => ADDRESSES.includes(key)) : []) {
        note(
          entry,
          `${entry.key} is not supported in a pod`,
          'the network of the cluster gives the pod its address; call it by name',
        )
      }
    }
    const names = isMap(joined) ? joined.entries.map(({ key }) => key) : wordsOf(joined)
    for (const network of names.length === 0 ? ['default'] : names) {
      const internal = findEntry(fieldAt(networks, network), 'internal')
      if (internal !== undefined && booleanOf(internal.value) === true) {
        note(internal, `the network "${network}" is internal, and a pod is not`, 'write a NetworkPolicy for the pod')
      }
    }
  }
}
