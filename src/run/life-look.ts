/** Reports the events that a container's flags show: each once, in the order in which they happened, causes first. */
import { WORK_DONE } from '../entrypoint/outcome.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { ContainerEnd } from './container-end.ts'
import { isReady, release, type RunLife, wasSkipped } from './container-life.ts'
import type { FlagRecord } from '../flags/record.ts'
import { STARTS_ANEW } from '../history/history.ts'
import { lookAt } from './follow.ts'
import type { RunPorts } from './ports.ts'

interface Start {
  readonly atMs: number
  readonly sinceMs: number
  readonly pid: number | undefined
  readonly waitedFor?: string | undefined
}

export interface LifeLook {
  /**
   * Reads a container's flags, and reports new events.
   * @param causedMs the time of an event that will be reported next, ms since 1970. Only earlier events are reported, since only they
   * can be its cause. An earlier end is reported at once, without waiting for the rest of the container's output.
   */
  readonly look: (container: string, causedMs?: number) => void
  readonly tellStarted: (container: string, life: RunLife, how: Start) => void
  /** @param why the message of the probe because of which it is not ready */
  readonly tellReadiness: (container: string, life: RunLife, atMs: number, why?: string) => void
  readonly tellEnd: (container: string, life: RunLife, end: ContainerEnd) => void
  /** Parses a time in a flag, as ms since 1970; returns the current time if the text is not a time. */
  readonly timeOf: (text: string | undefined) => number
}

/** @param lives the latest incarnation of each container */
export function createLifeLook(
  lives: ReadonlyMap<string, RunLife>,
  runDir: string,
  ports: Pick<RunPorts, 'disk' | 'now'>,
  tell: (event: RunEvent) => void,
): LifeLook {
  const { now } = ports
  return { look, tellStarted, tellReadiness, tellEnd, timeOf }

  function look(container: string, causedMs?: number): void {
    const life = lives.get(container)
    if (life === undefined || life.endReported || life.looking || !life.trait.wrapped) return
    life.looking = true
    readFlags(container, life, causedMs)
    life.looking = false
  }

  function readFlags(container: string, life: RunLife, causedMs: number | undefined): void {
    const { started, ready, unready, restarting, ended, held } = lookAt(runDir, container, life.before, ports)
    const isDue = (at: string | undefined): boolean => causedMs === undefined || timeOf(at) <= causedMs
    life.incarnation ??= (started ?? ended)?.incarnation
    if (restarting?.reason === STARTS_ANEW && isDue(restarting.at)) tellRestart(container, life, restarting)
    // The whole restart happened between two looks.
    if (started?.restarts !== undefined && started.restarts > life.reportedRestarts && isDue(started.since)) {
      tellRestart(container, life, { ...started, at: started.since ?? started.at ?? '', exitCode: 0 })
    }
    if (started !== undefined && !life.started && isDue(started.at)) {
      const atMs = timeOf(started.at)
      const sinceMs = timeOf(started.since)
      tellStarted(container, life, { atMs, sinceMs, pid: started.pid, waitedFor: started.waitedFor })
    }
    if (ready !== undefined && life.started && isDue(ready.at)) {
      life.flagged = true
      tellReadiness(container, life, timeOf(ready.at))
    }
    if (ended !== undefined) {
      life.reportedEnd = { exitCode: 0, reason: 'Completed', ...ended }
      const due = causedMs === undefined ? held : isDue(ended.at)
      return due ? tellEnd(container, life, life.reportedEnd) : undefined
    }
    if (ready === undefined && life.flagged && life.trait.measured) {
      life.flagged = false
      if (unready !== undefined) life.unreadyAt = unready.at
      tellReadiness(container, life, now(), unready?.message)
    }
    if (unready !== undefined && ready === undefined && unready.at !== life.unreadyAt) {
      life.unreadyAt = unready.at
      tell({ event: 'not-ready', atMs: timeOf(unready.at), container, message: unready.message ?? 'no reason given' })
    }
  }

  /** Reports that a container stops, or has stopped, for a restart with its dependency. */
  function tellRestart(container: string, life: RunLife, record: Partial<FlagRecord>): void {
    const { restarts = 0, message, exitCode } = record
    if (!life.started || restarts <= life.reportedRestarts) return
    const atMs = timeOf(record.at)
    const why = message === undefined ? {} : { message }
    if (!life.stoppingForRestart) {
      for (const cause of life.trait.causes) look(cause, atMs)
      tell({ event: 'stopping', atMs, container, cause: 'predecessor', ...why })
    }
    life.stoppingForRestart = exitCode === undefined
    if (exitCode === undefined) return
    for (const dependent of life.trait.anew) look(dependent, atMs)
    tell({ event: 'ended', atMs, container, exitCode, reason: STARTS_ANEW, ...why })
    tell({ event: 'waiting', atMs, container, waitingFor: life.trait.waits })
    life.reportedRestarts = restarts
    for (const sign of ['started', 'flagged', 'ready'] as const) life[sign] = false
  }

  function tellStarted(container: string, life: RunLife, how: Start): void {
    const { pid, waitedFor, ...times } = how
    life.started = true
    life.commandPid = pid
    // Causes are reported first, even if they were noticed later.
    for (const cause of life.trait.causes) look(cause, times.atMs)
    tell({
      ...{ event: 'started', container, ...times },
      ...(pid === undefined ? {} : { pid }),
      ...(waitedFor === undefined ? {} : { waitedFor }),
    })
    release(life)
  }

  function tellReadiness(container: string, life: RunLife, atMs: number, why?: string): void {
    const ready = isReady(life)
    if (ready === life.ready || life.endReported) return
    life.ready = ready
    if (ready) tell({ event: 'ready', atMs, container, measured: life.trait.measured })
    else tell({ event: 'unready', atMs, container, ...(why === undefined ? {} : { message: why }) })
  }

  function tellEnd(container: string, life: RunLife, end: ContainerEnd): void {
    const { exitCode, reason, message, killedAfterMs } = end
    const atMs = timeOf(end.at)
    life.endReported = true
    const skipped = wasSkipped(life, reason)
    // The wrapper ended without a flag, so it never started its command. Its messages are on stderr only.
    const wordless = life.trait.wrapped && life.reportedEnd === undefined && reason !== 'StartError'
    // The wrapper removes the flag `started` of a failed command, sometimes before a look has seen it.
    if (!life.started && !wordless && (reason === 'Completed' || reason === 'Error')) {
      tellStarted(container, life, { atMs, sinceMs: atMs, pid: undefined })
    }
    for (const cause of life.trait.causes) look(cause, atMs)
    const isStop = life.toldMs !== undefined || message?.startsWith(WORK_DONE) === true
    for (const earlier of isStop ? life.trait.stopsAfter : []) look(earlier, atMs)
    life.muted = !life.started && !wordless && message !== undefined
    release(life)
    tell({
      ...{ event: skipped ? 'skipped' : 'ended', atMs, container, exitCode, reason },
      ...(message === undefined ? {} : { message }),
      ...(killedAfterMs === undefined ? {} : { killedAfterMs }),
    })
  }

  function timeOf(text: string | undefined): number {
    const ms = Date.parse(text ?? '')
    return Number.isNaN(ms) ? now() : ms
  }
}
