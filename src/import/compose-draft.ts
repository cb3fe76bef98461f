/** A compose project as the draft of one pod. */
import { formatDuration } from '../base/duration.ts'
import { findEntry } from '../manifest/tree.ts'
import { noteWithoutPlace, readContainer } from './compose-container.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { readGrants } from './compose-grants.ts'
import { noteNetworks, readHosts } from './compose-names.ts'
import { findReplicas, noteLeftOut } from './compose-left-out.ts'
import { readEdges, refuseCycles } from './compose-order.ts'
import { checkPorts, readPorts, writeContainerPorts, writeServicePorts } from './compose-ports.ts'
import type { ComposeProject } from './compose-project.ts'
import { decideRestarts } from './compose-restart.ts'
import { fieldAt, placeOf, pairsOf, wordOf, wordsOf } from './compose-tree.ts'
import { planBinds } from './compose-binds.ts'
import { createShelf, type VolumeKeeping } from './compose-shelf.ts'
import { listBinds, readMounts } from './compose-volumes.ts'
import { compact, type Draft, type PlainMap, toLabel } from './draft.ts'
import type { ImportDisk } from './ports.ts'
import { parseComposeDuration } from './units.ts'

/** Docker's own, for each container; Kubernetes' default for the pod is 30 s. */
const DOCKER_GRACE_MS = 10_000
const POD_GRACE_MS = 30_000

/** @param name of the pod; undefined: the project's */
export async function draftProject(
  project: ComposeProject,
  name: string | undefined,
  plan: VolumeKeeping,
  disk: ImportDisk,
): Promise<Draft> {
  const services = nameServices(project)
  const shelf = createShelf(project.name, plan, project.volumes)
  const contextOf = (named: Named): ContainerContext => openService(named, project, disk)
  const containerOf = new Map(services.map(({ service, container }) => [service, container]))
  const allPorts = services.flatMap((named) => readPorts(named, contextOf(named)))
  const edges = services.flatMap((named) => readEdges(named, containerOf, project, contextOf(named)))
  refuseCycles(services, edges, contextOf)
  const restarts = decideRestarts(services, edges, contextOf)
  const mountsOf = new Map<string, readonly PlainMap[]>()
  await planBinds(listBinds(services, contextOf), shelf, contextOf)
  for (const named of services) {
    const context = contextOf(named)
    const mounts = readMounts(named, shelf, context)
    mountsOf.set(named.service, [...mounts, ...(await readGrants(named, project, shelf, context))])
  }
  const containers: (PlainMap & { readonly name: string })[] = []
  for (const named of services) {
    const context = contextOf(named)
    noteWithoutPlace(named, context)
    noteReplicas(named, context)
    const ports = writeContainerPorts(allPorts.filter(({ service }) => service === named.service))
    const volumeMounts = [...(mountsOf.get(named.service) ?? []), ...readMountsFrom(named, mountsOf)]
    const fields = await readContainer(named, project.name, context)
    const restartPolicy = restarts.own.get(named.container)
    containers.push({ ...compact({ ...fields, ports, volumeMounts, restartPolicy }), name: named.container })
  }
  const [first] = services
  if (first !== undefined) checkPorts(allPorts, contextOf(first))
  noteNetworks(services, project.networks, contextOf)
  noteLeftOut(project.leftOut, project.context)
  return {
    name: toLabel(name ?? project.name),
    containers,
    volumes: [...shelf.volumes.values()],
    edges,
    options: readOptions(services, contextOf),
    main: [],
    annotations: Object.fromEntries(
      services.flatMap(({ tree }) =>
        pairsOf(fieldAt(tree, 'annotations')).map((pair) => [pair.name, pair.value ?? '']),
      ),
    ),
    restartPolicy: restarts.policy,
    spec: readPodFields(services, containers, contextOf),
    objects: [...shelf.objects.values()],
    ports: writeServicePorts(allPorts),
  }
}

