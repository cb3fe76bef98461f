/** Settings of the pod for all services of a compose project: stopping, host names, groups and kernel parameters. */
import { formatDuration } from '../base/duration.ts'
import { findEntry } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { readHosts } from './compose-names.ts'
import { fieldAt, type NamedValue, pairsOf, readItems, wordOf } from './compose-tree.ts'
import { compact, type DraftEdge, listOrdered, type PlainMap } from './draft.ts'
import { parseComposeDuration } from './units.ts'

type ContextOf = (named: Named) => ContainerContext
/** By service, ms. */
type Graces = ReadonlyMap<string, number>

/** Docker's default for each container; the default of Kubernetes for the pod is 30 s. */
const DOCKER_GRACE_MS = 10_000
const POD_GRACE_MS = 30_000

/** Valid names of annotations in Kubernetes. */
const ANNOTATION = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9](?:[-\w.]{0,61}[a-z0-9])?$/i

export function readAnnotations({ tree }: Named, { note }: ContainerContext): readonly (readonly [string, string])[] {
  return pairsOf(fieldAt(tree, 'annotations')).flatMap(({ name, value, at }) => {
    if (ANNOTATION.test(name)) return [[name, value ?? ''] as const]
    note(at, `"${name}" is not a valid annotation name in Kubernetes`, 'rename it; it is left out')
    return []
  })
}

/** Reads the time that each service has to stop, ms. Services without one are left out. */
export function readGraces(services: readonly Named[], contextOf: ContextOf): Graces {
  const graces = services.map((named) => [named.service, readGrace(named, contextOf(named))] as const)
  return new Map(graces.flatMap(([service, ms]) => (ms === undefined ? [] : [[service, ms] as const])))
}

export function readServiceOptions(
  services: readonly Named[],
  edges: readonly DraftEdge[],
  graces: Graces,
  contextOf: ContextOf,
): ReadonlyMap<string, PlainMap> {
  const ordered = listOrdered(edges)
  const options = services.map((named) => {
    const signal = findEntry(named.tree, 'stop_signal')
    const stopSignal = wordOf(signal?.value)?.toUpperCase()
    if (signal !== undefined && stopSignal !== undefined && !ordered.has(named.container)) {
      const what = 'stop_signal is not converted for a container that nothing waits for, and that waits for nothing'
      contextOf(named).note(signal, what, 'set STOPSIGNAL in its image')
    }
    const graceMs = graces.get(named.service)
    const said = compact({
      stopSignal,
      // 0 is not a valid option; 1 ms is the least.
      stopGracePeriod: graceMs === undefined ? undefined : formatDuration(Math.max(1, graceMs)),
    })
    return [named.container, said] as const
  })
  return new Map(options.filter(([, said]) => Object.keys(said).length > 0))
}

function readGrace({ tree }: Named, { refuse }: ContainerContext): number | undefined {
  const entry = findEntry(tree, 'stop_grace_period')
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return undefined
  const ms = parseComposeDuration(word)
  if (ms === undefined)
    refuse(entry, `stop_grace_period is "${word}", which is not a duration`, 'write it as 30s or 1m30s')
  return ms
}

/** Reads the fields that the pod has for all containers. */
export function readPodFields(
  services: readonly Named[],
  containers: readonly PlainMap[],
  edges: readonly DraftEdge[],
  graces: Graces,
  contextOf: ContextOf,
): PlainMap {
  const times = services.map(({ service }) => graces.get(service) ?? DOCKER_GRACE_MS)
  // With an order, containers stop in reverse, in the worst case one after another.
  const graceMs = edges.length === 0 ? Math.max(0, ...times) : times.reduce((sum, ms) => sum + ms, 0)
  const sharesPids = services.some(({ tree }) => (wordOf(fieldAt(tree, 'pid')) ?? '').startsWith('service:'))
  return compact({
    terminationGracePeriodSeconds: graces.size === 0 ? undefined : Math.ceil(Math.max(POD_GRACE_MS, graceMs) / 1000),
    shareProcessNamespace: sharesPids ? true : undefined,
    ...readHosts(services, containers, contextOf),
    securityContext: compact({
      supplementalGroups: readGroups(services, contextOf),
      sysctls: readSysctls(services, contextOf).map(({ name, value }) => ({ name, value: value ?? '' })),
    }),
  })
}

function readGroups(services: readonly Named[], contextOf: ContextOf): readonly number[] {
  const groups = services.flatMap((named) => {
    return readItems(fieldAt(named.tree, 'group_add')).flatMap((item) => {
      const group = wordOf(item)
      if (group === undefined) return []
      if (/^\d+$/.test(group)) return [Number(group)]
      contextOf(named).note(
        item,
        `group ${group} is a name, which only the image knows`,
        'write its number, such as 44',
      )
      return []
    })
  })
  return [...new Set(groups)]
}

/** Reads kernel parameters. A pod has one value for each of them. */
function readSysctls(services: readonly Named[], contextOf: ContextOf): readonly NamedValue[] {
  const known = new Map<string, NamedValue>()
  for (const named of services) {
    for (const sysctl of pairsOf(fieldAt(named.tree, 'sysctls'))) {
      const first = known.get(sysctl.name)
      if (first === undefined) known.set(sysctl.name, sysctl)
      else if (first.value !== sysctl.value) {
        const what = `${sysctl.name} is ${first.value ?? ''} for another service, and a pod has one value`
        contextOf(named).note(sysctl.at, what, 'give both the same value; the first one is written')
      }
    }
  }
  return [...known.values()]
}
