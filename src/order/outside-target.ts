/** Targets of `depends-on` that are not wrapped containers: those outside the pod, and its sidecars. Pure. */
import { SIDECAR_PREFIX, TARGET_KINDS, type TargetCondition } from '../kube/kinds.ts'
import { type CheckTarget, type ObjectTarget, parseTarget } from '../kube/target.ts'
import { isLabel } from '../base/dns-name.ts'
import { proposeWord } from '../base/suggest.ts'
import type { Condition } from './conditions.ts'

/** A container of the same pod without a wrapper; the downward API shows its state. */
export interface SidecarTarget {
  readonly kind: 'sidecar'
  readonly name: string
  readonly label: string
}

/** A target whose `label` is its text in a flag, which `parseOutside` reads back. */
export type OutsideTarget = SidecarTarget | ObjectTarget | CheckTarget

export type ConditionWord = Condition | TargetCondition

/** Kinds of targets of a gate, by prefix. */
const KINDS = new Map(TARGET_KINDS.flatMap((row) => (row.conditions === undefined ? [] : [[row.prefix, row] as const])))

/** Whether the target begins with a kind, known or not; container names have neither `/` nor `:`. */
export function hasKind(target: string): boolean {
  return /[/:]/.test(target)
}

/** The conditions of the target's kind; undefined for an unknown kind. */
export function conditionsOf(target: string): readonly [ConditionWord, ...ConditionWord[]] | undefined {
  return KINDS.get(kindOf(target))?.conditions
}

export type ReadTarget =
  { readonly target: OutsideTarget } | { readonly refusal: { readonly what: string; readonly fix: string } }

/**
 * @param condition undefined: the default of the kind
 * @param told how many faults were found before
 */
export function readTarget(text: string, condition: Condition | undefined, told = 0): ReadTarget {
  const word = kindOf(text)
  const kind = KINDS.get(word)
  if (kind === undefined) {
    const use = `name a container of this pod, or use ${[...KINDS.keys()].join(', ')}`
    const fix = proposeWord(word, KINDS.keys(), use, told)
    return { refusal: { what: `unknown target kind "${word}" in "${text}"`, fix } }
  }
  // `ended` of a Job, by success or failure, is the target kind `job-we`.
  const target = parseOutside(condition === 'ended' ? text.replace(/^job\//, 'job-we/') : text)
  return 'problem' in target
    ? { refusal: { what: `"${text}" is not a target`, fix: `write ${kind.form}` } }
    : { target }
}

/** Reads a target of a flag. @returns the target, or one sentence that says what is wrong. */
export function parseOutside(text: string): OutsideTarget | { readonly problem: string } {
  if (text.startsWith(SIDECAR_PREFIX)) {
    const name = text.slice(SIDECAR_PREFIX.length)
    return isLabel(name) ? { kind: 'sidecar', name, label: text } : { problem: `"${text}" is not sidecar/NAME` }
  }
  const target = parseTarget(text)
  if ('problem' in target) return KINDS.has(kindOf(text).replace(/-w[er]\/$/, '/')) ? target : refuseUnknown(text)
  if (target.kind === 'file') return { problem: `"${text}" is a file; wait for it with --wait-file` }
  if (target.kind === 'check' && target.check.kind === 'exec') {
    return { problem: `"${text}" is a command; wait for it with entrypoint wait` }
  }
  return target
}

function refuseUnknown(text: string): { readonly problem: string } {
  const known = [...KINDS.keys()]
  return {
    problem: `unknown target "${text}"; ${proposeWord(kindOf(text), known, `use ${known.join(', ')}`)}`,
  }
}

function kindOf(target: string): string {
  return /^[^/:]*(?::\/\/|[/:])?/.exec(target)?.[0] ?? target
}
