/** Volumes, ConfigMaps, Secrets and claims of the draft, with unique names. */
import type { Tree } from '../manifest/tree.ts'
import { compact, type PlainMap, toLabel } from './draft.ts'
import type { PathLook, SmallFile } from './ports.ts'

/** What named volumes and directories of the workstation become. `local`: for a run on this machine. */
export type VolumeKeeping = 'claims' | 'empty' | 'local'

/** How a path is mounted: a volume or a part of it; undefined when it is left out. */
export type BindPlan = { readonly name: string; readonly subPath?: string; readonly readOnly: boolean } | undefined

/** State that the volumes of all services share. */
export interface VolumeShelf {
  readonly project: string
  readonly plan: VolumeKeeping
  /** The top-level section `volumes`. */
  readonly declared: Tree | undefined
  /** By name in the pod. */
  readonly volumes: Map<string, PlainMap>
  /** By kind and name. */
  readonly objects: Map<string, PlainMap>
  /** Names of volumes and objects, by identity. */
  readonly names: Map<string, string>
  /** All of these names, each with its kind. */
  readonly taken: Set<string>
  /** The mount of each path of this machine. */
  readonly binds: Map<string, BindPlan>
}

export function createShelf(project: string, plan: VolumeKeeping, declared: Tree | undefined): VolumeShelf {
  const records = {
    volumes: new Map(),
    objects: new Map(),
    names: new Map(),
    taken: new Set<string>(),
    binds: new Map(),
  }
  return { ...{ project, plan, declared }, ...records }
}

/** The longest text in a name: the limit of a label, less the space for a number. */
const LABEL_ROOM = 58

/** @param kind names of one kind are unique. @param identity what the name is for; the same identity gets the same name */
export function takeName(kind: string, identity: string, text: string, { names, taken }: VolumeShelf): string {
  const key = `${kind} ${identity}`
  const known = names.get(key)
  if (known !== undefined) return known
  const label = toLabel(text)
  let name = label
  for (let number = 2; taken.has(`${kind} ${name}`); number++) name = `${label.slice(0, LABEL_ROOM)}-${number}`
  names.set(key, name)
  taken.add(`${kind} ${name}`)
  return name
}

/** Adds a volume, once for each identity. @returns its name */
export function putVolume(identity: string, text: string, source: PlainMap, shelf: VolumeShelf): string {
  const name = takeName('volume', identity, text, shelf)
  shelf.volumes.set(name, { name, ...source })
  return name
}

/** Makes a valid key of a ConfigMap or Secret. */
export function toKey(text: string): string {
  return text.replaceAll(/[^-._a-zA-Z0-9]/g, '_')
}

/** A ConfigMap or Secret that is written, or that must already exist. */
export interface ObjectWish {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** undefined: the whole object is mounted as a directory. */
  readonly key: string | undefined
  readonly files: ReadonlyMap<string, SmallFile> | undefined
  readonly mode: number | undefined
}

/** @returns the name of its volume */
export function putObject({ kind, name, key, files, mode }: ObjectWish, shelf: VolumeShelf): string {
  if (files !== undefined) shelf.objects.set(`${kind}/${name}`, makeObject(kind, name, files))
  const items = mode === undefined || key === undefined ? undefined : [{ key, path: key, mode }]
  const defaultMode = key === undefined ? mode : undefined
  const source =
    kind === 'ConfigMap'
      ? { configMap: compact({ name, defaultMode, items }) }
      : { secret: compact({ secretName: name, defaultMode, items }) }
  return putVolume(`${kind} ${name} ${mode ?? ''}`, name, source, shelf)
}

function makeObject(kind: ObjectWish['kind'], name: string, files: ReadonlyMap<string, SmallFile>): PlainMap {
  const texts: Record<string, string> = {}
  const binary: Record<string, string> = {}
  for (const [key, content] of files) {
    if ('text' in content) texts[key] = content.text
    else binary[key] = content.base64
  }
  const data = kind === 'ConfigMap' ? { data: texts, binaryData: binary } : { stringData: texts, data: binary }
  return { apiVersion: 'v1', kind, metadata: { name }, ...compact(data) }
}

/** Says why a file cannot be a part of the manifest. */
export function describeNoFile({ kind }: PathLook, path: string): string {
  switch (kind) {
    case 'absent':
      return `the file ${path} is not there`
    case 'large':
      return `the file ${path} is too large for an object of Kubernetes`
    case 'unreadable':
      return `${path} cannot be read`
    case 'directory':
    case 'file':
    case 'other':
      return `${path} is not a file`
  }
}
