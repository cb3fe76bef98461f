/** The initial content of volumes: the files of configMap, secret, downwardAPI and projected volumes. Pure. */
import type { Volume } from '../pod/pod.ts'
import { type PodFacts, readField, readResource, type ResourceRef } from './fields.ts'
import type { SourceContent, Data, Sources } from '../pod/sources.ts'

export interface VolumeFile {
  /** The path in the volume; may contain directories. */
  readonly path: string
  readonly content: SourceContent
  readonly mode: number
}

/** The default of `defaultMode` for all four kinds in Kubernetes. */
const DEFAULT_MODE = 0o644

interface Item {
  readonly key?: string
  readonly path?: string
  readonly mode?: number
  readonly fieldRef?: { readonly fieldPath?: string }
  readonly resourceFieldRef?: ResourceRef
}

interface Source {
  readonly name?: string
  readonly secretName?: string
  readonly items?: readonly Item[]
  readonly optional?: boolean
  readonly defaultMode?: number
}

type SourceKind = 'configMap' | 'secret' | 'downwardAPI'

/** @returns the files, none for an emptyDir; or one sentence about a missing source */
export function listVolumeFiles(
  volume: Volume,
  facts: PodFacts,
  given: Sources,
): readonly VolumeFile[] | { readonly problem: string } {
  const projected = volume['projected'] as { readonly sources?: readonly Volume[]; readonly defaultMode?: number }
  const files: VolumeFile[] = []
  for (const part of projected === undefined ? [volume] : (projected.sources ?? [])) {
    for (const kind of ['configMap', 'secret', 'downwardAPI'] as const) {
      const source = part[kind] as Source | undefined
      if (source === undefined) continue
      const mode = source.defaultMode ?? projected?.defaultMode ?? DEFAULT_MODE
      const listed = kind === 'downwardAPI' ? listFields(source, mode, facts) : listKeys(kind, source, mode, given)
      if ('problem' in listed) return listed
      files.push(...listed)
    }
  }
  return files
}

type Listed = readonly VolumeFile[] | { readonly problem: string }

function listKeys(kind: Exclude<SourceKind, 'downwardAPI'>, source: Source, mode: number, given: Sources): Listed {
  const name = source.secretName ?? source.name ?? ''
  const data: Data | undefined = (kind === 'configMap' ? given.configMaps : given.secrets).get(name)
  if (data === undefined) return source.optional === true ? [] : { problem: `there is no ${kind} "${name}"` }
  if (source.items === undefined) return [...data].map(([path, content]) => ({ path, content, mode }))
  const files: VolumeFile[] = []
  for (const { key = '', path = key, mode: own = mode } of source.items) {
    const content = data.get(key)
    if (content !== undefined) files.push({ path, content, mode: own })
    else if (source.optional !== true) return { problem: `the ${kind} "${name}" has no key "${key}"` }
  }
  return files
}

function listFields(source: Source, mode: number, facts: PodFacts): Listed {
  const files: VolumeFile[] = []
  for (const { path = '', mode: own = mode, fieldRef, resourceFieldRef = {} } of source.items ?? []) {
    const { fieldPath = '' } = fieldRef ?? {}
    const text = fieldRef === undefined ? readResource(resourceFieldRef, undefined, facts) : readField(fieldPath, facts)
    if (text === undefined) {
      return { problem: `the downward API has no ${fieldRef === undefined ? resourceFieldRef.resource : fieldPath}` }
    }
    files.push({ path, content: { text }, mode: own })
  }
  return files
}
