/**
 * What a container can be waited for: one table. The words of annotations, their synonyms, the stop order and the checks follow
 * from it. `Conditions` in docs/reference.md gives each one's meaning.
 */

export type Condition = 'started' | 'ready' | 'completed' | 'failed' | 'ended'

interface ConditionRow {
  /**
   * `life`: it holds while the target goes on, so the target is needed for as long as its dependents run, and stops after them.
   * `end`: it holds once the target has ended.
   */
  readonly of: 'life' | 'end'
  /** Whether it holds after the target has ended with success. What a living target promised stays true then. */
  readonly bySuccess: boolean
  /** Whether it holds after the target has failed, or was skipped and never started. */
  readonly byFailure: boolean
  /** The words of other platforms. Docker Compose: `depends_on.*.condition`; Fly.io: `depends_on`; Amazon ECS: `dependsOn`, in capitals. */
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

/** Conditions in the order in which they come to hold. */
export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly Condition[]

/** The condition that is meant where none is said. */
export const DEFAULT_CONDITION: Condition = 'ready'

/** The target has to go on for as long as its dependents run. */
export const isOfLife = (condition: Condition): boolean => CONDITIONS[condition].of === 'life'

/** The target has to end first. */
export const isOfEnd = (condition: Condition): boolean => CONDITIONS[condition].of === 'end'

/** The target has to end, and may do so with success: where the kubelet restarts it then, its wrapper stays (`--hold`). */
export const holdsTarget = (condition: Condition): boolean => isOfEnd(condition) && CONDITIONS[condition].bySuccess

/** Once it holds, the target has been started. */
export const impliesStart = (condition: Condition): boolean => !CONDITIONS[condition].byFailure

/** Every word of another platform that stands for a condition. */
export const SYNONYMS: readonly string[] = CONDITION_NAMES.flatMap((name) => CONDITIONS[name].synonyms)

/** What people write who guess. */
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

/** @returns the condition that is most likely meant by a word that is none. */
export function guessCondition(word: string): Condition | undefined {
  const typed = word.toLowerCase()
  return Object.hasOwn(GUESSES, typed) ? GUESSES[typed] : undefined
}

/** @returns the condition that another platform's word stands for; undefined for a word that is none. */
export function findSynonym(word: string): Condition | undefined {
  return CONDITION_NAMES.find((name) => CONDITIONS[name].synonyms.includes(word))
}
