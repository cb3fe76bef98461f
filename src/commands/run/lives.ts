/** The lives of a pod's containers: each from the start of its process to its end, with what its flags tell on the way. */
import type { RunEvent } from '../../core/run-event.ts'
import type { Event } from '../../core/supervision.ts'
import { type End, weighEnd } from './ending.ts'
import { lookAt } from './follow.ts'
import type { ProcessEnd, RunPorts } from './ports.ts'
import type { PodPlan, Trait } from './prepare.ts'
import type { Started } from './runtime.ts'

type Ports = Pick<RunPorts, 'disk' | 'now' | 'clock'>

/** Tells what happened; a promise while the reader cannot keep up. */
export type Report = (event: RunEvent) => Promise<void> | undefined

export interface Lives {
  start(container: string): void
  /** Looks at its flags, and reports what is new. */
  readonly look: (container: string) => void
  /** SIGTERM to its first process. */
  terminate(container: string): void
  /** SIGKILL to all of it. */
  kill(container: string): void
}

interface Life {
  readonly trait: Trait
  readonly own: Started
  /** Of the life before: its flags are leftovers. */
  readonly before: string | undefined
  incarnation: string | undefined
  /** To tell of it, others are looked at first, and those may have it for a cause. */
  looking: boolean
  commandPid: number | undefined
  started: boolean
  ready: boolean
  /** Output from before it was known to be started. */
  readonly held: (() => void)[]
  /** Never started: what it wrote are its wrapper's own words, and they are in the message of its end. */
  muted: boolean
  /** What its wrapper has said of its end. */
  words: End | undefined
  /** Its end has been reported: with its flags, or with its process, whichever was noticed first. */
  told: boolean
  ended: boolean
}

/** Reasons of a wrapper whose command was never started because of somebody else. */
const SKIPPED = new Set(['Skipped', 'PredecessorDied'])

