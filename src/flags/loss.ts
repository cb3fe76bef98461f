/** Judges whether a predecessor is still in the state it had when the gate opened (`restart: true`). Pure. */
import type { Look, Wait } from './judge.ts'
import { containerOf } from './layout.ts'
import type { FlagRecord } from './record.ts'

/** The observed state of a predecessor. */
export interface PredecessorView {
  /** The awaited file. */
  readonly condition: Look
  /** The text of its flag `started`, which differs for each start of a command; undefined: there is no flag. */
  readonly started: string | undefined
  /** Its flag `restarting`. */
  readonly restarting: Partial<FlagRecord> | undefined
  /** Its flag `completed`, else `stopped`. */
  readonly ended: Partial<FlagRecord> | undefined
}

/** `unready`: it is alive, but no longer ready. */
export type LossVerdict =
  | { readonly kind: 'kept' | 'unready' }
  | {
      readonly kind: 'lost'
      /** A clause with the predecessor's name. */
      readonly why: string
      /** The container in which the loss began. */
      readonly origin: string
    }

/** @param started its flag `started` when the gate opened */
export function judgeLoss(wait: Wait, view: PredecessorView, started: string | undefined): LossVerdict {
  const { condition, restarting, ended } = view
  const name = containerOf(wait.label)
  const lost = (what: string, origin = name): LossVerdict => ({ kind: 'lost', why: `${name} ${what}`, origin })
  // After the last run of the predecessor, its `started` may still be valid.
  if (restarting !== undefined && condition.file === 'absent') {
    const isEnd = restarting.reason !== undefined && restarting.reason !== 'PredecessorLost'
    return isEnd
      ? lost(wordEnd(restarting))
      : lost(`restarts: ${restarting.message ?? 'it reported so'}`, restarting.origin)
  }
  const dead = condition.link === 'lost' && !condition.concluded
  if (condition.file !== 'absent' && !dead) {
    return started === undefined || view.started === undefined || view.started === started
      ? { kind: 'kept' }
      : lost('was started anew')
  }
  // A container that has completed and is held keeps its conditions.
  if (ended?.held === true) return { kind: 'kept' }
  if (ended !== undefined) return lost(wordEnd(ended))
  if (condition.link === 'lost') return lost('was killed')
  if (started !== undefined && view.started !== started) return lost('has ended')
  return started === undefined ? lost('is gone') : { kind: 'unready' }
}

function wordEnd({ reason, message }: Partial<FlagRecord>): string {
  if (reason === 'Completed') return 'has ended'
  return message === undefined ? 'has failed' : `has failed: ${message}`
}
