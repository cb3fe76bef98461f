/** Runs the pod: passes ends, timers and signals to the supervision, and carries out its steps. */
import type { PodEvent } from '../history/run-event.ts'
import type { Event, Step } from './pod-events.ts'
import { supervise } from './supervision.ts'
import type { StopReason, PodResult } from './pod-result.ts'
import { followFlags } from './follow.ts'
import { createLives, type LifeReport } from './lives.ts'
import type { RunPorts } from './ports.ts'
import type { PodPlan } from './prepare.ts'
import { startTimer } from '../base/timer.ts'

type Ports = Pick<RunPorts, 'disk' | 'watchDirectories' | 'terminal' | 'now' | 'clock' | 'prober'>

const STOP_MESSAGES: Readonly<Record<StopReason, string>> = {
  Interrupted: 'stopping; Ctrl-C again kills',
  DeadlineExceeded: 'stopping: its activeDeadlineSeconds have passed',
}

/**
 * Runs the pod until it ends.
 * @param listen gets a callback for interrupts: the first one stops the pod as if it were deleted, the second one kills it
 * @returns the result of the pod, when all started processes have ended as far as the runtime knows
 */
export async function runPod(
  plan: PodPlan,
  listen: (interrupt: () => void) => void,
  ports: Ports,
  report: LifeReport,
): Promise<PodResult> {
  const { promise, resolve, reject } = Promise.withResolvers<PodResult>()
  const decide = supervise(plan.members, plan.rules)
  const timers = new Set<NodeJS.Timeout>()
  const toStart: string[] = []
  const events: (readonly [Event, number])[] = []
  let taking = false
  let starting = false
  let interrupted = false
  const lives = createLives(plan, ports, report, { hand: guard(hand), fail: reject })

  const wrapped = [...plan.traits].flatMap(([name, trait]) => (trait.wrapped ? [name] : []))
  const warn = (message: string): void => ports.terminal.complain(`podorder: warning: ${message}`)
  const watch = await followFlags(plan.runDir, wrapped, ports, guard(lives.look), warn)
  try {
    listen(guard(interrupt))
    hand({ kind: 'begin' })
    return await promise
  } finally {
    for (const timer of timers) clearTimeout(timer)
    await watch.close()
  }

  /** An exception in a callback is a bug. It ends the run instead of the program, so that the run can clean up. */
  function guard<Args extends readonly unknown[]>(call: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        call(...args)
      } catch (error) {
        reject(error)
      }
    }
  }

  function interrupt(): void {
    hand(interrupted ? { kind: 'kill' } : { kind: 'stop', reason: 'Interrupted' })
    interrupted = true
  }

  /** Handles events one after another. A step may cause the next event before all steps of this event are carried out. */
  function hand(event: Event, atMs: number = ports.clock()): void {
    events.push([event, atMs])
    if (taking) return
    taking = true
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      for (const step of decide(...next)) take(step)
    }
    taking = false
  }

  function take(step: Step): void {
    const atMs = ports.now()
    switch (step.kind) {
      case 'start':
        toStart.push(step.container)
        if (!starting) setImmediate(guard(startNext))
        starting = true
        return
      case 'back-off': {
        const { container, restarts, afterMs } = step
        return void report({ event: 'restarting', atMs, container, restarts, afterMs })
      }
      case 'prepare':
        return lives.prepare(step.container, step.graceMs)
      case 'terminate':
        return cancelStart(step.container) ? undefined : lives.terminate(step.container, step.graceMs, step.cause)
      case 'kill':
        return cancelStart(step.container) ? undefined : lives.kill(step.container, step.hurried === true)
      case 'renew':
        for (const name of wrapped) ports.disk.emptyDirectory(`${plan.runDir}/${name}`)
        return
      case 'later':
        return ring(step.afterMs, step.event)
      case 'phase':
        return void report({
          event: 'pod',
          atMs,
          phase: step.phase,
          ...(step.phase === 'Pending' ? introduce(plan) : {}),
        })
      case 'stopping': {
        const { reason } = step
        return void report({ event: 'pod', atMs, phase: 'Stopping', reason, message: STOP_MESSAGES[reason] })
      }
      case 'finish':
        return resolve(step.verdict)
    }
  }

  function ring(afterMs: number, event: Event): void {
    const timer = startTimer(
      guard(() => {
        timers.delete(timer)
        hand(event)
      }),
      afterMs,
    )
    timers.add(timer)
  }

  /**
   * Starts one container in each turn of the event loop, so that output and Ctrl-C are handled even during a thousand starts. A
   * postStart hook delays the next starts, as in the kubelet.
   */
  function startNext(): void {
    const container = toStart.shift()
    starting = container !== undefined
    if (container === undefined) return
    const begun = lives.start(container)
    if (begun === undefined) setImmediate(guard(startNext))
    else begun.then(guard(startNext), reject)
  }

  /** Cancels a start that has not happened yet. @returns whether there was one */
  function cancelStart(container: string): boolean {
    const index = toStart.indexOf(container)
    if (index === -1) return false
    toStart.splice(index, 1)
    hand({ kind: 'ended', container, exitCode: undefined })
    return true
  }
}

function introduce({ name, members, note }: PodPlan): Pick<PodEvent, 'name' | 'containers' | 'message'> {
  const told = note === undefined ? {} : { message: note }
  return { name, containers: members.map((member) => member.name), ...told }
}
