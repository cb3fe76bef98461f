/** The order of one pod: what was said in its annotations, checked, with every default filled in. */
import type { Position } from '../manifest/tree.ts'
import type { Condition } from './conditions.ts'
import type { SaidOptions } from './container-options.ts'
import type { OutsideTarget } from './outside-target.ts'

export interface RestartTerms {
  /** How long it must not have been ready to be over too; undefined: only its death and its restart count. */
  readonly afterMs?: number
}

interface Dependency {
  readonly container: string
  /** Gives up on this one after so many ms. */
  readonly timeoutMs?: number
  /** Go on when it times out or can no longer come. */
  readonly optional: boolean
  /** The container is stopped, and started anew, when this one is over. */
  readonly restart?: RestartTerms
  readonly at: Position
}

/** `container` starts only once `target`, another one that podorder wraps, has reached `condition`. */
export interface Edge extends Dependency {
  readonly target: string
  readonly condition: Condition
}

/**
 * `container` starts only once `target` holds, which podorder neither starts nor stops: no part of the graph, so that cycles
 * and stopping in reverse do not know it.
 */
export interface OutsideWait extends Dependency {
  readonly target: OutsideTarget
}

export interface Order {
  readonly edges: readonly Edge[]
  readonly outside: readonly OutsideWait[]
  /** Every container that podorder wraps: it waits, is waited for, is in `main`, or named in `steps`; in the pod's own order. */
  readonly containers: readonly string[]
  /** Those among them that are native sidecars: the kubelet starts them first, and stops them itself, last. */
  readonly sidecars: ReadonlySet<string>
  /** Containers whose end ends the pod's work; empty = none was named. */
  readonly main: readonly string[]
  readonly stopOrder: 'reverse' | 'together'
  /** A gate gives up after so many ms; undefined = never. */
  readonly waitTimeoutMs: number | undefined
  /** What single containers want beside the order; only of those that are ordered. */
  readonly options: ReadonlyMap<string, SaidOptions>
}
