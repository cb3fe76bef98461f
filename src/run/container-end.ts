/** How the life of a container ended, in the kubelet's terms. */
import { CODE_SIGNAL } from '../base/exit-code.ts'
import { formatDuration } from '../base/duration.ts'
import type { ProcessEnd } from './processes.io.ts'

/** A kill by the runner. */
export interface RunKill {
  /** ms since its stop signal. */
  readonly afterMs: number
  /** The user has interrupted the run twice, and the grace period is not over. */
  readonly hurried: boolean
}

/** The end of a container, in the wrapper's words if there are any. */
export interface ContainerEnd {
  readonly at?: string
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
  readonly killedAfterMs?: number
}

/** The end of a wrapper whose stop signal came before it could handle signals; the same as that of a waiting wrapper. */
export function cancelled(number: number): ContainerEnd {
  return {
    exitCode: CODE_SIGNAL + number,
    reason: 'Cancelled',
    message: `signal ${number} while its wrapper was starting`,
  }
}

/**
 * The end of a container whose wrapper has reported none.
 */
export function weighEnd(how: ProcessEnd, kill?: RunKill): ContainerEnd {
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
