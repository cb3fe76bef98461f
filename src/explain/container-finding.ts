/** The finding about one container. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { PodStatus } from '../status/pod-status.ts'
import type { GateStatus } from './gate.ts'

/**
 * `cause`: the trouble begins here. `awaited`: nothing is wrong, but others wait for it. `consequence`: it waits, or was skipped,
 * because of another container. `stopped`: it was stopped with the pod, or had ended before. `unclear`: its status does not tell.
 * `fine`: it is in its expected state.
 */
export type Rank = 'cause' | 'awaited' | 'consequence' | 'stopped' | 'unclear' | 'fine'

export interface ContainerFinding {
  readonly name: string
  readonly type: ContainerStatus['role']
  readonly rank: Rank
  /** The text after the container's name, without a full stop. */
  readonly message: string
  /** The containers, and targets outside the pod, in which the trouble begins; empty if it begins here. */
  readonly origins: readonly string[]
  /** Advice: what to do or to look at, mostly command lines. */
  readonly next: readonly string[]
}

/** Adds the clause that waiting containers use: `keeps failing`. */
export interface Told extends ContainerFinding {
  readonly clause: string
  readonly container: ContainerStatus
  readonly gateResult: GateStatus
}

export interface Circumstances {
  readonly pod: PodStatus
  readonly nowMs: number
  /** The first init container that holds up the others. */
  readonly blocker: Told | undefined
  /** Undefined until all main containers have ended finally. */
  readonly over: Over | undefined
  /** Timeout of its gate; undefined = none. */
  readonly patienceMs: number | undefined
}

/** The pod's work is done. */
export interface Over {
  /** The main containers. */
  readonly main: readonly string[]
  /** When the last main container ended. */
  readonly atMs: number | undefined
  /** The longest time that the others have to stop. */
  readonly graceMs: number
}

/** Missing fields count as empty. */
export type Words = Pick<Told, 'rank' | 'message' | 'clause'> & Partial<Pick<Told, 'origins' | 'next'>>
