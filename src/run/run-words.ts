/** The events of a run as sentences for people. Pure. */
import { listFirst } from '../base/wording.ts'
import { formatDuration } from '../base/duration.ts'
import { WORK_DONE } from '../entrypoint/outcome.ts'
import { STARTS_ANEW } from '../history/history.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { StopCause } from '../pod/pod.ts'

const STOP_CAUSES: Readonly<Record<StopCause, string>> = {
  startup: 'is killed: its startup probe has failed',
  liveness: 'is killed: its liveness probe has failed',
  postStart: 'is killed: its postStart hook has failed',
  predecessor: 'is stopped to start anew',
}

/**
 * Describes an event in one sentence.
 * @param stopped containers that were told to stop with their pod
 * @returns undefined for events that need no sentence, such as output
 */
export function describeRunEvent(event: RunEvent, stopped: ReadonlySet<string>): string | undefined {
  switch (event.event) {
    case 'waiting':
      return `${event.container} waits for ${listFirst(event.waitingFor, MOST)}`
    case 'started':
      return `${event.container} started${event.waitedFor === undefined ? '' : `: ${wordMet(event.waitedFor)}`}`
    case 'ready':
      return event.measured ? `${event.container} is ready` : undefined
    case 'unready':
      return withReason(`${event.container} is no longer ready`, event.message)
    case 'not-ready':
      return `${event.container} is not ready: ${event.message}`
    case 'unhealthy':
      return `${event.container}: its liveness probe fails (${event.failures} of ${event.threshold}): ${event.message}`
    case 'ended':
      if (event.reason === STARTS_ANEW) return `${event.container} has stopped, and waits to start anew`
      if (event.message?.startsWith(WORK_DONE) === true) return `${event.container} ${event.message}`
      if (stopped.has(event.container))
        return `${event.container} stopped${event.exitCode === 0 ? '' : ` (${event.message ?? `exit code ${event.exitCode}`})`}`
      return event.exitCode === 0
        ? withReason(`${event.container} completed`, event.killedAfterMs === undefined ? undefined : event.message)
        : `${event.container} failed: ${event.message ?? `exit code ${event.exitCode}`}`
    case 'skipped':
      return `${event.container} skipped: ${event.message ?? event.reason}`
    case 'restarting':
      return `${event.container} restarts ${event.afterMs < 1 ? 'at once' : `in ${formatDuration(event.afterMs)}`} (restart ${event.restarts})`
    case 'stopping':
      return event.cause === undefined
        ? `${event.container} is stopping`
        : withReason(`${event.container} ${STOP_CAUSES[event.cause]}`, event.message)
    case 'hook-failed':
      return `${event.container}: its preStop hook has failed: ${event.message}`
    case 'pod':
      return event.message
    case 'output':
      return undefined
  }
}

const MET: ReadonlyMap<string, string> = new Map([
  ['started', 'has started'],
  ['ready', 'is ready'],
  ['completed', 'has completed'],
  ['failed', 'has failed'],
  ['ended', 'has ended'],
])

/** Turns `db/ready` into words. A target outside the pod begins with its kind, as in `pod/db`. */
function wordMet(label: string): string {
  const slash = label.lastIndexOf('/')
  const words = MET.get(label.slice(slash + 1))
  return words === undefined ? `${label} is there` : `${label.slice(0, slash)} ${words}`
}

function withReason(words: string, reason: string | undefined): string {
  return reason === undefined ? words : `${words}: ${reason}`
}

const MOST = 5
