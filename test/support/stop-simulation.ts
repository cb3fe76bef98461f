/**
 * Simulates the stop of a pod in virtual time. It uses the plan of order/stopping.ts, the decisions of entrypoint/turn.ts, and the
 * timing of a recorded kubelet. It makes no decisions itself.
 */
import { judgeKill, judgeTurn, type Peer, chooseAlone } from '../../src/entrypoint/turn.ts'
import type { Order } from '../../src/order/order.ts'
import { LEAST_GRACE_MS, planStops, type Stop } from '../../src/order/stopping.ts'

export interface Actor {
  /** The time in ms from the begin of the kubelet's stop to the signal or hook. */
  readonly skewMs: number
  /** The duration of its preStop hook in ms; undefined: no hook; Infinity: the hook hangs. */
  readonly hookMs: number | undefined
  /** The time in ms from the stop signal to the end; Infinity: it ignores the signal. */
  readonly drainMs: number
  /** The time in ms from the begin of the kubelet's stop to its own end; negative: it had ended before. */
  readonly endsMs: number | undefined
  /** Whether its wrapper ends too without writing flags. */
  readonly silent: boolean
  /** Whether it still waits for its start. */
  readonly waiting: boolean
  /** Whether its stop signal is unknown to the wrapper, and it has no followers that could confirm the stop. */
  readonly unsure: boolean
}

export interface Scene {
  readonly order: Order
  readonly graceMs: number
  readonly actors: ReadonlyMap<string, Actor>
  /** The only container that is stopped, because of its liveness probe; undefined: the whole pod is stopped. */
  readonly only: string | undefined
}

export interface Fate {
  readonly name: string
  readonly stop: Stop | undefined
  askedMs: number | undefined
  hookMs: number | undefined
  hookEndMs: number | undefined
  hookCut: boolean
  toldMs: number | undefined
  late: boolean
  endMs: number | undefined
  killedBy: 'wrapper' | 'kubelet' | undefined
  /** The containers for which the wrapper has killed it. */
  killedFor: readonly string[]
}

/** The additional time in ms until the process of a hook runs, compared with a signal. Recorded. */
const HOOK_MS = 200

/** The time in ms from the end of a hook to the signal. Recorded. */
const SIGNAL_MS = 25

