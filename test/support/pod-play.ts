/** Runs a pod in virtual time. run/supervision.ts decides, and simulated containers follow. */
import type { Container, PodSpec } from '../../src/pod/pod.ts'
import { readCare } from '../../src/probe/care.ts'
import type { Event, Step } from '../../src/run/pod-events.ts'
import { DEFAULT_PACE } from '../../src/run/crash-back-off.ts'
import { planPod } from '../../src/run/prepare.ts'
import type { Runtime } from '../../src/run/runtime.ts'
import { supervise } from '../../src/run/supervision.ts'

export interface Player {
  /** The ends of its incarnations in sequence, each with the time in ms. Further incarnations run until they are stopped. */
  readonly ends?: readonly (readonly [exitCode: number, afterMs: number])[]
  /** The time in ms from the stop signal to the end; Infinity: it ignores the signal. */
  readonly drainMs?: number
  /** Its exit code after the stop signal. */
  readonly stopCode?: number
  /** For a native sidecar: the time in ms from its start to the success of its startupProbe. */
  readonly upMs?: number
}

export interface Play {
  /**
   * The events. `what` is `start`, `told` or `end CODE`; `preStop-begin` and `preStop-end` for hooks that run a command; for the pod
   * its phase.
   */
  readonly marks: readonly (readonly [atMs: number, container: string, what: string])[]
}

const NO_RUNTIME = {} as Runtime

/** @param acts external events, each with its time in ms @param untilMs the end of the simulation */
export function playPod(
  spec: PodSpec,
  players: Readonly<Record<string, Player>>,
  acts: readonly (readonly [atMs: number, event: Event])[],
  untilMs: number,
): Play {
  const names = { name: 'p', runDir: '', workspace: '', runtime: NO_RUNTIME }
  const { members, rules } = planPod({ template: { spec }, order: undefined } as never, spec, DEFAULT_PACE, names)
  const decide = supervise(members, rules)
  const hooks = new Map([...(spec.initContainers ?? []), ...spec.containers].map((one) => [one.name, readHook(one)]))
  const marks: [number, string, string][] = []
  const queue: { readonly atMs: number; readonly act: () => void }[] = []
  const lives = new Map<string, number>()
  const running = new Map<string, number>()
  const hookEnds = new Map<string, number>()
  let now = 0
  const at = (atMs: number, act: () => void): void => void queue.push({ atMs, act })
  const mark = (container: string, what: string): void => void marks.push([now, container, what])
  const hand = (event: Event): void => {
    for (const step of decide(event, now)) take(step)
  }

  hand({ kind: 'begin' })
  for (const [atMs, event] of acts) at(atMs, () => hand(event))
  for (;;) {
    // If several are due at the same time, the first one in the queue is taken.
    const next = queue.reduce<(typeof queue)[number] | undefined>(
      (a, b) => (a === undefined || b.atMs < a.atMs ? b : a),
      undefined,
    )
    if (next === undefined || next.atMs > untilMs) return { marks }
    queue.splice(queue.indexOf(next), 1)
    now = next.atMs
    next.act()
  }

  function end(container: string, life: number, exitCode: number): void {
    if (running.get(container) !== life) return
    running.delete(container)
    mark(container, `end ${exitCode}`)
    hand({ kind: 'ended', container, exitCode })
  }

  function beginHook(container: string, graceMs: number): number {
    const hook = hooks.get(container)
    const known = hookEnds.get(container)
    if (known !== undefined) return known
    if (hook === undefined || graceMs <= 0) return now
    const overMs = now + Math.min(hook.ms, graceMs)
    hookEnds.set(container, overMs)
    if (hook.silent) return overMs
    mark(container, 'preStop-begin')
    if (hook.ms <= graceMs) at(overMs, () => mark(container, 'preStop-end'))
    return overMs
  }

  function take(step: Step): void {
    switch (step.kind) {
      case 'start': {
        const { container } = step
        const life = (lives.get(container) ?? -1) + 1
        const { ends = [], upMs = 0 } = players[container] ?? {}
        const own = ends[life]
        lives.set(container, life)
        running.set(container, life)
        hookEnds.delete(container)
        mark(container, 'start')
        at(now + upMs, () => hand({ kind: 'started', container }))
        if (own !== undefined) at(now + own[1], () => end(container, life, own[0]))
        return
      }
      case 'later':
        return at(now + step.afterMs, () => hand(step.event))
      case 'prepare':
        return void beginHook(step.container, step.graceMs)
      case 'terminate': {
        const { container } = step
        const life = running.get(container) ?? -1
        at(Math.max(now, beginHook(container, step.graceMs)), () => {
          if (running.get(container) !== life) return
          mark(container, 'told')
          hand({ kind: 'told', container })
          const { drainMs = 0, stopCode = 143 } = players[container] ?? {}
          if (Number.isFinite(drainMs)) at(now + drainMs, () => end(container, life, stopCode))
        })
        return
      }
      case 'kill':
        return end(step.container, running.get(step.container) ?? -1, 137)
      case 'phase':
        return mark('', step.phase)
      case 'finish':
        return mark('', step.verdict.phase)
      case 'back-off':
      case 'renew':
      case 'stopping':
    }
  }
}

/** @returns the duration of the preStop hook in ms, and whether it writes no marks */
function readHook(container: Container): { readonly ms: number; readonly silent: boolean } | undefined {
  const hook = readCare(container, []).care.hooks.preStop
  if (hook?.kind === 'sleep') return { ms: hook.ms, silent: true }
  if (hook?.kind !== 'check' || hook.check.kind !== 'exec') return undefined
  return { ms: Number(hook.check.argv.at(-1)) * 1000, silent: false }
}
