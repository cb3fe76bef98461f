/** Ports of compose services. All containers of a pod share one network, so only one of them can have a port. */
import { type Entry, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type DraftPort, type PlainMap } from './draft.ts'

export interface ServicePort extends Omit<DraftPort, 'port'> {
  readonly service: string
  /** The port on the machine; undefined when it is not published. */
  readonly published: number | undefined
  readonly address: string
  readonly at: Tree | Entry
}

const SHORT = /^(?:(\[[^\]]*\]|[^:[\]]*):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i

/** A port without a number, since its variable is not set. */
const WITHOUT_NUMBER = /(?:^|:)(?:\/[a-z]+)?$/i

/** A file may say 1-65535. No pod needs so many ports. */
const MOST_OF_RANGE = 1000

export function readPorts({ service, tree }: Named, context: ContainerContext): readonly ServicePort[] {
  const ports = readItems(fieldAt(tree, 'ports')).flatMap((item) => readPort(item, service, context))
  const exposed = readItems(fieldAt(tree, 'expose')).flatMap((item) => {
    return readPort(item, service, context).map((port) => ({ ...port, published: undefined }))
  })
  const known = new Set(ports.map(keyOf))
  return [...ports, ...exposed.filter((port) => !known.has(keyOf(port)))]
}

const keyOf = ({ targetPort, protocol }: ServicePort): string => `${targetPort}/${protocol}`

function readPort(item: Tree, service: string, { note, refuse }: ContainerContext): readonly ServicePort[] {
  const word = isMap(item) ? writeShort(item) : (wordOf(item) ?? '')
  if (!isMap(item) && WITHOUT_NUMBER.test(word)) {
    const fix = 'set its variable in the environment or in .env; it is left out'
    note(item, `the port "${word}" has no number`, fix)
    return []
  }
  const [, address = '', first, target = '', protocol = 'tcp'] = SHORT.exec(word) ?? []
  // `8080:80` has no address: its first part is the published port.
  const isPort = first === undefined && /^\d+(?:-\d+)?$/.test(address)
  const targets = readRange(target)
  const published = readRange(first ?? (isPort ? address : ''))
  // `abc:80` is neither a port nor an address.
  const isWord = first === undefined && /^[a-z]/i.test(address) && !word.startsWith(`${address}::`)
  if (isWord || targets.length === 0 || (published.length > 0 && targets.length > published.length)) {
    refuse(item, `"${word}" is not a port`, 'write it as 8080:80, 80 or 127.0.0.1:8080:80/udp')
    return []
  }
  const base = { service, address: isPort ? '' : address, at: item }
  return targets.map((targetPort, index) => ({
    ...base,
    targetPort,
    published: first !== undefined || isPort ? published[index] : undefined,
    protocol: protocol.toUpperCase() as ServicePort['protocol'],
  }))
}

function writeShort(item: Tree): string {
  const [address, published, target, protocol] = ['host_ip', 'published', 'target', 'protocol'].map((key) => {
    return wordOf(fieldAt(item, key))
  })
  const lead = address === undefined ? '' : `${address.includes(':') ? `[${address}]` : address}:`
  const middle = published === undefined ? (lead === '' ? '' : ':') : `${published}:`
  return `${lead}${middle}${target ?? ''}${protocol === undefined ? '' : `/${protocol}`}`
}

/** `3000-3002` -> 3000, 3001, 3002. */
function readRange(text: string): readonly number[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  const isRange = first >= 1 && last <= 65_535 && last >= first && last - first < MOST_OF_RANGE
  return isRange ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : []
}

export function writeContainerPorts(ports: readonly ServicePort[]): readonly PlainMap[] {
  const unique = new Map(ports.map((port) => [keyOf(port), port]))
  return [...unique.values()].map(({ targetPort, protocol }) => {
    return compact({ containerPort: targetPort, protocol: protocol === 'TCP' ? undefined : protocol })
  })
}

/** Reports ports that two services listen on: the second cannot start. Also ports that two publish: docker compose refuses them, too. */
export function checkPorts(ports: readonly ServicePort[], context: ContainerContext): void {
  const { remarks } = context
  const listening = new Map<string, ServicePort>()
  const published = new Map<string, ServicePort>()
  for (const port of ports) {
    const about = `service "${port.service}"`
    const other = listening.get(keyOf(port))
    if (other === undefined) listening.set(keyOf(port), port)
    else if (other.service !== port.service) {
      const what = `it listens on port ${port.targetPort}, as service "${other.service}" does, and a pod has one network`
      remarks.note(
        placeOf(port.at, context),
        about,
        what,
        'let one of them listen on another port, or run it in a pod of its own',
      )
    }
    if (port.published === undefined) continue
    if (LOOPBACK.test(port.address)) {
      const what = `port ${port.published} is published for this machine alone, so the Service leaves it out`
      remarks.note(placeOf(port.at, context), about, what, 'reach it by kubectl port-forward, or publish it for all')
    }
    const key = `${port.address} ${port.published}/${port.protocol}`
    const twin = published.get(key)
    if (twin !== undefined && twin.at !== port.at) {
      const what = `port ${port.published} is published by service "${twin.service}" too`
      remarks.refuse(placeOf(port.at, context), about, what, 'publish one of them on another port')
    }
    published.set(key, port)
  }
}

/** Addresses that only the machine itself can reach. */
const LOOPBACK = /^(?:127\.|\[?::1\]?$)/

/** Lists the ports of the Service: each published port, once. */
export function writeServicePorts(ports: readonly ServicePort[]): readonly DraftPort[] {
  const offered = new Map<string, DraftPort>()
  for (const { published, targetPort, protocol, address } of ports) {
    if (published !== undefined && !LOOPBACK.test(address))
      offered.set(`${published}/${protocol}`, { port: published, targetPort, protocol })
  }
  return [...offered.values()]
}