/** Names of containers are labels, so two services may end up with one. */
function nameServices({ services, context }: ComposeProject): readonly Named[] {
  const taken = new Map<string, string>()
  return [...services].flatMap(([service, tree]) => {
    const about = `service "${service}"`
    const provider = findEntry(tree, 'provider')
    if (provider !== undefined) {
      context.remarks.note(placeOf(provider, context), about, 'a provider is not a container', 'it is left out')
      return []
    }
    const container = toLabel(service)
    const other = taken.get(container)
    if (other !== undefined) {
      const what = `in a pod it is called "${container}", as service "${other}" is`
      context.remarks.refuse(placeOf(tree, context), about, what, 'rename one of them')
    }
    taken.set(container, service)
    return [{ service, container, tree }]
  })
}

function openService({ service }: Named, { context, lookup }: ComposeProject, disk: ImportDisk): ContainerContext {
  const about = `service "${service}"`
  return {
    ...context,
    lookup,
    disk,
    note: (part, what, fix) => context.remarks.note(placeOf(part, context), about, what, fix),
    noteOnce: (part, what, fix) => context.remarks.noteOnce(placeOf(part, context), about, what, fix),
    refuse: (part, what, fix) => context.remarks.refuse(placeOf(part, context), about, what, fix),
  }
}

function noteReplicas({ tree }: Named, { note }: ContainerContext): void {
  const entry = findReplicas(tree)
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined || word === '1') return
  const what = `${word} replicas of one service have no place in one pod`
  note(entry, what, 'one container is written; replicate the whole pod')
}

/** The mounts of other services, by `volumes_from`. */
function readMountsFrom({ tree }: Named, mountsOf: ReadonlyMap<string, readonly PlainMap[]>): readonly PlainMap[] {
  return wordsOf(fieldAt(tree, 'volumes_from')).flatMap((word) => {
    const [service = '', mode] = word.split(':')
    return (mountsOf.get(service) ?? []).map((mount) => (mode === 'ro' ? { ...mount, readOnly: true } : mount))
  })
}

function readOptions(
  services: readonly Named[],
  contextOf: (named: Named) => ContainerContext,
): ReadonlyMap<string, PlainMap> {
  const options = services.map((named) => {
    const graceMs = readGrace(named, contextOf(named))
    const said = compact({
      stopSignal: wordOf(fieldAt(named.tree, 'stop_signal'))?.toUpperCase(),
      stopGracePeriod: graceMs === undefined ? undefined : formatDuration(graceMs),
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

/** What the pod says for all of its containers. */
function readPodFields(
  services: readonly Named[],
  containers: readonly PlainMap[],
  contextOf: (named: Named) => ContainerContext,
): PlainMap {
  const graces = services.map((named) => readGrace(named, contextOf(named)))
  const said = graces.filter((ms) => ms !== undefined)
  // Stopping goes in reverse, one after another at the worst.
  const graceMs = graces.reduce<number>((sum, ms) => sum + (ms ?? DOCKER_GRACE_MS), 0)
  const groups = services.flatMap(({ tree }) => wordsOf(fieldAt(tree, 'group_add')))
  const sysctls = services.flatMap(({ tree }) => pairsOf(fieldAt(tree, 'sysctls')))
  const sharesPids = services.some(({ tree }) => (wordOf(fieldAt(tree, 'pid')) ?? '').startsWith('service:'))
  return compact({
    terminationGracePeriodSeconds: said.length === 0 ? undefined : Math.ceil(Math.max(POD_GRACE_MS, graceMs) / 1000),
    shareProcessNamespace: sharesPids ? true : undefined,
    ...readHosts(services, containers, contextOf),
    securityContext: compact({
      supplementalGroups: groups.filter((group) => /^\d+$/.test(group)).map(Number),
      sysctls: sysctls.map(({ name, value }) => ({ name, value: value ?? '' })),
    }),
  })
}
