/** What a target of `depends-on` names beside the containers that podorder wraps: things outside the pod, and its sidecars. Pure. */
import { SIDECAR_PREFIX, TARGET_KINDS, type TargetCondition } from '../kube/kinds.ts'
import { type CheckTarget, type ObjectTarget, parseTarget } from '../kube/target.ts'
import { proposeWord } from '../base/suggest.ts'
import type { Condition } from './conditions.ts'

/** A container of the same pod that podorder does not wrap; the downward API tells how it is. */
export interface SidecarTarget {
  readonly kind: 'sidecar'
  readonly name: string
  readonly label: string
}

/** `label` is its text as a flag says it, which `parseOutside` reads back. */
export type OutsideTarget = SidecarTarget | ObjectTarget | CheckTarget

export type ConditionWord = Condition | TargetCondition

/** What can be a target of a gate, by what it begins with. */
const KINDS = new Map(TARGET_KINDS.flatMap((row) => (row.conditions === undefined ? [] : [[row.prefix, row] as const])))

const CONTAINER_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/

/** Whether the target has a word for its kind before it, known or not; container names have neither `/` nor `:`. */
export function hasKind(target: string): boolean {
  return /[/:]/.test(target)
}

/** The conditions that its kind has; undefined for a kind that is not known. */
export function conditionsOf(target: string): readonly [ConditionWord, ...ConditionWord[]] | undefined {
  return KINDS.get(kindOf(target))?.conditions
}

export type ReadTarget =
  { readonly target: OutsideTarget } | { readonly refusal: { readonly what: string; readonly fix: string } }

/**
 * @param condition undefined: the one that is natural to its kind
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
  // A Job's end, whichever it is, has a word of its own among the targets.
  const target = parseOutside(condition === 'ended' ? text.replace(/^job\//, 'job-we/') : text)
  return 'problem' in target
    ? { refusal: { what: `"${text}" is not a target`, fix: `write ${kind.form}` } }
    : { target }
}

/** As a flag has it. @returns one sentence on what is wrong with it otherwise. */
export function parseOutside(text: string): OutsideTarget | { readonly problem: string } {
  if (text.startsWith(SIDECAR_PREFIX)) {
    const name = text.slice(SIDECAR_PREFIX.length)
    return CONTAINER_NAME.test(name)
      ? { kind: 'sidecar', name, label: text }
      : { problem: `"${text}" is not sidecar/NAME` }
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
