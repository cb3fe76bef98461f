/** The state of a wait at one moment. Pure. */
import { listFirst } from '../base/wording.ts'
import type { Subject } from './subject.ts'

export interface TargetResult {
  readonly met: boolean
  /** Why the wait can never be met without a new attempt by somebody else. */
  readonly impossible: string | undefined
  /** What is missing, or what has met the wait, in one clause. */
  readonly why: string
}

export function met(why: string): TargetResult {
  return { met: true, impossible: undefined, why }
}

export function waiting(why: string): TargetResult {
  return { met: false, impossible: undefined, why }
}

export function impossible(why: string): TargetResult {
  return { met: false, impossible: why, why }
}

/** The state of one target, and whether it can still be observed. */
export interface TargetState extends TargetResult {
  /** Why there is no news at the moment; the other fields are the last known state. */
  readonly trouble: string | undefined
  /** Why the state can never be observed. */
  readonly refused: Refusal | undefined
}

/** `selector`: the API cannot read the selector. `denied`: 401 or 403, with the account, the permission and the namespace. */
export type Refusal =
  | { readonly kind: 'selector' | 'other'; readonly message: string }
  | { readonly kind: 'denied'; readonly message: string; readonly namespace: string; readonly subject: Subject }

export function known(result: TargetResult): TargetState {
  return { ...result, trouble: undefined, refused: undefined }
}

export function refused(refusal: Refusal): TargetState {
  return { ...waiting(refusal.message), trouble: undefined, refused: refusal }
}

const NAMED = 3

/** Lists the first few clauses: `a is starting, b is starting and 7 more`. */
export function listSome(clauses: readonly string[]): string {
  return listFirst(clauses, NAMED)
}
