/** What happens in a running pod, in one sentence each, for people. Pure. */
import { listFirst } from '../base/wording.ts'
import { formatDuration } from '../base/duration.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { KillCause } from '../pod/pod.ts'

const KILL_CAUSES: Readonly<Record<KillCause, string>> = {
  startup: 'its startup probe has failed',
  liveness: 'its liveness probe has failed',
  postStart: 'its postStart hook has failed',
}

/** @returns undefined for what need not be said: output speaks for itself. */
export function describeRunEvent(event: RunEvent): string | undefined {
  switch (event.event) {
    case 'waiting':
      return `${event.container} waits for ${listFirst(event.waitingFor, MOST)}`
    case 'started':
      return `${event.container} started${event.waitedFor === undefined ? '' : `: ${event.waitedFor} came`}`
    case 'ready':
      return event.measured ? `${event.container} is ready` : undefined
    case 'unready':
      return withReason(`${event.container} is no longer ready`, event.message)
    case 'not-ready':
      return `${event.container} is not ready: ${event.message}`
    case 'unhealthy':
      return `${event.container}: its liveness probe fails (${event.failures} of ${event.threshold}): ${event.message}`
    case 'ended':
      return event.exitCode === 0
        ? `${event.container} completed`
        : `${event.container} failed: ${event.message ?? `exit code ${event.exitCode}`}`
    case 'skipped':
      return `${event.container} skipped: ${event.message ?? event.reason}`
    case 'restarting':
      return `${event.container} restarts ${event.afterMs < 1 ? 'at once' : `in ${formatDuration(event.afterMs)}`} (restart ${event.restarts})`
    case 'stopping':
      return event.cause === undefined
        ? `${event.container} is told to stop`
        : withReason(`${event.container} is killed, ${KILL_CAUSES[event.cause]}`, event.message)
    case 'hook-failed':
      return `${event.container}: its preStop hook has failed: ${event.message}`
    case 'pod':
      return event.message
    case 'output':
      return undefined
  }
}

function withReason(words: string, reason: string | undefined): string {
  return reason === undefined ? words : `${words}: ${reason}`
}

const MOST = 5
