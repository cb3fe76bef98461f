/** The order of one pod: its checked annotations, with all defaults filled in. */
import type { Position } from '../manifest/tree.ts'
import type { Condition } from './conditions.ts'
import type { SaidOptions } from './container-options.ts'
import type { OutsideTarget } from './outside-target.ts'

export interface RestartTerms {
  /** How long the target must be not ready to count as lost; undefined: only its death and its restart count. */
  readonly afterMs?: number
}

interface Dependency {
  readonly container: string
  /** The timeout of this dependency. */
  readonly timeoutMs?: number
  /** Continue when the wait times out or can never be met. */
  readonly optional: boolean
  /** Restart the container when the target is lost. */
  readonly restart?: RestartTerms
  readonly at: Position
}

/** An edge: `container` starts only once `target`, another wrapped container, has reached `condition`. */
export interface Edge extends Dependency {
  readonly target: string
  readonly condition: Condition
}

/**
 * A wait for a target that podorder neither starts nor stops. It is not a part of the graph, so that cycles and stopping in
 * reverse ignore it.
 */
export interface OutsideWait extends Dependency {
  readonly target: OutsideTarget
}

export interface Order {
  readonly edges: readonly Edge[]
  readonly outside: readonly OutsideWait[]
  /** All wrapped containers: those that wait, are waited for, or are named in `main` or `steps`; as listed in the pod. */
  readonly containers: readonly string[]
  /** The native sidecars among them: the kubelet starts them first, and stops them last. */
  readonly sidecars: ReadonlySet<string>
  /** The containers whose end ends the pod's work; empty = none. */
  readonly main: readonly string[]
  readonly stopOrder: 'reverse' | 'together'
  /** The timeout of each gate; undefined = never. */
  readonly waitTimeoutMs: number | undefined
  /** Options of ordered containers. */
  readonly options: ReadonlyMap<string, SaidOptions>
}
