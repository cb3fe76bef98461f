/** What is told of one container. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { PodStatus } from '../status/pod-status.ts'
import type { GateStatus } from './gate.ts'

/**
 * `cause`: here it begins. `awaited`: nothing is wrong, but others wait for it. `consequence`: it waits, or was skipped, because of
 * another container. `stopped`: it was stopped with the pod, or had ended before. `unclear`: its status does not show it. `fine`: it is
 * as it should be.
 */
export type Rank = 'cause' | 'awaited' | 'consequence' | 'stopped' | 'unclear' | 'fine'

export interface ContainerFinding {
  readonly name: string
  readonly type: ContainerStatus['role']
  readonly rank: Rank
  /** What comes behind the container's name, without a full stop. */
  readonly message: string
  /** The containers, and targets outside the pod, in which that begins; none where it begins here. */
  readonly origins: readonly string[]
  /** What to do or to look at, command lines mostly. */
  readonly next: readonly string[]
}

/** With what those that wait for it say of it: `keeps failing`. */
export interface Told extends ContainerFinding {
  readonly clause: string
  readonly container: ContainerStatus
  readonly gateResult: GateStatus
}

export interface Circumstances {
  readonly pod: PodStatus
  readonly nowMs: number
  /** The first init container that the others wait for. */
  readonly blocker: Told | undefined
  /** Undefined as long as a main container has not ended for good. */
  readonly over: Over | undefined
  /** Its gate gives up after so long; undefined = never. */
  readonly patienceMs: number | undefined
}

/** The work of the pod is done. */
export interface Over {
  /** The main containers. */
  readonly main: readonly string[]
  /** When the last of them ended. */
  readonly atMs: number | undefined
  /** How long the others have to stop, at the most. */
  readonly graceMs: number
}

/** What is not there is empty. */
export type Words = Pick<Told, 'rank' | 'message' | 'clause'> & Partial<Pick<Told, 'origins' | 'next'>>
