/**
 * The life of a pod as the kubelet leads it: init containers one after another, then all the others at once, restarts with
 * back-off, the deadline, the stop. Pure: events go in with their time, steps to be taken come out.
 *
 * Source: pkg/kubelet/kuberuntime (computePodActions, doBackOff, terminationOrdering) and KEP-753 (sidecar containers).
 */
import { type Backoff, beginBackoff, nextRestart, shouldRestart } from './backoff.ts'
import type { RestartPolicy } from './pod.ts'
import { type StopReason, type Verdict, weighExit } from './verdict.ts'

/** `sidecar`: an init container with restartPolicy Always; the next one does not wait for its end. */
export type Role = 'init' | 'sidecar' | 'app'

export interface Member {
  readonly name: string
  readonly role: Role
  /** Its end counts for the pod's: named in `podorder.io/main`, or an app while none is named. */
  readonly main: boolean
}

export interface Rules {
  readonly restartPolicy: RestartPolicy
  /** `podorder.io/main` was given: the main containers' end is the end of the work. */
  readonly mainGiven: boolean
  readonly graceMs: number
  readonly deadlineMs: number | undefined
  /** Back-off and deadline are so many times as long; 1 is the kubelet's own. */
  readonly timeScale: number
}

export type Event =
  | { readonly kind: 'begin' }
  | { readonly kind: 'started'; readonly container: string }
  | {
      readonly kind: 'ended'
      readonly container: string
      /** Undefined: it was told to stop before it could be started. */
      readonly exitCode: number | undefined
      /** It was never started, since another had failed. */
      readonly skipped?: boolean
    }
  | { readonly kind: 'due'; readonly container: string }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'kill' }

type Ended = Extract<Event, { readonly kind: 'ended' }>

export type Step =
  | { readonly kind: 'start'; readonly container: string; readonly restarts: number }
  | { readonly kind: 'back-off'; readonly container: string; readonly restarts: number; readonly afterMs: number }
  /** SIGTERM to the container's first process. */
  | { readonly kind: 'terminate'; readonly container: string }
  /** SIGKILL to all of it. */
  | { readonly kind: 'kill'; readonly container: string }
  /** Hand in this event after so many ms. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly event: Event }
  | { readonly kind: 'phase'; readonly phase: 'Pending' | 'Running' }
  | { readonly kind: 'stopping'; readonly reason: StopReason }
  | { readonly kind: 'finish'; readonly verdict: Verdict }

interface Seat {
  readonly member: Member
  state: 'idle' | 'running' | 'stopping' | 'backing-off' | 'over'
  backoff: Backoff
  restarts: number
  startedAtMs: number
  endedAtMs: number
  exitCode: number | undefined
  skipped: boolean
}

/**
 * @returns a function that takes one event, with its monotonic time in ms, and says what to do now; ends may be handed in a
 * little later than others that came after them
 */
