/** The incarnations of a pod's containers: starts them, reports their events, and stops them. */
import { SIGKILL } from '../base/signal.ts'
import { needsCare } from '../probe/care.ts'
import type { RunEvent } from '../history/run-event.ts'
import type { KillCause } from '../pod/pod.ts'
import type { Event } from './pod-events.ts'
import { openLifecycle } from './lifecycle.ts'
import { createChecks } from './probing.ts'
import { cancelled, type ContainerEnd, deriveEnd } from './container-end.ts'
import { startLife, holdBack, type RunLife, release, wasSkipped } from './container-life.ts'
import { createLifeLook } from './life-look.ts'
import type { RunPorts } from './ports.ts'
import { tellUnstarted } from './unstarted.ts'
import type { ProcessEnd } from './processes.io.ts'
import type { PodPlan } from './prepare.ts'

type Ports = Pick<RunPorts, 'disk' | 'now' | 'clock' | 'prober'>

/** Reports an event. Returns a promise that resolves when the reader can take more; undefined when it can already. */
export type LifeReport = (event: RunEvent) => Promise<void> | undefined

export interface Lives {
  /**
   * Starts a new incarnation of a container.
   * @returns a promise that resolves after the postStart hook; until then the kubelet starts no other container. Undefined without a
   * hook.
   */
  start(container: string): Promise<void> | undefined
  /** Looks at the container's flags, and reports new events. */
  readonly look: (container: string) => void
  /** Runs the preStop hook before the container's turn to stop. */
  prepare(container: string, graceMs: number): void
  /** Runs the preStop hook, then sends the stop signal to the first process. @param cause undefined: the pod is stopped */
  terminate(container: string, graceMs: number, cause: KillCause | undefined): void
  /** Sends SIGKILL to all processes of the container. @param hurried whether the grace period is not over */
  kill(container: string, hurried: boolean): void
}

/** The longest wait for a container that is dying, in ms. It may also have restarted already, and then runs on. */
const DYING_MS = 1000

