/** The TCP ports that a pod names. They must be free on this machine, since processes of other programs share its network. Pure. */
import { type Entry, type Fault, findEntry, findTree, listItems, type Position, type Tree } from '../manifest/tree.ts'

export interface NamedPort {
  readonly port: number
  readonly container: string
  /** The field that names it, such as `readinessProbe` or `containerPort`. */
  readonly field: string
  readonly at: Position
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe']
const CHECKS = ['httpGet', 'tcpSocket', 'grpc']

/** Lists each port once for each container. A probe with a `host` is left out, since it does not test its container. */
export function listNamedPorts(template: Tree): readonly NamedPort[] {
  const containers = [...listItems(template, 'spec', 'initContainers'), ...listItems(template, 'spec', 'containers')]
  return containers.flatMap((container) => {
    const name = textOf(findEntry(container, 'name'))
    const declared = listItems(container, 'ports').filter((one) =>
      /^(?:TCP)?$/.test(textOf(findEntry(one, 'protocol'))),
    )
    const byName = new Map(
      declared.map((one) => [textOf(findEntry(one, 'name')), readPort(findEntry(one, 'containerPort'))]),
    )
    const probed = PROBES.flatMap((field) =>
      CHECKS.flatMap((kind): readonly NamedPort[] => {
        const check = findTree(container, [field, kind])
        const entry = check === undefined ? undefined : findEntry(check, 'port')
        if (check === undefined || entry === undefined || textOf(findEntry(check, 'host')) !== '') return []
        const port = readPort(entry) ?? byName.get(textOf(entry))
        return port === undefined ? [] : [{ port, container: name, field, at: entry.value.at }]
      }),
    )
    const own = declared.flatMap((one): readonly NamedPort[] => {
      const entry = findEntry(one, 'containerPort')
      const port = readPort(entry)
      return entry === undefined || port === undefined
        ? []
        : [{ port, container: name, field: 'containerPort', at: entry.value.at }]
    })
    return [...new Map([...own, ...probed].toReversed().map((named) => [named.port, named])).values()].toReversed()
  })
}

/** Returns a fault for each port that is taken. @param owners the process that listens, by port; undefined if it is unknown */
export function refuseTaken(
  named: readonly NamedPort[],
  owners: ReadonlyMap<number, string | undefined>,
): readonly Fault[] {
  return named
    .filter(({ port }) => owners.has(port))
    .map(({ port, container, field, at }) => {
      const owner = owners.get(port)
      const who = owner === undefined ? 'a process of another user' : owner
      return {
        at,
        container,
        what: `${field}: port ${port} of this machine is taken (${who}), so the container cannot listen on it`,
        fix: 'end that process, or give the container another port',
      }
    })
}

function readPort(entry: Entry | undefined): number | undefined {
  const port = Number(textOf(entry))
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

function textOf(entry: Entry | undefined): string {
  return entry?.value.kind === 'scalar' ? String(entry.value.value ?? '') : ''
}
