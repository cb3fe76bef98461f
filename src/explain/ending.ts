/** Words for the end of a container. Pure. */
import { formatDuration } from '../base/duration.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import type { ContainerStatus, End } from '../status/container-status.ts'
import { describePod, type Place, readLogs } from './kubectl.ts'
import { tidy, wordDuration } from '../base/wording.ts'

const SIGNALS: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [4, 'SIGILL'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [15, 'SIGTERM'],
])

/** Reasons of a container that its runtime could not start (containerd's CRI; Docker's). */
const NEVER_BEGAN: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun'])

/** Meanings of the wrapper's own exit codes; a command may also end with them. */
const OWN_CODES: ReadonlyMap<number, string> = new Map([
  [124, 'the code of podorder for a timeout'],
  [125, 'the code of podorder for a failure of its own'],
  [126, 'the code of podorder or a shell for a command that cannot be executed'],
  [127, 'the code of podorder or a shell for a command that was not found'],
])

/** Whether the runtime could not start the container, so that podorder's wrapper never ran in it. */
export function hasNeverBegun({ reason }: End): boolean {
  return NEVER_BEGAN.has(reason)
}

/** `exit code 2`, `OOMKilled, exit code 137`: the end without its message. */
export function nameEnd({ exitCode, reason }: End): string {
  const plain = reason === '' || reason === 'Error' || reason === 'Completed'
  return plain ? `exit code ${exitCode}` : `${reason}, exit code ${exitCode}`
}

/** `, killed after 9s`: the time from the stop signal to the wrapper's kill, from its log. */
export function nameKill({ log }: Pick<ContainerStatus, 'log'>): string {
  return log?.killedAfterMs === undefined ? '' : `, killed after ${formatDuration(log.killedAfterMs)}`
}

/** A clause: `ended with exit code 2 after 3s: no such table`. */
/** @param container with the log of that life, if there is one */
export function wordEnd(end: End, container: Pick<ContainerStatus, 'wrapper' | 'spec' | 'log'>): string {
  const { wrapper, spec } = container
  const { exitCode, reason, message, startedMs, finishedMs } = end
  const tail = message === '' || message.startsWith('[{') || message.startsWith('tknz:') ? '' : `: ${message}`
  if (hasNeverBegun(end)) return `could not be started (${reason})${tail}`
  if (reason === 'ContainerStatusUnknown') return 'is lost: the kubelet does not know how it ended'
  const lasted = startedMs === undefined || finishedMs === undefined ? '' : wordLife(finishedMs - startedMs)
  if (reason === 'OOMKilled') {
    const limit = fieldOf(spec, 'resources', 'limits', 'memory')
    const room =
      typeof limit === 'string' ? `it took more memory than its limit of ${tidy(limit)}` : 'the memory ran out'
    return `was killed${lasted}, since ${room} (OOMKilled)${tail}`
  }
  const signal = SIGNALS.get(exitCode - 128)
  if (signal !== undefined)
    return `was killed by ${signal}${lasted} (exit code ${exitCode}${nameKill(container)})${tail}`
  const own = wrapper === 'podorder' ? OWN_CODES.get(exitCode) : undefined
  return `ended with ${nameEnd(end)}${own === undefined ? '' : ` (${own})`}${lasted}${tail}`
}

/** Times in a status are full seconds. */
function wordLife(ms: number): string {
  return ms < 1000 ? ' at once' : ` after ${wordDuration(ms)}`
}

/** Advice about an end. @param previous the end was that of the previous life */
export function adviseEnd(end: End, container: ContainerStatus, place: Place, previous: boolean): readonly string[] {
  const { name, spec } = container
  const logs = readLogs(place, name, previous)
  if (end.reason === 'OOMKilled') return [`give it more memory: resources.limits.memory of ${name}`, logs]
  if (hasNeverBegun(end)) return [`correct its command, or its image ${imageOf(container)}`, describePod(place)]
  if (end.reason === 'ContainerStatusUnknown') return [describePod(place)]
  // Only the pod's events tell whether a probe, a hook or something else has killed it.
  const probed = ['livenessProbe', 'startupProbe', 'lifecycle'].some(
    (field) => (spec[field] ?? undefined) !== undefined,
  )
  return SIGNALS.has(end.exitCode - 128) && probed ? [logs, describePod(place)] : [logs]
}

export function imageOf({ actual }: ContainerStatus): string {
  return tidy(textOf(actual, 'image')) || '(none)'
}
