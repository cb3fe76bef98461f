/** How a wait stands at one moment. Pure. */
import { listFirst } from '../base/wording.ts'
import type { Subject } from './subject.ts'

export interface TargetResult {
  readonly met: boolean
  /** Why it can never be met, unless somebody begins anew. */
  readonly impossible: string | undefined
  /** What is missing, or what is there, in one clause. */
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

/** How one target stands, and whether more can be learned of it. */
export interface TargetState extends TargetResult {
  /** Nothing new can be learned for the moment; the rest is what was known last. */
  readonly trouble: string | undefined
  /** The refusal of what cannot be found out at all; nothing more will come. */
  readonly refused: Refusal | undefined
}

/** `selector`: the API does not understand it. `denied`: 401 or 403, and who needs what to be allowed it where. */
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

/** `a is starting, b is starting and 7 more`: the first few of many. */
export function listSome(clauses: readonly string[]): string {
  return listFirst(clauses, NAMED)
}
