/**
 * A command that lives and dies with what it depends on (`restart: true`), inside one life of its container. Pure: what happens
 * and the time go in, the state comes out.
 *
 *         opened           lost              turn              ended
 *   gate --------> running ------> yielding ------> stopping --------> pausing
 *    ^                |  ended        |                 ended ^           |
 *    |                v               +-----------------------+           | due
 *    |              over                                                  |
 *    +--------------------------------------------------------------------+
 *
 * `yielding`: it is to stop, but those that restart with it stop first. `pausing`: it stands still, for longer each time while
 * what it depends on flaps. `over`: the end is the command's own, or somebody outside asked for it; the wrapper ends with it, or
 * tries again (`retried`), which leads back to the gate.
 */

export type LivingPhase = 'gate' | 'running' | 'yielding' | 'stopping' | 'pausing' | 'over'

export interface Living {
  readonly phase: LivingPhase
  /** Restarts in a row, without a minute of peace between them. */
  readonly flaps: number
  /** All restarts of this life. */
  readonly restarts: number
  /** When the gate was last opened; undefined: never. Monotonic ms, as all times here. */
  readonly openedMs: number | undefined
  /** While it pauses: when the gate may open again. */
  readonly dueMs: number
}

export type LivingEvent =
  | { readonly kind: 'opened'; readonly atMs: number }
  /** What it depends on has died, was started anew, or was not ready for too long. */
  | { readonly kind: 'lost'; readonly atMs: number }
  /** All that restart with it have stopped. */
  | { readonly kind: 'turn' }
  /** The command has ended. `own`: it was neither told to, nor is it to run again. */
  | { readonly kind: 'ended'; readonly atMs: number; readonly own: boolean }
  | { readonly kind: 'due'; readonly atMs: number }
  /** Its own end was a failure that is tried again in this life. */
  | { readonly kind: 'retried' }
  /** Somebody outside asks for the end. */
  | { readonly kind: 'told' }

/** After so long without a loss the next one counts as the first. */
const PEACE_MS = 60_000
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

export function beginLiving(): Living {
  return { phase: 'gate', flaps: 0, restarts: 0, openedMs: undefined, dueMs: 0 }
}

/** 0 s, 1 s, 2 s, 4 s, … 30 s. @param flaps this restart among them */
export function choosePause(flaps: number): number {
  return flaps <= 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (flaps - 2), LONGEST_PAUSE_MS)
}

/** What makes no sense in a phase changes nothing: signals, timers and looks come when they like. */
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
