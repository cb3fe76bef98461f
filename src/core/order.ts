/** The order of one pod: what was said in its annotations, checked, with every default filled in. */
import type { Position } from './tree.ts'

/** What a container can be waited for; `behaviour` in docs/reference.md gives each one's meaning. */
export type Condition = 'started' | 'ready' | 'completed' | 'failed' | 'ended'

/** `container` starts only once `target` has reached `condition`. */
export interface Edge {
  readonly container: string
  readonly target: string
  readonly condition: Condition
  /** Gives up on this one edge after so many ms. */
  readonly timeoutMs?: number
  /** Go on when it times out or can no longer come. */
  readonly optional: boolean
  readonly at: Position
}

export interface Order {
  readonly edges: readonly Edge[]
  /** Every container that podorder wraps: in an edge, in `main`, or named in `steps`; in the pod's own order. */
  readonly containers: readonly string[]
  /** Containers whose end ends the pod's work; empty = none was named. */
  readonly main: readonly string[]
  readonly stopOrder: 'reverse' | 'together'
  /** A gate gives up after so many ms; undefined = never. */
  readonly waitTimeoutMs: number | undefined
}