export function createLives(
  plan: PodPlan,
  ports: Ports,
  report: LifeReport,
  owner: { readonly hand: (event: Event, atMs: number) => void; readonly fail: (error: unknown) => void },
): Lives {
  const { now, clock } = ports
  const { traits, runDir, runtime, rules } = plan
  const tell = (event: RunEvent): void => void report(event)
  const lives = new Map<string, RunLife>()
  const checksOf = createChecks(runtime, ports)
  const { look, tellStarted, tellReadiness, tellEnd, timeOf } = createLifeLook(lives, runDir, ports, tell)

  function start(container: string): Promise<void> | undefined {
    const trait = traits.get(container)
    if (trait === undefined) throw new Error(`unknown container ${container}`)
    const own = runtime.start(container, (stream, lines) => {
      if (life.muted) return undefined
      const speak = () => tellOutput(container, stream, lines)
      return life.started || life.endReported ? speak() : holdBack(life, speak)
    })
    const life = startLife(trait, own, lives.get(container)?.incarnation)
    lives.set(container, life)
    own.exited
      .then(async (how) => {
        const atMs = clock()
        life.lifecycle?.close()
        handleExit(container, life, how)
        await Promise.all([own.end, awaitOrigin(container, life)])
        handleEnd(container, life, how, atMs)
      })
      .catch(owner.fail)
    if (own.failed) return undefined
    if (trait.waits.length > 0) tell({ event: 'waiting', atMs: now(), container, waitingFor: trait.waits })
    if (!trait.wrapped || trait.native || needsCare(trait.care)) {
      own.running().then((runs) => runs && !life.endReported && beginCare(container, life), owner.fail)
    }
    return trait.care.hooks.postStart === undefined ? undefined : life.begun.promise
  }

  /** Begins the probes and hooks, when the first process runs. */
  function beginCare(container: string, life: RunLife): void {
    const atMs = now()
    if (!life.trait.wrapped) tellStarted(container, life, { atMs, sinceMs: atMs, pid: life.own.pid })
    const ports = { clock, scale: rules.timeScale, checks: checksOf(container) }
    life.lifecycle = openLifecycle(life.trait.care, ports, {
      begun: life.begun.resolve,
      up() {
        life.up = true
        tellReadiness(container, life, now())
        owner.hand({ kind: 'started', container }, clock())
      },
      ready(ready, why) {
        life.answers = ready
        tellReadiness(container, life, now(), why)
      },
      unhealthy: (failures, threshold, message) =>
        tell({ event: 'unhealthy', atMs: now(), container, failures, threshold, message }),
      failed(cause, why, graceMs) {
        life.killReason = why
        owner.hand({ kind: 'failed', container, cause, graceMs }, clock())
      },
      preStopFailed: (message) => tell({ event: 'hook-failed', atMs: now(), container, message }),
      broken: owner.fail,
    })
    life.lifecycle.begin()
  }

  function tellOutput(container: string, stream: 'stdout' | 'stderr', lines: readonly string[]) {
    let congested: Promise<void> | undefined
    for (const line of lines) congested = report({ event: 'output', atMs: now(), container, stream, line })
    return congested
  }

  /** Handles the end of the first process. Its last output may not be read yet. */
  function handleExit(container: string, life: RunLife, how: ProcessEnd): void {
    look(container)
    if (how.kind === 'signalled' && life.trait.wrapped) {
      // The command of a killed wrapper may still run.
      life.own.kill(life.commandPid)
      if (life.reportedEnd === undefined) tellEnd(container, life, deriveEndOf(life, how))
    }
    // After a failed start the output is the runtime's. The message of the end repeats it.
    if (how.kind !== 'unstartable') release(life)
  }

  /**
   * Waits for the exit of the container because of which this one was skipped. The kernel closes the socket of a dying wrapper before
   * its exit can be seen, so the follower may be seen to end first.
   */
  async function awaitOrigin(container: string, life: RunLife): Promise<void> {
    const name = life.reportedEnd?.origin
    const origin = name === undefined || name === container ? undefined : lives.get(name)
    if (origin === undefined || origin.endReported || origin.own.failed) return
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, DYING_MS)))
    await Promise.race([origin.own.exited, limit])
    clearTimeout(timer)
  }

  /** Handles the end of the last output. @param atMs the monotonic time when the first process ended, in ms */
  function handleEnd(container: string, life: RunLife, how: ProcessEnd, atMs: number): void {
    look(container)
    life.ended = true
    const end = deriveEndOf(life, how)
    if (how.kind === 'unstartable' && life.trait.wrapped) tellUnstarted(container, how.why, plan, ports)
    if (!life.endReported) tellEnd(container, life, life.reportedEnd ?? end)
    const skipped = wasSkipped(life, life.reportedEnd?.reason ?? '')
    life.begun.resolve()
    const commandAtMs = Math.min(atMs, clock() - (now() - timeOf(life.reportedEnd?.at)))
    owner.hand({ kind: 'ended', container, exitCode: end.exitCode, skipped, commandAtMs }, atMs)
  }

  function deriveEndOf({ trait, started, toldMs, kill }: RunLife, how: ProcessEnd): ContainerEnd {
    const unheard = trait.wrapped && !started && toldMs !== undefined
    if (unheard && how.kind === 'signalled' && how.number !== SIGKILL) return cancelled(how.number)
    return deriveEnd(how, kill)
  }

  function findRunning(container: string): RunLife | undefined {
    const life = lives.get(container)
    return life === undefined || life.own.failed || life.ended ? undefined : life
  }

  /** Ends the probes and a running postStart hook. */
  function retire(container: string): RunLife | undefined {
    const life = findRunning(container)
    life?.lifecycle?.retire()
    return life
  }

  return {
    start,
    look: (container) => look(container),
    prepare: (container, graceMs) => void retire(container)?.lifecycle?.preStop(graceMs),
    terminate(container, graceMs, cause) {
      const life = retire(container)
      if (life === undefined) return
      const why = cause === undefined ? {} : { cause, message: life.killReason }
      tell({ event: 'stopping', atMs: now(), container, ...why })
      const terminate = (): void => {
        if (life.ended) return
        life.own.terminate()
        life.toldMs = clock()
        owner.hand({ kind: 'told', container }, clock())
      }
      const hook = life.lifecycle?.preStop(graceMs)
      if (hook === undefined) terminate()
      else hook.then(terminate).catch(owner.fail)
    },
    kill(container, hurried) {
      look(container)
      const life = findRunning(container)
      if (life?.toldMs !== undefined) life.kill ??= { afterMs: Math.round(clock() - life.toldMs), hurried }
      life?.own.kill(life.commandPid)
    },
  }
}
