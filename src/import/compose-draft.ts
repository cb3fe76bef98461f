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
import { fieldAt, type NamedValue, placeOf, pairsOf, readItems, wordOf } from './compose-tree.ts'
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
    const own = uniteMounts(mountsOf.get(named.service) ?? [], named, context)
    const paths = new Set(own.map(pathOf))
    // Its own mounts count before those of other services.
    const volumeMounts = [
      ...own,
      ...readMountsFrom(named, mountsOf, context).filter((mount) => !paths.has(pathOf(mount))),
    ]
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
    annotations: Object.fromEntries(services.flatMap((named) => readAnnotations(named, contextOf(named)))),
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
      context.remarks.note(placeOf(provider, context), about, 'a provider is no container', 'it is left out')
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

/** Names of annotations as Kubernetes takes them. */
const ANNOTATION = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9](?:[-\w.]{0,61}[a-z0-9])?$/i

function readAnnotations({ tree }: Named, { note }: ContainerContext): readonly (readonly [string, string])[] {
  return pairsOf(fieldAt(tree, 'annotations')).flatMap(({ name, value, at }) => {
    if (ANNOTATION.test(name)) return [[name, value ?? ''] as const]
    note(at, `"${name}" is no name of an annotation in Kubernetes`, 'rename it; it is left out')
    return []
  })
}

const pathOf = (mount: PlainMap): string => String(mount['mountPath']).replace(/(?<=.)\/+$/, '')

/** Leaves one mount at each path, the first: a volume before a file of `configs` or `secrets`, as for docker compose. */
function uniteMounts(mounts: readonly PlainMap[], { tree }: Named, { note }: ContainerContext): readonly PlainMap[] {
  const known = new Set<string>()
  return mounts.filter((mount) => {
    const path = pathOf(mount)
    const isNew = !known.has(path)
    known.add(path)
    const place = ['volumes', 'tmpfs', 'configs', 'secrets'].map((key) => findEntry(tree, key)).find(Boolean)
    if (!isNew)
      note(place ?? tree, `"${path}" is mounted more than once`, 'the first of them counts; remove the others')
    return isNew
  })
}

/** The mounts of other services, by `volumes_from`. */
function readMountsFrom(
  { tree }: Named,
  mountsOf: ReadonlyMap<string, readonly PlainMap[]>,
  { note }: ContainerContext,
): readonly PlainMap[] {
  return readItems(fieldAt(tree, 'volumes_from')).flatMap((item) => {
    const word = wordOf(item) ?? ''
    const [service = '', mode] = word.split(':')
    if (service === 'container') {
      note(item, `the volumes of the ${word.replace(':', ' ')} are not in this pod`, 'they are left out')
      return []
    }
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
      // None at all is the least that there is.
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
    refuse(entry, `stop_grace_period is "${word}", which is no duration`, 'write it like 30s or 1m30s')
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
  const sharesPids = services.some(({ tree }) => (wordOf(fieldAt(tree, 'pid')) ?? '').startsWith('service:'))
  return compact({
    terminationGracePeriodSeconds: said.length === 0 ? undefined : Math.ceil(Math.max(POD_GRACE_MS, graceMs) / 1000),
    shareProcessNamespace: sharesPids ? true : undefined,
    ...readHosts(services, containers, contextOf),
    securityContext: compact({
      supplementalGroups: readGroups(services, contextOf),
      sysctls: readSysctls(services, contextOf).map(({ name, value }) => ({ name, value: value ?? '' })),
    }),
  })
}

type ContextOf = (named: Named) => ContainerContext

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

/** A pod has one value for each. */
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
