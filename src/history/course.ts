/** What is known of a container and its lives before it is asked when their gates opened. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { Life, Moment } from './history.ts'

/** A life as the kubelet tells it: `sinceMs` is when its first process was started. */
export interface PodLife extends Life {
  /** Whether it was seen to be ready. */
  readonly up: boolean
  /** Whether it was seen not to be ready. */
  readonly wasDown: boolean
  /** Nobody has looked before it began: whatever it was not when it was first seen, it may have been before. */
  readonly dark: boolean
  /** How its command ended, where its wrapper made a success of it. */
  readonly commandCode?: number
  /** What its wrapper has written is known: what that does not say has not happened. These are its moments. */
  readonly exact?: readonly Moment[]
}

export interface Course {
  readonly container: ContainerStatus
  readonly lives: readonly PodLife[]
}

/** A probe measures its readiness; else it is ready as soon as it is started. */
export function isMeasured({ spec }: ContainerStatus): boolean {
  return (spec['startupProbe'] ?? spec['readinessProbe'] ?? undefined) !== undefined
}

/** Its startup probe decides: once that has succeeded it stays so for the rest of the life. Readiness comes and goes. */
export function hasStartup({ wrapper, spec }: ContainerStatus): boolean {
  return wrapper === 'podorder' && (spec['startupProbe'] ?? undefined) !== undefined
}