export function supervise(members: readonly Member[], rules: Rules): (event: Event, atMs: number) => readonly Step[] {
  const seats = new Map<string, Seat>(
    members.map((member) => [
      member.name,
      {
        member,
        state: 'idle',
        backoff: beginBackoff(),
        restarts: 0,
        startedAtMs: 0,
        endedAtMs: 0,
        exitCode: undefined,
        skipped: false,
      },
    ]),
  )
  const inits = [...seats.values()].filter(({ member }) => member.role !== 'app')
  const apps = [...seats.values()].filter(({ member }) => member.role === 'app')
  const sidecars = inits.filter(({ member }) => member.role === 'sidecar').toReversed()
  let initsDone = 0
  let appsLeft = apps.length
  let mainsLeft = rules.mainGiven ? apps.filter(({ member }) => member.main).length : Infinity
  let othersRunning = 0
  let stopping: StopReason | 'Done' | undefined
  let finished = false
  let steps: Step[] = []

  return (event, atMs) => {
    steps = []
    if (!finished) take(event, atMs)
    return steps
  }

  function take(event: Event, atMs: number): void {
    switch (event.kind) {
      case 'begin':
        if (rules.deadlineMs !== undefined) {
          later(rules.deadlineMs * rules.timeScale, { kind: 'stop', reason: 'DeadlineExceeded' })
        }
        steps.push({ kind: 'phase', phase: 'Pending' })
        return advance(atMs)
      case 'started': {
        const seat = seatOf(event.container)
        if (seat !== inits[initsDone] || seat.member.role !== 'sidecar' || stopping !== undefined) return
        initsDone++
        return advance(atMs)
      }
      case 'ended':
        return end(seatOf(event.container), event, atMs)
      case 'due': {
        const seat = seatOf(event.container)
        if (seat.state === 'backing-off') start(seat, atMs)
        return
      }
      case 'stop':
        return stop(event.reason)
      case 'kill':
        for (const [container, { state }] of seats) {
          if (state === 'running' || state === 'stopping') steps.push({ kind: 'kill', container })
        }
    }
  }

  function advance(atMs: number): void {
    const next = inits[initsDone]
    if (next !== undefined) {
      if (next.state === 'idle') start(next, atMs)
      return
    }
    steps.push({ kind: 'phase', phase: 'Running' })
    for (const app of apps) start(app, atMs)
  }

  function start(seat: Seat, atMs: number): void {
    seat.state = 'running'
    seat.startedAtMs = atMs
    if (seat.member.role !== 'sidecar') othersRunning++
    steps.push({ kind: 'start', container: seat.member.name, restarts: seat.restarts })
  }

  function end(seat: Seat, { exitCode, skipped = false }: Ended, atMs: number): void {
    if (seat.member.role !== 'sidecar') othersRunning--
    seat.exitCode = exitCode
    seat.skipped = skipped
    seat.endedAtMs = atMs
    if (stopping === undefined && mustRestart(seat)) return backOff(seat, atMs)
    seat.state = 'over'
    if (stopping !== undefined) return goOnStopping()
    if (seat.member.role === 'init') {
      if (exitCode !== 0) return stop('Done')
      initsDone++
      return advance(atMs)
    }
    appsLeft--
    if (seat.member.main && --mainsLeft === 0) dropBackOffs()
    if (appsLeft === 0) stop('Done')
  }

  /**
   * Once the main containers have ended nothing is started again. Under restartPolicy Always the kubelet would; here the
   * main containers' success is the end, or a run could never end by itself.
   */
  function mustRestart({ member, exitCode = 1 }: Seat): boolean {
    if (member.role === 'sidecar') return true
    if (member.role === 'init') return exitCode !== 0 && rules.restartPolicy !== 'Never'
    if (mainsLeft === 0 || (rules.mainGiven && member.main && exitCode === 0)) return false
    return shouldRestart(rules.restartPolicy, exitCode)
  }

  function backOff(seat: Seat, atMs: number): void {
    const ranMs = atMs - seat.startedAtMs
    const { afterMs, backoff } = nextRestart(seat.backoff, ranMs, rules.timeScale)
    seat.state = 'backing-off'
    seat.backoff = backoff
    seat.restarts++
    const container = seat.member.name
    steps.push({ kind: 'back-off', container, restarts: seat.restarts, afterMs })
    later(afterMs, { kind: 'due', container })
  }

  function dropBackOffs(): void {
    for (const seat of apps) {
      if (seat.state !== 'backing-off') continue
      seat.state = 'over'
      appsLeft--
    }
  }

  /** Native sidecars outlive the others, and stop last to first; the grace period is one for the whole pod. */
  function stop(reason: StopReason | 'Done'): void {
    if (stopping !== undefined) return
    stopping = reason
    if (reason !== 'Done') steps.push({ kind: 'stopping', reason })
    for (const seat of seats.values()) {
      if (seat.state !== 'running') seat.state = 'over'
      else if (seat.member.role !== 'sidecar') terminate(seat)
    }
    later(rules.graceMs, { kind: 'kill' })
    goOnStopping()
  }

  function goOnStopping(): void {
    if (othersRunning > 0) return
    const last = sidecars.find(({ state }) => state !== 'over')
    if (last === undefined) finish()
    else if (last.state === 'running') terminate(last)
  }

  function terminate(seat: Seat): void {
    seat.state = 'stopping'
    steps.push({ kind: 'terminate', container: seat.member.name })
  }

  function finish(): void {
    finished = true
    const reason = stopping === 'Done' ? undefined : stopping
    const exitCode = weighExit(
      apps.filter(({ member }) => member.main),
      reason,
    )
    const incomplete = apps.some((app) => app.exitCode !== 0)
    const phase = incomplete || reason === 'DeadlineExceeded' ? 'Failed' : 'Succeeded'
    steps.push({ kind: 'finish', verdict: { phase, exitCode, reason } })
  }

  function later(afterMs: number, event: Event): void {
    steps.push({ kind: 'later', afterMs, event })
  }

  function seatOf(container: string): Seat {
    const seat = seats.get(container)
    if (seat === undefined) throw new Error(`no container ${container} in this pod`)
    return seat
  }
}
