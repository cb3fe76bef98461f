/** Options of single containers for their wrappers; `options.ts` reads them. */
import type { Position } from '../manifest/tree.ts'

/** A property is absent when the option is not set. Durations are in ms. */
export interface ContainerOptions {
  readonly retries?: number
  readonly retryDelay?: number
  readonly retryMaxDelay?: number
  readonly timeout?: number
  readonly onError?: 'continue' | 'stopAndFail'
  /** The time from the stop signal to SIGKILL. */
  readonly stopGracePeriod?: number
  /** A name that `parseSignal` reads. */
  readonly stopSignal?: string
  readonly quiet?: boolean
  readonly logFormat?: 'text' | 'json'
  /** Whether the wrapper becomes the command. `must`: else it is a fault. `may`: if the wrapper has nothing left to do. */
  readonly exec?: 'must' | 'may' | 'never'
  readonly probeEvery?: number
  /** The image's command, for containers whose annotation `podorder.io/command.<container>` would have too long a name. */
  readonly command?: readonly string[]
}

export type OptionKey = keyof ContainerOptions

export type SaidOptions = ContainerOptions & {
  /** The place of each option. */
  readonly places: Readonly<Partial<Record<OptionKey, Position>>>
}
