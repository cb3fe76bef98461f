/** Finds features of a pod that processes of this machine cannot have. Pure. */
import {
  describeKind,
  type Entry,
  type Fault,
  findEntry,
  findTree,
  listItems,
  type Position,
  sortFaults,
  type Tree,
} from '../manifest/tree.ts'
import { INIT_CONTAINER } from '../pod/own.ts'

/** The names of the ConfigMaps and Secrets in the pod's file. */
export interface Given {
  readonly configMaps: { has(name: string): boolean }
  readonly secrets: { has(name: string): boolean }
  /** Variables for all containers, which replace references to missing ConfigMaps and Secrets. */
  readonly variables?: ReadonlyMap<string, string>
  /** The pod was made from a compose file or the like, in which the command of Kubernetes is the entrypoint. */
  readonly isTranslated?: boolean
}

const VOLUME_KINDS = ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected']
const PROJECTED_KINDS = ['configMap', 'secret', 'downwardAPI']
const VARIABLE_KINDS = ['configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef']
const FILE_KIND = 'fileKeyRef'

type Refuse = (at: Position, what: string, fix: string) => void

/**
 * Finds all reasons why the containers cannot run as processes, in the order of the file.
 * @param template a pod or a pod template in which `checkTemplate` finds no fault
 */
export function findUnsuitable(template: Tree, given: Given): readonly Fault[] {
  const volumes = new Map(listItems(template, 'spec', 'volumes').map((volume) => [readText(volume, 'name'), volume]))
  return sortFaults(
    [...listItems(template, 'spec', 'initContainers'), ...listItems(template, 'spec', 'containers')]
      .filter((container) => readText(container, 'name') !== INIT_CONTAINER)
      .flatMap((container) => checkContainer(container, volumes, given)),
  )
}

function checkContainer(container: Tree, volumes: ReadonlyMap<string, Tree>, given: Given): readonly Fault[] {
  const faults: Fault[] = []
  const refuse: Refuse = (at, what, fix) => {
    faults.push({ at, container: readText(container, 'name'), what, fix })
  }
  if (listItems(container, 'command').length === 0) {
    const at = findEntry(container, 'image')?.value.at ?? container.at
    refuse(
      at,
      'it has no command, and --runtime process does not read images',
      given.isTranslated === true
        ? 'write its entrypoint, or use --runtime podman'
        : 'write its command, or use --runtime podman',
    )
  }
  for (const device of listItems(container, 'volumeDevices')) {
    refuse(device.at, 'a process gets no block device', 'leave it out, or run it in a cluster')
  }
  for (const mount of listItems(container, 'volumeMounts')) checkMount(mount, volumes, given, refuse)
  const { variables = new Map() } = given
  for (const variable of listItems(container, 'env')) {
    if (variables.has(readText(variable, 'name'))) continue
    for (const source of listEntries(findTree(variable, ['valueFrom']))) {
      if (source.key === FILE_KIND) checkFile(source, volumes, refuse)
      else checkVariable(source, given, refuse)
    }
  }
  for (const sources of variables.size > 0 ? [] : listItems(container, 'envFrom')) {
    for (const source of listEntries(sources)) checkPresence(source, source.keyAt, given, refuse)
  }
  return faults
}

/** Checks a mount and its volume. Faults are reported at the mount, since a volume without a mount does no harm. */
function checkMount(mount: Tree, volumes: ReadonlyMap<string, Tree>, given: Given, refuse: Refuse): void {
  const name = readText(mount, 'name')
  const volume = volumes.get(name)
  if (volume === undefined) {
    return refuse(mount.at, `mounts "${name}", but the pod has no such volume`, 'add it under spec.volumes')
  }
  if (/^\/*$/.test(readText(mount, 'mountPath'))) {
    refuse(mount.at, `a process cannot have "${name}" in the place of /`, 'use --runtime podman')
  }
  const expression = findEntry(mount, 'subPathExpr')
  if (expression !== undefined) {
    refuse(expression.keyAt, 'a process gets no subPathExpr', 'write the path as subPath')
  }
  for (const source of listEntries(volume)) {
    if (source.key !== 'name') checkVolume(name, source, mount.at, given, refuse)
  }
}

/** Checks the source of a volume. A volume without a source is not checked: the API server makes it an emptyDir. */
function checkVolume(name: string, source: Entry, at: Position, given: Given, refuse: Refuse): void {
  if (!VOLUME_KINDS.includes(source.key)) {
    const fix = 'try it with an emptyDir, or use --runtime podman'
    return refuse(at, `"${name}" is a ${source.key}; a process gets ${VOLUME_KINDS.join(', ')}`, fix)
  }
  checkPresence(source, at, given, refuse)
  for (const part of listItems(source.value, 'sources').flatMap(listEntries)) {
    if (PROJECTED_KINDS.includes(part.key)) checkPresence(part, at, given, refuse)
    else refuse(at, `"${name}" has a ${part.key}, which only a cluster gives`, 'leave it out, or run it in a cluster')
  }
}

function checkVariable(source: Entry, given: Given, refuse: Refuse): void {
  if (VARIABLE_KINDS.includes(source.key)) checkPresence(source, source.keyAt, given, refuse)
  else refuse(source.keyAt, `a process gets no variable from ${source.key}`, 'write its value')
}

/** Checks a `fileKeyRef`. Its volume must be an emptyDir (pkg/apis/core/validation, validateFileKeySelector). */
function checkFile({ keyAt, value }: Entry, volumes: ReadonlyMap<string, Tree>, refuse: Refuse): void {
  const name = readText(value, 'volumeName')
  const volume = volumes.get(name)
  const kinds = listEntries(volume).filter(({ key }) => key !== 'name')
  if (volume === undefined) {
    refuse(keyAt, `it reads a file of "${name}", but the pod has no such volume`, 'add it under spec.volumes')
  } else if (kinds.some(({ key }) => key !== 'emptyDir')) {
    refuse(keyAt, `it reads a file of "${name}", which is not an emptyDir`, 'name a volume that is an emptyDir')
  }
  const path = readText(value, 'path')
  if (path === '' || path.startsWith('/') || path.split('/').includes('..')) {
    refuse(keyAt, `"${path}" is not a path within a volume`, 'write a relative one, without ..')
  }
  if (readText(value, 'key') === '') refuse(keyAt, 'fileKeyRef has no key', 'name the variable in the file')
}

/** Checks that the file has the ConfigMap or Secret of a volume, a part of a volume, a variable or an `envFrom`. */
function checkPresence({ key, value }: Entry, at: Position, given: Given, refuse: Refuse): void {
  const optional = findTree(value, ['optional'])
  if (optional?.kind === 'scalar' && optional.value === true) return
  const name = readText(value, key === 'secret' && findEntry(value, 'secretName') !== undefined ? 'secretName' : 'name')
  if (key.startsWith('configMap') && !given.configMaps.has(name)) {
    refuse(at, `the ConfigMap "${name}" is not in this file`, 'add it to the file, behind a line of ---')
  } else if (key.startsWith('secret') && !given.secrets.has(name)) {
    refuse(at, `the Secret "${name}" is not in this file`, 'add it behind a line of ---, or use --runtime podman')
  }
}

/** Lists the entries of a map without the empty ones, which the API server treats as missing. */
function listEntries(tree: Tree | undefined): readonly Entry[] {
  if (tree?.kind !== 'map') return []
  return tree.entries.filter(({ value }) => describeKind(value) !== 'empty')
}

function readText(tree: Tree, key: string): string {
  const found = findEntry(tree, key)?.value
  return found?.kind === 'scalar' ? String(found.value ?? '') : ''
}
