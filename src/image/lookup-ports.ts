/** The ports and settings of the command lookup. */
import type { ImageCache } from './image-cache.io.ts'
import type { ImageConfig } from './image-config.ts'
import type { RegistrySettings } from './registry-address.ts'
import type { Exchange } from './registry-exchange.ts'

export interface LookupPorts {
  readonly exchange: Exchange
  /** undefined: no cache. */
  readonly cache: ImageCache | undefined
}

export interface LookupSettings {
  readonly imageConfig: ImageConfig
  readonly registries: RegistrySettings
  /** The text of Docker's config.json. */
  readonly dockerConfig: string | undefined
  /** Do not ask registries. */
  readonly offline: boolean
  /** The limit for all images together. */
  readonly timeoutMs: number
}

/** An image, and the credentials for it: the texts of config.json, those of the pod first. */
export interface Pull {
  readonly dockerConfigs: readonly string[]
  readonly settings: LookupSettings
  readonly ports: LookupPorts
  readonly cancel: AbortSignal
}

/** `problem` is one clause. */
export interface LookupProblem {
  readonly problem: string
}
