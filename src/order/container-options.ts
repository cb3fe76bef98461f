/** What single containers want of their wrappers beside the order; `options.ts` reads it. */
import type { Position } from '../manifest/tree.ts'

/** A property is absent where nothing is said. Durations are in ms. */
export interface ContainerOptions {
  readonly retries?: number
  readonly retryDelay?: number
  readonly retryMaxDelay?: number
  readonly timeout?: number
  readonly onError?: 'continue' | 'stopAndFail'
  /** What it has from the signal that means "stop" to SIGKILL. */
  readonly stopGracePeriod?: number
  /** A name that `parseSignal` reads. */
  readonly stopSignal?: string
  readonly quiet?: boolean
  readonly logFormat?: 'text' | 'json'
  /** Whether the wrapper becomes the command: it must, or a fault says why not; it may, where nothing is left to do for it. */
  readonly exec?: 'must' | 'may' | 'never'
  readonly probeEvery?: number
  /** What the image runs, where `podorder.io/command.<container>` would be too long a name. */
  readonly command?: readonly string[]
}

export type OptionKey = keyof ContainerOptions

export type SaidOptions = ContainerOptions & {
  /** The place of each. */
  readonly places: Readonly<Partial<Record<OptionKey, Position>>>
}
