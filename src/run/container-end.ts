/** How the life of a container ended, in the kubelet's terms. */
import { CODE_SIGNAL } from '../base/exit-code.ts'
import { formatDuration } from '../base/duration.ts'
import type { ProcessEnd } from './processes.io.ts'

/** A kill by the runner. */
export interface RunKill {
  /** The time from the stop signal to the kill, in ms. */
  readonly afterMs: number
  /** Whether the kill came before the end of the grace period, because the user interrupted the run twice. */
  readonly hurried: boolean
}

/** The end of a container: as its wrapper reports it, or else derived from the end of its process. */
export interface ContainerEnd {
  readonly at?: string
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
  readonly killedAfterMs?: number
  /** The container because of which this one was skipped. */
  readonly origin?: string
}

/** Returns the end of a wrapper that got its stop signal before it could handle signals. A waiting wrapper ends in the same way. */
export function cancelled(number: number): ContainerEnd {
  return {
    exitCode: CODE_SIGNAL + number,
    reason: 'Cancelled',
    message: `signal ${number} while its wrapper was starting`,
  }
}

/** Derives the end of a container from the end of its process. For containers whose wrapper reports none. */
export function deriveEnd(how: ProcessEnd, kill?: RunKill): ContainerEnd {
  const end = nameEnd(how)
  if (kill === undefined || end.exitCode === 0) return end
  const { afterMs: killedAfterMs, hurried } = kill
  const why = hurried ? 'the run was interrupted twice' : 'its grace period was over'
  return { ...end, message: `killed ${formatDuration(killedAfterMs)} after it was told to stop: ${why}`, killedAfterMs }
}

function nameEnd(how: ProcessEnd): ContainerEnd {
  switch (how.kind) {
    case 'unstartable':
      return { exitCode: CODE_SIGNAL, reason: 'StartError', message: how.why }
    case 'signalled':
      return { exitCode: CODE_SIGNAL + how.number, reason: 'Error', message: `killed by ${how.signal}` }
    case 'exited': {
      const { code: exitCode } = how
      return exitCode === 0
        ? { exitCode, reason: 'Completed' }
        : { exitCode, reason: 'Error', message: `exit code ${exitCode}` }
    }
  }
}
