/** How services call each other: within a pod every name of theirs means this pod. */
import { findEntry } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { fieldAt, isMap, readItems, pairsOf, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type PlainMap } from './draft.ts'

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** The pod's `hostAliases` and DNS. */
export function readHosts(services: readonly Named[], contextOf: (named: Named) => ContainerContext): PlainMap {
  const names = new Set<string>()
  const others = new Map<string, Set<string>>()
  for (const named of services) {
    const context = contextOf(named)
    for (const name of listNames(named)) {
      const host = name.toLowerCase()
      if (HOST_NAME.test(host)) names.add(host)
      else {
        const what = `"${name}" is no host name in Kubernetes, so other containers cannot call it so`
        context.note(named.tree, what, 'call it localhost, or by a name of letters, digits and -')
      }
    }
    for (const { name, value, at } of readExtraHosts(named)) {
      if (value === undefined || value === 'host-gateway' || !HOST_NAME.test(name.toLowerCase())) {
        context.note(
          at,
          `the host "${name}" is the machine that docker runs on`,
          'a pod does not know it; it is left out',
        )
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

function listNames({ service, tree }: Named): readonly string[] {
  const networks = fieldAt(tree, 'networks')
  const aliases = isMap(networks) ? networks.entries.flatMap(({ value }) => wordsOf(fieldAt(value, 'aliases'))) : []
  const links = wordsOf(fieldAt(tree, 'links')).flatMap((link) => link.split(':')[1] ?? [])
  const own = [wordOf(fieldAt(tree, 'container_name')), wordOf(fieldAt(tree, 'hostname'))]
  return [service, ...own.flatMap((name) => name ?? []), ...aliases, ...links]
}

/** `NAME:IP` and, since compose 2.24, `NAME=IP`. */
function readExtraHosts({ tree }: Named): ReturnType<typeof pairsOf> {
  const hosts = fieldAt(tree, 'extra_hosts')
  if (isMap(hosts)) return pairsOf(hosts)
  return readItems(hosts).flatMap((item) => pairsOf(item, (wordOf(item) ?? '').includes('=') ? '=' : ':'))
}

/** What of networks is lost, where something is. */
export function noteNetworks(services: readonly Named[], contextOf: (named: Named) => ContainerContext): void {
  for (const named of services) {
    const { note } = contextOf(named)
    const mode = findEntry(named.tree, 'network_mode')
    const word = wordOf(mode?.value)
    if (mode === undefined || word === undefined || /^(?:bridge|default|service:)/.test(word)) continue
    const fix =
      word === 'host' ? 'set hostNetwork: true of the pod, if it has to be' : 'the containers share the pod’s network'
    note(mode, `network_mode ${word} has no place in a pod`, fix)
  }
}
