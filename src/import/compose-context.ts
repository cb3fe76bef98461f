/** What the readers of one compose service share. */
import type { Entry, MapTree, Tree } from '../manifest/tree.ts'
import type { ComposeContext } from './compose-tree.ts'
import type { Lookup } from './interpolate.ts'
import type { ImportDisk } from './ports.ts'

/** A service with its name in the compose file and in the pod. */
export interface Named {
  /** The name in the compose file. */
  readonly service: string
  /** The name in the pod. */
  readonly container: string
  readonly tree: MapTree
}

/** Makes a remark about a service. */
export type SayOf = (part: Tree | Entry, what: string, fix: string) => void

export interface ContainerContext extends ComposeContext {
  readonly lookup: Lookup
  readonly disk: ImportDisk
  readonly note: SayOf
  /** The same for a fault that may occur at many places: one remark for all of them. */
  readonly noteOnce: SayOf
  readonly refuse: SayOf
}