export function createLives(
  { traits, runDir, runtime }: PodPlan,
  ports: Ports,
  report: Report,
  owner: { readonly hand: (event: Event, atMs: number) => void; readonly fail: (error: unknown) => void },
): Lives {
  const { now, clock } = ports
  const tell = (event: RunEvent): void => void report(event)
  const lives = new Map<string, Life>()

  function start(container: string): void {
    const trait = traits.get(container)
    if (trait === undefined) throw new Error(`nothing is known of container ${container}`)
    const own = runtime.start(container, (stream, lines) => {
      if (life.muted) return undefined
      if (life.started || life.told) return tellOutput(container, stream, lines)
      // It has spoken, but the flag that says it has been started is still to come.
      const { promise, resolve } = Promise.withResolvers<void>()
      life.held.push(() => resolve(life.muted ? undefined : tellOutput(container, stream, lines)))
      return promise
    })
    const life: Life = {
      trait,
      own,
      before: lives.get(container)?.incarnation,
      incarnation: undefined,
      looking: false,
      commandPid: undefined,
      started: false,
      ready: false,
      held: [],
      muted: false,
      words: undefined,
      told: false,
      ended: false,
    }
    lives.set(container, life)
    own.exited
      .then((how) => {
        const atMs = clock()
        dissolve(container, life, how)
        return own.end.then(() => conclude(container, life, how, atMs))
      })
      .catch(owner.fail)
    if (own.failed) return
    if (trait.waits.length > 0) tell({ event: 'waiting', atMs: now(), container, waitingFor: trait.waits })
    if (!trait.wrapped) own.running().then((runs) => runs && acknowledge(container, life), owner.fail)
  }

  /** Nobody measures what is not wrapped: it is ready as soon as it runs, as without a probe in a cluster. */
  function acknowledge(container: string, life: Life): void {
    if (life.told) return
    const atMs = now()
    tellStarted(container, life, { atMs, sinceMs: atMs, pid: life.own.pid })
    tellReady(container, life, atMs)
    owner.hand({ kind: 'started', container }, clock())
  }

  function tellOutput(
    container: string,
    stream: 'stdout' | 'stderr',
    lines: readonly string[],
  ): Promise<void> | undefined {
    let congested: Promise<void> | undefined
    for (const line of lines) congested = report({ event: 'output', atMs: now(), container, stream, line })
    return congested
  }

  /** Its first process has ended; what it had to say is still on its way. */
  function dissolve(container: string, life: Life, how: ProcessEnd): void {
    look(container)
    if (how.kind === 'signalled' && life.trait.wrapped) {
      // A wrapper that was killed may have left its command behind.
      life.own.kill(life.commandPid)
      if (life.words === undefined) tellEnd(container, life, weighEnd(how))
    }
    // What a runtime says instead of starting it is not the container's, and comes with its end.
    if (how.kind !== 'unstartable') release(life)
  }

  function release(life: Life): void {
    for (const speak of life.held.splice(0)) speak()
  }

  /**
   * @param causedMs when what is about to be told has happened: only what came before may be its cause. An end is not held
   * back then until all its output is there.
   */
  function look(container: string, causedMs?: number): void {
    const life = lives.get(container)
    if (life === undefined || life.told || life.looking || !life.trait.wrapped) return
    life.looking = true
    readFlags(container, life, causedMs)
    life.looking = false
  }

  function readFlags(container: string, life: Life, causedMs: number | undefined): void {
    const { started, ready, ended, held } = lookAt(runDir, container, life.before, ports)
    const isDue = (at: string | undefined): boolean => causedMs === undefined || timeOf(at) <= causedMs
    life.incarnation ??= (started ?? ended)?.incarnation
    if (started !== undefined && !life.started && isDue(started.at)) {
      const atMs = timeOf(started.at)
      const sinceMs = timeOf(started.since)
      tellStarted(container, life, { atMs, sinceMs, pid: started.pid, waitedFor: started.waitedFor })
    }
    if (ready !== undefined && life.started && !life.ready && isDue(ready.at)) {
      tellReady(container, life, timeOf(ready.at))
    }
    if (ended !== undefined) {
      life.words = { exitCode: 0, reason: 'Completed', ...ended }
      const due = causedMs === undefined ? held : isDue(ended.at)
      return due ? tellEnd(container, life, life.words) : undefined
    }
    if (ready === undefined && life.ready && life.trait.measured) {
      life.ready = false
      tell({ event: 'unready', atMs: now(), container })
    }
  }

  function tellStarted(
    container: string,
    life: Life,
    how: { atMs: number; sinceMs: number; pid: number | undefined; waitedFor?: string | undefined },
  ): void {
    const { pid, waitedFor, ...times } = how
    life.started = true
    life.commandPid = pid
    // Who reads the events in their order shall find the cause first, whatever order they were noticed in.
    for (const cause of life.trait.causes) look(cause, times.atMs)
    tell({
      ...{ event: 'started', container, ...times },
      ...(pid === undefined ? {} : { pid }),
      ...(waitedFor === undefined ? {} : { waitedFor }),
    })
    release(life)
  }

  function tellReady(container: string, life: Life, atMs: number): void {
    life.ready = true
    tell({ event: 'ready', atMs, container, measured: life.trait.measured })
  }

  function tellEnd(container: string, life: Life, end: End): void {
    const { exitCode, reason, message } = end
    const atMs = timeOf(end.at)
    life.told = true
    const skipped = !life.started && SKIPPED.has(reason)
    // A failing command's `started` flag is gone with its life, at times before anybody could look.
    if (!life.started && (reason === 'Completed' || reason === 'Error')) {
      tellStarted(container, life, { atMs, sinceMs: atMs, pid: undefined })
    }
    for (const cause of life.trait.causes) look(cause, atMs)
    life.muted = !life.started && message !== undefined
    release(life)
    tell({
      ...{ event: skipped ? 'skipped' : 'ended', atMs, container, exitCode, reason },
      ...(message === undefined ? {} : { message }),
    })
  }

  function timeOf(text: string | undefined): number {
    const ms = Date.parse(text ?? '')
    return Number.isNaN(ms) ? now() : ms
  }

  /** @param atMs when its first process ended, monotonic */
  function conclude(container: string, life: Life, how: ProcessEnd, atMs: number): void {
    look(container)
    life.ended = true
    const end = weighEnd(how)
    if (!life.told) tellEnd(container, life, life.words ?? end)
    const skipped = !life.started && SKIPPED.has(life.words?.reason ?? '')
    owner.hand({ kind: 'ended', container, exitCode: end.exitCode, skipped }, atMs)
  }

  return {
    start,
    look: (container) => look(container),
    terminate(container) {
      const life = lives.get(container)
      if (life === undefined || life.own.failed || life.ended) return
      tell({ event: 'stopping', atMs: now(), container })
      life.own.terminate()
    },
    kill(container) {
      look(container)
      const life = lives.get(container)
      if (life === undefined || life.own.failed || life.ended) return
      life.own.kill(life.commandPid)
    },
  }
}
