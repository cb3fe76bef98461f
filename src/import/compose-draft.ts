/** A compose project as the draft of one pod. */
import { findEntry } from '../manifest/tree.ts'
import { noteWithoutPlace, readContainer } from './compose-container.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { readGrants } from './compose-grants.ts'
import { noteNetworks } from './compose-names.ts'
import { findReplicas, noteLeftOut } from './compose-left-out.ts'
import { readEdges } from './compose-order.ts'
import { checkPorts, readPorts, writeContainerPorts, writeServicePorts } from './compose-ports.ts'
import { readAnnotations, readGraces, readServiceOptions, readPodFields } from './compose-pod.ts'
import type { ComposeProject } from './compose-project.ts'
import { decideRestarts } from './compose-restart.ts'
import { fieldAt, placeOf, readItems, wordOf } from './compose-tree.ts'
import { planBinds } from './compose-binds.ts'
import { createShelf, type VolumeKeeping } from './compose-shelf.ts'
import { listBinds, readMounts } from './compose-volumes.ts'
import { compact, type Draft, type PlainMap, toLabel } from './draft.ts'
import { type Ordered, refuseCycles, refuseTwins } from './members.ts'
import type { ImportDisk } from './ports.ts'

/** @param name the pod's name; undefined: the project's */
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
  refuseCycles(services.map(memberOf), edges, 'remove one of these depends_on', project.context)
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
    // The service's own mounts override those of other services.
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
  const graces = readGraces(services, contextOf)
  noteNetworks(services, project.networks, contextOf)
  noteLeftOut(project.leftOut, project.context)
  return {
    name: toLabel(name ?? project.name),
    containers,
    volumes: [...shelf.volumes.values()],
    edges,
    options: readServiceOptions(services, edges, graces, contextOf),
    main: [],
    annotations: Object.fromEntries(services.flatMap((named) => readAnnotations(named, contextOf(named)))),
    restartPolicy: restarts.policy,
    spec: readPodFields(services, containers, edges, graces, contextOf),
    objects: [...shelf.objects.values()],
    ports: writeServicePorts(allPorts),
  }
}

/** Names containers. */
function nameServices({ services, context }: ComposeProject): readonly Named[] {
  const named = [...services].flatMap(([service, tree]) => {
    const provider = findEntry(tree, 'provider')
    if (provider === undefined) return [{ service, container: toLabel(service), tree }]
    const fix = 'it is left out'
    context.remarks.note(placeOf(provider, context), `service "${service}"`, 'a provider is not a container', fix)
    return []
  })
  refuseTwins(
    named.map((one) => ({ ...memberOf(one), at: one.tree })),
    context,
  )
  return named
}

const memberOf = ({ service, container, tree }: Named): Ordered => {
  return { container, written: service, about: `service "${service}"`, at: findEntry(tree, 'depends_on') ?? tree }
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
  const what = `${word} replicas of one service do not fit in one pod`
  note(entry, what, 'one container is written; replicate the whole pod')
}

const pathOf = (mount: PlainMap): string => String(mount['mountPath']).replace(/(?<=.)\/+$/, '')

/** Keeps the first mount at each path: a volume before a file of `configs` or `secrets`, as docker compose does. */
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

/** Reads the mounts of other services (`volumes_from`). */
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
