/** What is told of one container. */
import type { ContainerSight, PodSight } from '../kube/pod-sight.ts'
import type { Passage } from './passage.ts'

/**
 * `cause`: here it begins. `awaited`: nothing is wrong, but others wait for it. `consequence`: it waits, or was skipped, because of
 * another container. `unclear`: its status does not tell. `fine`: it is as it should be.
 */
export type Rank = 'cause' | 'awaited' | 'consequence' | 'unclear' | 'fine'

export interface Finding {
  readonly name: string
  readonly type: ContainerSight['role']
  readonly rank: Rank
  /** What comes behind the container's name, without a full stop. */
  readonly message: string
  /** Where that begins: containers, and targets outside the pod; none where it begins here. */
  readonly origins: readonly string[]
  /** What to do or to look at, command lines mostly. */
  readonly next: readonly string[]
}

/** With what those that wait for it say of it: `keeps failing`. */
export interface Told extends Finding {
  readonly clause: string
  readonly container: ContainerSight
  readonly passage: Passage
}

export interface Circumstances {
  readonly pod: PodSight
  readonly nowMs: number
  /** The first init container that the others wait for. */
  readonly blocker: Told | undefined
  /** The main containers, once all of them have ended for good; none before that. */
  readonly over: readonly string[]
  /** Its gate gives up after so long; undefined = never. */
  readonly patienceMs: number | undefined
}

/** What is not there is empty. */
export type Words = Pick<Told, 'rank' | 'message' | 'clause'> & Partial<Pick<Told, 'origins' | 'next'>>