/** Runs the simulation. It examines exactly the times at which something may happen. */
export function simulateStop({ order, graceMs, actors, only }: Scene): ReadonlyMap<string, Fate> {
  const wholeMs = Math.max(graceMs, LEAST_GRACE_MS)
  const stops = planStops(order, graceMs)
  const aloneMs = chooseAlone(wholeMs)
  const fates = new Map<string, Fate>(
    order.containers.map((name) => [
      name,
      {
        ...{ name, stop: stops.get(name), askedMs: undefined, hookMs: undefined, hookEndMs: undefined, hookCut: false },
        ...{ toldMs: undefined, late: false, endMs: undefined, killedBy: undefined, killedFor: [] },
      },
    ]),
  )
  const moments = [0]
  const at = (ms: number): void => {
    if (Number.isFinite(ms)) moments.push(ms)
  }
  // The process of a hook begins later than a signal would arrive.
  const actorOf = (name: string): Actor => {
    const actor = actors.get(name) as Actor
    return actor.hookMs === undefined || graceMs === 0 ? actor : { ...actor, skewMs: actor.skewMs + HOOK_MS }
  }
  const stopped = [...fates.values()].filter(({ name }) => only === undefined || only === name)
  for (const { name } of stopped) {
    const { skewMs, endsMs } = actorOf(name)
    for (const ms of [skewMs, endsMs ?? 0, wholeMs]) at(ms)
  }
  for (const { endsMs } of actors.values()) at(endsMs ?? 0)

  const peerOf = (name: string): Peer => {
    const fate = fates.get(name) as Fate
    const actor = actorOf(name)
    const gone = fate.endMs !== undefined
    return {
      name,
      alive: !gone,
      stopped: gone && !actor.silent,
      stoppingMs: fate.askedMs,
      unsure: actor.unsure && fate.askedMs !== undefined && (fate.stop?.after.length ?? 0) === 0,
    }
  }

  for (let now = next(-Infinity); now !== undefined; now = next(now)) {
    // Another container may wait for an end at this moment, so the steps are repeated until nothing changes.
    const moment = now
    for (let moved = true; moved;) moved = [...fates.values()].some((fate) => step(fate, moment))
  }
  return fates

  function next(after: number): number | undefined {
    let soonest: number | undefined
    for (const ms of moments) if (ms > after && (soonest === undefined || ms < soonest)) soonest = ms
    return soonest
  }

  /** @returns whether anything has changed */
  function step(fate: Fate, now: number): boolean {
    if (fate.endMs !== undefined) return false
    const actor = actorOf(fate.name)
    if (actor.endsMs !== undefined && now >= actor.endsMs) return end(fate, now)
    if (!stopped.includes(fate) || now < actor.skewMs) return false
    if (fate.askedMs === undefined) {
      fate.askedMs = now
      if (actor.waiting) return end(fate, now)
      return true
    }
    if (fate.toldMs === undefined) return approach(fate, actor, fate.askedMs, now)
    if (now >= fate.toldMs + actor.drainMs) return end(fate, now)
    if (now >= Math.max(wholeMs, fate.hookEndMs === undefined ? 0 : fate.toldMs + LEAST_GRACE_MS)) {
      return end(fate, now, 'kubelet')
    }
    return limit(fate, fate.askedMs, now)
  }

  function end(fate: Fate, now: number, killedBy?: 'wrapper' | 'kubelet'): true {
    fate.endMs = now
    fate.killedBy = killedBy
    return true
  }

  /** Simulates the time until its command gets the stop signal. */
  function approach(fate: Fate, actor: Actor, askedMs: number, now: number): boolean {
    const { stop } = fate
    const hooked = actor.hookMs !== undefined && graceMs > 0
    // When the grace period is over, the kubelet abandons a hook, and kills a container without a hook.
    const isOver = now >= wholeMs
    if (hooked && fate.hookMs !== undefined && fate.hookEndMs === undefined)
      return followHook(fate, actor, askedMs, now)
    if (hooked && fate.hookEndMs !== undefined && now < fate.hookEndMs + SIGNAL_MS && !isOver) return false
    if (isOver && !hooked) return end(fate, now, 'kubelet')
    if (stop !== undefined && stop.after.length > 0) {
      const rule = { aloneMs, waitMs: stop.waitMs }
      const verdict = judgeTurn(stop.after.map(peerOf), rule, askedMs, now)
      if (verdict.kind === 'wait' && !(hooked && isOver)) {
        at(now + verdict.againMs)
        return false
      }
      fate.late ||= verdict.kind === 'late'
    }
    if (hooked && fate.hookMs === undefined && !isOver) {
      fate.hookMs = now
      at(now + (actor.hookMs ?? 0))
      if (stop?.killMs !== undefined) at(askedMs + cutOf(stop.killMs))
      return true
    }
    fate.toldMs = now
    if (hooked) fate.hookEndMs ??= now
    at(now + actor.drainMs)
    at(now + LEAST_GRACE_MS)
    if (stop?.killMs !== undefined) at(askedMs + stop.killMs)
    return true
  }

  function followHook(fate: Fate, actor: Actor, askedMs: number, now: number): boolean {
    const killMs = fate.stop?.killMs
    const verdict =
      killMs === undefined || now < askedMs + cutOf(killMs)
        ? undefined
        : judgeKill((fate.stop?.before ?? []).map(peerOf), cutOf(killMs), askedMs, now)
    fate.hookCut = verdict !== undefined && verdict.afterMs <= 0
    if (verdict !== undefined && !fate.hookCut) at(now + verdict.afterMs)
    if (!fate.hookCut && now < (fate.hookMs ?? 0) + (actor.hookMs ?? 0) && now < wholeMs) return false
    fate.hookEndMs = now
    at(now + SIGNAL_MS)
    return true
  }

  function limit(fate: Fate, askedMs: number, now: number): boolean {
    const { killMs, before } = fate.stop ?? { killMs: undefined, before: [] }
    if (killMs === undefined || now < askedMs + killMs) return false
    const verdict = judgeKill(before.map(peerOf), killMs, askedMs, now)
    if (verdict === undefined) return false
    at(now + verdict.afterMs)
    if (verdict.afterMs > 0) return false
    fate.killedFor = verdict.by
    return end(fate, now, 'wrapper')
  }
}

/** Returns the time limit of a hook, as in entrypoint/pre-stop.ts. */
function cutOf(killMs: number): number {
  return killMs - Math.min(500, killMs / 10)
}
