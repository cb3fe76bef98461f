/** Follows the containers that stop before or after this one, and decides again when one of them changes or a time is reached. */
import type { Look, Wait } from '../flags/judge.ts'
import { containerOf, flagIn, parentOf } from '../flags/layout.ts'
import { type Observation, observe } from '../flags/observe.ts'
import type { FlagPorts } from '../flags/ports.ts'
import { readRecord } from '../flags/record.ts'
import { judgeKill, judgeMeaning, judgeTurn, type Peer, type TurnRule, type TurnVerdict } from './turn.ts'
import { startTimer } from '../base/timer.ts'

export interface TurnPorts extends FlagPorts {
  /** Monotonic, ms; the same clock in all containers of a machine. */
  readonly uptimeMs: () => number
}

export interface Pending {
  close(): void
}

/** Why the wait for the turn ended: no container holds the stop back, or the time for that is up. */
export type Turn = Exclude<TurnVerdict, { kind: 'wait' }>

/**
 * Calls `proceed` when it is this container's turn; at once if it already is.
 * @param followers the flag `stopped` of each
 * @param holding gets the names of the containers that hold the stop back, first and at each change
 */
export function awaitTurn(
  {
    followers,
    rule,
    beganMs,
  }: { readonly followers: readonly Wait[]; readonly rule: TurnRule; readonly beganMs: number },
  ports: TurnPorts,
  holding: (names: readonly string[]) => void,
  proceed: (turn: Turn) => void,
): Pending {
  let told = ''
  return followPeers(
    followers,
    ports,
    (peers, wake) => {
      const verdict = judgeTurn(peers, rule, beganMs, ports.uptimeMs())
      if (verdict.kind !== 'wait') return verdict
      wake(verdict.againMs)
      const names = verdict.holders.join(', ')
      if (names !== told) holding(verdict.holders)
      told = names
      return undefined
    },
    proceed,
  )
}

/**
 * Finds out whether a signal of unknown meaning is a stop signal: it is if other containers are being stopped.
 * @param others the flag `stopped` of each
 */
export function awaitMeaning(
  others: readonly Wait[],
  signal: { readonly atMs: number; readonly patienceMs: number },
  ports: TurnPorts,
  conclude: (isStop: boolean) => void,
): Pending {
  return followPeers(
    others,
    ports,
    (peers, wake) => {
      const meaning = judgeMeaning(peers, signal, ports.uptimeMs())
      if (meaning === undefined) wake(LOOK_MS)
      return meaning
    },
    conclude,
  )
}

/** Calls `kill` when the containers that stop after this one can wait no longer. */
export function awaitKill(
  { lower, killMs, beganMs }: { readonly lower: readonly Wait[]; readonly killMs: number; readonly beganMs: number },
  ports: TurnPorts,
  kill: (by: readonly string[]) => void,
): Pending {
  return followPeers(
    lower,
    ports,
    (peers, wake) => {
      const verdict = judgeKill(peers, killMs, beganMs, ports.uptimeMs())
      if (verdict === undefined) return undefined
      if (verdict.afterMs <= 0) return verdict.by
      wake(verdict.afterMs)
      return undefined
    },
    kill,
  )
}

const LOOK_MS = 100

/** Limits the time at which another container says its stop began. An impossible time counts as long ago, so that it gains no time. */
function boundMoment(saidMs: number | undefined, nowMs: number): number {
  return saidMs !== undefined && saidMs >= 0 && saidMs <= nowMs ? saidMs : 0
}

function followPeers<Answer>(
  peers: readonly Wait[],
  ports: TurnPorts,
  /** undefined: undecided; `wake` decides again after so many ms. */
  decide: (peers: readonly Peer[], wake: (afterMs: number) => void) => Answer | undefined,
  conclude: (answer: Answer) => void,
): Pending {
  let observation: Observation | undefined
  let timer: NodeJS.Timeout | undefined
  const wake = (afterMs: number): void => {
    clearTimeout(timer)
    timer = startTimer(() => observation?.look(), Math.ceil(afterMs))
  }
  const waits = peers.flatMap((stopped) => [stopped, { ...stopped, path: flagIn(parentOf(stopped.path), 'stopping') }])
  const lookAt = (stopped: Wait, index: number, looks: readonly Look[]): Peer => {
    const { file, link } = looks[2 * index] as Look
    const isMarked = looks[2 * index + 1]?.file === 'present'
    const { uptimeMs, unsure } = isMarked
      ? readRecord(ports.flags.read(flagIn(parentOf(stopped.path), 'stopping')) ?? '')
      : {}
    return {
      name: containerOf(stopped.label),
      // No socket: the container was never started. A lost connection: its wrapper was killed.
      alive: link === 'held' || link === 'connecting',
      stopped: file !== 'absent',
      stoppingMs: isMarked ? boundMoment(uptimeMs, ports.uptimeMs()) : undefined,
      unsure: unsure === true,
    }
  }
  observation = observe(
    waits,
    ports,
    (looks) =>
      decide(
        peers.map((stopped, index) => lookAt(stopped, index, looks)),
        wake,
      ),
    (answer) => {
      clearTimeout(timer)
      conclude(answer)
    },
  )
  return {
    close() {
      clearTimeout(timer)
      observation?.close()
    },
  }
}
