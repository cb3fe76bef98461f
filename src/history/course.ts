/** What is known of a container's lives before the opening times of their gates are computed. Pure. */
import type { ContainerStatus } from '../status/container-status.ts'
import type { Life, Moment } from './history.ts'

/** A life as reported by the kubelet: `sinceMs` is the start of its first process. */
export interface PodLife extends Life {
  /** Whether a look found it ready. */
  readonly up: boolean
  /** Whether a look found it not ready. */
  readonly wasDown: boolean
  /** The watch began after this life did: it may have been ready, and lost that, before the first look. */
  readonly dark: boolean
  /** The exit code of its command, if the wrapper turned it into a success. */
  readonly commandCode?: number
  /** The moments in its wrapper's log. If set, the log is known, and a moment that is not in it has not happened. */
  readonly exact?: readonly Moment[]
}

export interface Course {
  readonly container: ContainerStatus
  readonly lives: readonly PodLife[]
}

/** Whether a probe measures its readiness; otherwise it is ready when started. */
export function isMeasured({ spec }: ContainerStatus): boolean {
  return (spec['startupProbe'] ?? spec['readinessProbe'] ?? undefined) !== undefined
}

/** Whether its startup probe decides about `ready`. A startup probe succeeds once for the rest of the life; readiness may change. */
export function hasStartup({ wrapper, spec }: ContainerStatus): boolean {
  return wrapper === 'podorder' && (spec['startupProbe'] ?? undefined) !== undefined
}
