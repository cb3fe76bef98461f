/**
 * A command that restarts with its predecessors (`restart: true`) in one life of its container. Pure: takes events and times,
 * returns the state.
 *
 *         opened           lost              turn              ended
 *   gate --------> running ------> yielding ------> stopping --------> pausing
 *    ^                |  ended        |                 ended ^           |
 *    |                v               +-----------------------+           | due
 *    |              over                                                  |
 *    +--------------------------------------------------------------------+
 *
 * `yielding`: the command will stop after its dependents with `restart`. `pausing`: it waits before its next start, longer each
 * time while a predecessor flaps. `over`: the command ended by itself, or a stop was requested from outside. The wrapper then
 * ends, or starts another attempt (`retried`), which leads back to the gate.
 */

export type LivingPhase = 'gate' | 'running' | 'yielding' | 'stopping' | 'pausing' | 'over'

export interface Living {
  readonly phase: LivingPhase
  /** Restarts in a row, with less than a minute between them. */
  readonly flaps: number
  /** All restarts of this life. */
  readonly restarts: number
  /** When the gate was last opened; undefined: never. Monotonic ms, as are all times here. */
  readonly openedMs: number | undefined
  /** While pausing: when the gate may open again. */
  readonly dueMs: number
}

export type LivingEvent =
  | { readonly kind: 'opened'; readonly atMs: number }
  /** A predecessor has died, was restarted, or was not ready for too long. */
  | { readonly kind: 'lost'; readonly atMs: number }
  /** All dependents that restart with this container have stopped. */
  | { readonly kind: 'turn' }
  /** The command has ended. `own`: it was not stopped for a restart. */
  | { readonly kind: 'ended'; readonly atMs: number; readonly own: boolean }
  | { readonly kind: 'due'; readonly atMs: number }
  /** The command failed by itself, and another attempt follows in this life. */
  | { readonly kind: 'retried' }
  /** A stop was requested from outside. */
  | { readonly kind: 'told' }

/** After this time without a loss, the next loss counts as the first. */
const PEACE_MS = 60_000
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

export function beginLiving(): Living {
  return { phase: 'gate', flaps: 0, restarts: 0, openedMs: undefined, dueMs: 0 }
}

/** 0 s, 1 s, 2 s, 4 s, … 30 s. @param flaps includes this restart */
export function choosePause(flaps: number): number {
  return flaps <= 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (flaps - 2), LONGEST_PAUSE_MS)
}

/** Ignores events that do not apply to the current phase, because signals, timers and looks come at any time. */
export function stepLiving(living: Living, event: LivingEvent): Living {
  const { phase } = living
  if (phase === 'over') return event.kind === 'retried' ? { ...living, phase: 'gate' } : living
  switch (event.kind) {
    case 'told':
      return { ...living, phase: 'over' }
    case 'opened':
      return phase === 'gate' ? { ...living, phase: 'running', openedMs: event.atMs } : living
    case 'lost': {
      if (phase !== 'running') return living
      const peaceful = event.atMs - (living.openedMs ?? event.atMs) >= PEACE_MS
      return { ...living, phase: 'yielding', flaps: peaceful ? 1 : living.flaps + 1 }
    }
    case 'turn':
      return phase === 'yielding' ? { ...living, phase: 'stopping' } : living
    case 'ended':
      if (phase === 'running' || (phase === 'yielding' && event.own)) return { ...living, phase: 'over' }
      if (phase !== 'yielding' && phase !== 'stopping') return living
      return {
        ...living,
        phase: 'pausing',
        restarts: living.restarts + 1,
        dueMs: event.atMs + choosePause(living.flaps),
      }
    case 'retried':
      return living
    case 'due':
      return phase === 'pausing' && event.atMs >= living.dueMs ? { ...living, phase: 'gate' } : living
  }
}
