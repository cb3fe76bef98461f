/**
 * The kubelet's management of a pod: init containers one after another, then all other containers at once; restarts with back-off;
 * kills for failed probes and hooks; the deadline; the stop. Pure: it takes events with their time, and returns steps.
 *
 * Source: pkg/kubelet/kuberuntime (computePodActions, killContainer, doBackOff, terminationOrdering) and KEP-753 (sidecar
 * containers).
 */
import type { Event, Member, Rules, Step } from './pod-events.ts'
import { decideRestart } from './restart-decision.ts'
import { type StopReason, decideExitCode } from './pod-result.ts'
import { planRestart, type SupervisedContainer, createEntries } from './supervised-container.ts'

type Ended = Extract<Event, { readonly kind: 'ended' }>

/** The minimum grace period after a preStop hook, in ms (pkg/kubelet/kuberuntime, minimumGracePeriodInSeconds). */
const LEAST_GRACE_MS = 2000

/**
 * Creates the supervision of a pod.
 * @returns a function that takes an event and its monotonic time in ms, and returns the steps to take now. The event of an end may be
 * passed in shortly after events with a later time.
 */
export function supervise(members: readonly Member[], rules: Rules): (event: Event, atMs: number) => readonly Step[] {
  const entries = createEntries(members)
  const inits = [...entries.values()].filter(({ member }) => member.role !== 'app')
  const apps = [...entries.values()].filter(({ member }) => member.role === 'app')
  const sidecars = inits.filter(({ member }) => member.role === 'sidecar').toReversed()
  let initsDone = 0
  let appsLeft = apps.length
  const mains = rules.mainGiven ? apps.filter(({ member }) => member.main).length : Infinity
  let mainsLeft = mains
  /** The delay of a restart of all containers, in ms after the last end; undefined: no such restart is under way. */
  let renewal: number | undefined
  let othersRunning = 0
  let stopping: StopReason | 'Done' | undefined
  let stopEndMs = 0
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
        const entry = entryOf(event.container)
        if (entry !== inits[initsDone] || entry.member.role !== 'sidecar' || entry.state !== 'running') return
        initsDone++
        return advance(atMs)
      }
      case 'ended':
        return end(entryOf(event.container), event, atMs)
      case 'due': {
        const entry = entryOf(event.container)
        const { restarts = entry.restarts } = event
        if (entry.state === 'backing-off' && restarts === entry.restarts) start(entry, atMs)
        return
      }
      case 'anew':
        if (stopping === undefined) beginAnew(atMs)
        return
      case 'failed': {
        const entry = entryOf(event.container)
        if (entry.state !== 'running' || stopping !== undefined) return
        entry.killCause = event.cause
        return terminate(entry, atMs, atMs + (event.graceMs ?? rules.graceMs))
      }
      case 'told': {
        const { state, member, restarts, graceEndMs } = entryOf(event.container)
        if (state !== 'stopping') return
        const afterMs = Math.max(graceEndMs - atMs, LEAST_GRACE_MS)
        return later(afterMs, { kind: 'kill-one', container: member.name, restarts })
      }
      case 'stop':
        return stop(event.reason, atMs)
      case 'expire':
        for (const entry of sidecars) if (entry.state === 'running') terminate(entry, atMs, atMs)
        return
      case 'kill-one': {
        const { state, restarts } = entryOf(event.container)
        if (state === 'stopping' && restarts === event.restarts)
          steps.push({ kind: 'kill', container: event.container })
        return
      }
      case 'kill':
        for (const [container, { state }] of entries) {
          if (state === 'running' || state === 'stopping') steps.push({ kind: 'kill', container, hurried: true })
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

  function start(entry: SupervisedContainer, atMs: number): void {
    entry.state = 'running'
    entry.startedAtMs = atMs
    entry.killCause = undefined
    if (entry.member.role !== 'sidecar') othersRunning++
    steps.push({ kind: 'start', container: entry.member.name, restarts: entry.restarts })
  }

  function end(entry: SupervisedContainer, { exitCode, skipped = false, commandAtMs }: Ended, atMs: number): void {
    if (entry.member.role !== 'sidecar') othersRunning--
    entry.exitCode = exitCode
    entry.skipped = skipped
    entry.commandEndedAtMs = commandAtMs ?? atMs
    if (stopping === undefined && renewal === undefined) {
      const after = decideRestart(entry, { mainGiven: rules.mainGiven, workDone: mainsLeft === 0 })
      if (after === 'restarts') return backOff(entry, atMs)
      if (after === 'restarts all') return renew(entry, atMs)
    }
    entry.state = 'over'
    entry.endedAtMs = atMs
    if (stopping !== undefined) return goOnStopping(atMs)
    if (renewal !== undefined) return goOnRenewing()
    if (entry.member.role === 'init') {
      if (exitCode !== 0) return stop('Done', atMs)
      initsDone++
      return advance(atMs)
    }
    appsLeft--
    if (entry.member.main && --mainsLeft === 0) dropBackOffs()
    if (appsLeft === 0) stop('Done', atMs)
  }

  /**
   * Begins a restart of all containers (KEP-5532). The other containers get the stop signal without a preStop hook, and 2 s to end
   * (recorded from Kubernetes 1.36). The back-off is that of the container whose end causes the restart.
   */
  function renew(asking: SupervisedContainer, atMs: number): void {
    const { afterMs, backoff } = planRestart(asking, atMs, rules.backOff)
    asking.backoff = backoff
    asking.state = 'over'
    renewal = afterMs
    for (const entry of entries.values()) {
      if (entry.state === 'running') terminate(entry, atMs, atMs)
      else if (entry.state !== 'stopping') entry.state = 'over'
    }
    goOnRenewing()
  }

  function goOnRenewing(): void {
    if (renewal === undefined || [...entries.values()].some(({ state }) => state === 'stopping')) return
    for (const [container, entry] of entries) {
      steps.push({ kind: 'back-off', container, restarts: ++entry.restarts, afterMs: renewal })
    }
    later(renewal, { kind: 'anew' })
  }

  function beginAnew(atMs: number): void {
    renewal = undefined
    initsDone = 0
    appsLeft = apps.length
    mainsLeft = mains
    for (const entry of entries.values()) entry.state = 'idle'
    steps.push({ kind: 'renew' }, { kind: 'phase', phase: 'Pending' })
    advance(atMs)
  }

  function backOff(entry: SupervisedContainer, atMs: number): void {
    const { afterMs, backoff } = planRestart(entry, atMs, rules.backOff)
    entry.state = 'backing-off'
    entry.endedAtMs = atMs
    entry.backoff = backoff
    entry.restarts++
    const container = entry.member.name
    steps.push({ kind: 'back-off', container, restarts: entry.restarts, afterMs })
    later(afterMs, { kind: 'due', container, restarts: entry.restarts })
  }

  function dropBackOffs(): void {
    for (const entry of apps) {
      if (entry.state !== 'backing-off') continue
      entry.state = 'over'
      appsLeft--
    }
  }

  /** Stops the pod. Native sidecars stop after the others, last to first; the whole pod has one grace period. */
  function stop(reason: StopReason | 'Done', atMs: number): void {
    if (stopping !== undefined) return
    stopping = reason
    stopEndMs = atMs + rules.graceMs
    if (reason !== 'Done') steps.push({ kind: 'stopping', reason })
    for (const entry of entries.values()) {
      if (entry.state === 'idle' || entry.state === 'backing-off') entry.state = 'over'
      const container = entry.member.name
      if (entry.state === 'stopping') later(rules.graceMs, { kind: 'kill-one', container, restarts: entry.restarts })
      if (entry.state !== 'running') continue
      if (entry.member.role !== 'sidecar') terminate(entry, atMs, stopEndMs)
      else steps.push({ kind: 'prepare', container, graceMs: rules.graceMs })
    }
    if (sidecars.some(({ state }) => state === 'running')) later(rules.graceMs, { kind: 'expire' })
    goOnStopping(atMs)
  }

  function goOnStopping(atMs: number): void {
    if (othersRunning > 0) return
    const last = sidecars.find(({ state }) => state !== 'over')
    if (last === undefined) finish()
    else if (last.state === 'running') terminate(last, atMs, stopEndMs)
  }

  function terminate(entry: SupervisedContainer, atMs: number, graceEndMs: number): void {
    const { member, killCause: cause } = entry
    entry.state = 'stopping'
    entry.graceEndMs = graceEndMs
    steps.push({ kind: 'terminate', container: member.name, graceMs: Math.max(0, graceEndMs - atMs), cause })
  }

  function finish(): void {
    finished = true
    const reason = stopping === 'Done' ? undefined : stopping
    const ends = apps.filter(({ member }) => member.main)
    const exitCode = decideExitCode(ends, reason)
    const incomplete = apps.some((app) => app.exitCode !== 0)
    const phase = incomplete || reason === 'DeadlineExceeded' ? 'Failed' : 'Succeeded'
    steps.push({ kind: 'finish', verdict: { phase, exitCode, reason } })
  }

  function later(afterMs: number, event: Event): void {
    steps.push({ kind: 'later', afterMs, event })
  }

  function entryOf(container: string): SupervisedContainer {
    const entry = entries.get(container)
    if (entry === undefined) throw new Error(`no container ${container} in this pod`)
    return entry
  }
}
