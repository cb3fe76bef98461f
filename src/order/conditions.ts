/**
 * The table of conditions that a container can be waited for. The words of annotations, their synonyms, the stop order and the
 * checks are made from it. `Conditions` in docs/reference.md defines each condition.
 */

export type Condition = 'started' | 'ready' | 'completed' | 'failed' | 'ended'

interface ConditionRow {
  /**
   * `life`: the condition holds while the target runs. The dependents need the target until their end, and it stops after them.
   * `end`: the condition holds once the target has ended.
   */
  readonly of: 'life' | 'end'
  /** Whether the condition holds after the target has ended with success: `started` and `ready` stay true then. */
  readonly bySuccess: boolean
  /** Whether the condition holds after the target has failed, or was skipped and never started. */
  readonly byFailure: boolean
  /** Words of other platforms. Docker Compose: `depends_on.*.condition`; Fly.io: `depends_on`; Amazon ECS: `dependsOn`, in capitals. */
  readonly synonyms: readonly string[]
}

export const CONDITIONS: Readonly<Record<Condition, ConditionRow>> = {
  started: { of: 'life', bySuccess: true, byFailure: false, synonyms: ['service_started', 'START'] },
  ready: { of: 'life', bySuccess: true, byFailure: false, synonyms: ['service_healthy', 'healthy', 'HEALTHY'] },
  completed: {
    of: 'end',
    bySuccess: true,
    byFailure: false,
    synonyms: ['service_completed_successfully', 'exited_successfully', 'SUCCESS'],
  },
  failed: { of: 'end', bySuccess: false, byFailure: true, synonyms: [] },
  ended: { of: 'end', bySuccess: true, byFailure: true, synonyms: ['COMPLETE'] },
}

/** Conditions in the order in which they become true. */
export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly Condition[]

/** The condition of a dependency without one. */
export const DEFAULT_CONDITION: Condition = 'ready'

/** Whether the target must run as long as its dependents. */
export const isOfLife = (condition: Condition): boolean => CONDITIONS[condition].of === 'life'

/** Whether the target must end first. */
export const isOfEnd = (condition: Condition): boolean => CONDITIONS[condition].of === 'end'

/** Whether the target must end and may succeed. If the kubelet would restart it then, its wrapper holds the container (`--hold`). */
export const holdsTarget = (condition: Condition): boolean => isOfEnd(condition) && CONDITIONS[condition].bySuccess

/** Whether the target has surely been started when the condition holds. */
export const impliesStart = (condition: Condition): boolean => !CONDITIONS[condition].byFailure

/** All words of other platforms for conditions. */
export const SYNONYMS: readonly string[] = CONDITION_NAMES.flatMap((name) => CONDITIONS[name].synonyms)

/** Wrong words that users are likely to try. */
const GUESSES: Readonly<Record<string, Condition>> = {
  running: 'started',
  up: 'started',
  available: 'ready',
  complete: 'completed',
  success: 'completed',
  succeeded: 'completed',
  successful: 'completed',
  done: 'completed',
  finished: 'completed',
  error: 'failed',
  exited: 'ended',
  stopped: 'ended',
}

/** @returns the condition that an unknown word most likely means. */
export function guessCondition(word: string): Condition | undefined {
  const typed = word.toLowerCase()
  return Object.hasOwn(GUESSES, typed) ? GUESSES[typed] : undefined
}

/** @returns the condition of another platform's word; undefined when the word is unknown. */
export function findSynonym(word: string): Condition | undefined {
  return CONDITION_NAMES.find((name) => CONDITIONS[name].synonyms.includes(word))
}
