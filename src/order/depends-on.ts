/** The syntax of the annotation `podorder.io/depends-on`. `edges.ts` checks whether the containers exist. */
import { parseDuration } from '../base/duration.ts'
import { describeKind, type Entry, type Fault, type Position, type Tree } from '../manifest/tree.ts'
import { proposeWord } from '../base/suggest.ts'
import {
  type Condition,
  CONDITION_NAMES,
  DEFAULT_CONDITION,
  findSynonym,
  guessCondition,
  SYNONYMS,
} from './conditions.ts'
import { type Absence, ABSENCES } from '../kube/target.ts'
import { type ConditionWord, conditionsOf, hasKind } from './outside-target.ts'

/** A dependency as written; the container and the target may not exist. */
export interface Claim {
  readonly container: string
  readonly containerAt: Position
  readonly target: string
  readonly at: Position
  /** Absent: not written, or not readable, which is a fault; reading continues to find more faults. */
  readonly condition?: Condition
  readonly timeoutMs?: number
  readonly optional: boolean
  /** The meaning of a missing Job. */
  readonly absent?: Absence
  readonly restart?: boolean
  readonly restartAfterMs?: number
  /** The place of `restart`. */
  readonly restartAt?: Position
}

/** Keys of the long form of a dependency. */
export const DEPENDENCY_OPTIONS = ['condition', 'timeout', 'optional', 'restart', 'restartAfter', 'required', 'absent']

export const DURATION_FIX = 'write a duration such as 30s, 5m or 1h30m'

/** The value of one target; a property is missing when it is not written or not readable. */
type Said = Partial<
  Pick<Claim, 'condition' | 'timeoutMs' | 'optional' | 'absent' | 'restart' | 'restartAfterMs' | 'restartAt'>
>

/** Adds a fault and returns an empty value. A fix may depend on the number of earlier faults. */
type Refuse = (at: Position, what: string, fix: string | ((told: number) => string)) => Said

/** Reads `container: targets` for each container; the targets are a map to conditions, a list, or one name. */
export function readDependsOn(tree: Tree, faults: Fault[]): readonly Claim[] {
  if (tree.kind !== 'map') {
    const what = `podorder.io/depends-on is ${describeKind(tree)}, not a map of containers`
    faults.push({ at: tree.at, what, fix: 'write "app: {db: ready}": app starts when db is ready' })
    return []
  }
  return tree.entries.flatMap((entry) => readTargets(entry, faults))
}

function readTargets({ key: container, keyAt: containerAt, value }: Entry, faults: Fault[]): readonly Claim[] {
  const base = { container, containerAt, optional: false } as const
  const refuse: Refuse = (at, what, fix) => {
    faults.push({ at, container, what, fix: typeof fix === 'string' ? fix : fix(faults.length) })
    return {}
  }
  if (isEmpty(value)) {
    refuse(containerAt, 'it has no dependencies here', 'name what it starts after, or remove the line')
    return []
  }
  const glued = findGlued(value)
  if (glued !== undefined) {
    const fix = `write "${container}: {${glued.fixed}}"`
    refuse(glued.at, `"${glued.text}" has no space after its colon`, fix)
    return []
  }
  switch (value.kind) {
    case 'scalar': {
      const target = String(value.value)
      const names = target.split(/[\s,]+/)
      if (names.length === 1 || hasKind(target)) return [{ ...base, target, at: value.at }]
      refuse(
        value.at,
        `"${target}" is not one name`,
        `write a list: [${names.filter((name) => name !== '').join(', ')}]`,
      )
      return []
    }
    case 'list':
      return value.items.flatMap((item) => {
        if (item.kind === 'scalar') return [{ ...base, target: String(item.value), at: item.at }]
        refuse(item.at, `a list may hold names only, and this is ${describeKind(item)}`, 'write a map: {db: completed}')
        return []
      })
    case 'map':
      return value.entries.map((entry) => {
        const conditions = hasKind(entry.key) ? conditionsOf(entry.key) : CONDITION_NAMES
        // The conditions of an unknown kind are unknown, so its value is not checked.
        const said = conditions === undefined ? {} : readSaid(entry, conditions, refuse)
        return { ...base, target: entry.key, at: entry.keyAt, ...said }
      })
  }
}

/** Finds a target such as `db:ready`, which YAML reads as one word; and the right form of all targets. */
function findGlued(value: Tree): { readonly at: Position; readonly text: string; readonly fixed: string } | undefined {
  const words =
    value.kind === 'map'
      ? value.entries.map(({ key, keyAt, value: said }) => ({ text: key, at: keyAt, said: readWord(said) }))
      : (value.kind === 'list' ? value.items : [value]).map((item) => ({ text: readWord(item), at: item.at, said: '' }))
  const glued = words.find(({ text, said }) => said === '' && splitGlued(text) !== undefined)
  if (glued === undefined) return undefined
  const fixed = words.map(({ text, said }) => splitGlued(text) ?? `${text}: ${said === '' ? DEFAULT_CONDITION : said}`)
  return { ...glued, fixed: fixed.join(', ') }
}

function splitGlued(text: string): string | undefined {
  const [, target, word = ''] = /^([a-z0-9][-a-z0-9]*):([A-Za-z_]+)$/.exec(text) ?? []
  const isCondition = CONDITION_NAMES.some((name) => name === word) || findSynonym(word) !== undefined
  return target !== undefined && isCondition ? `${target}: ${word}` : undefined
}

function isEmpty(tree: Tree): boolean {
  if (tree.kind === 'scalar') return describeKind(tree) === 'empty'
  return (tree.kind === 'map' ? tree.entries : tree.items).length === 0
}

/** Reads `ready`, or `{condition: ready, timeout: 2m, optional: true}`. */
function readSaid(entry: Entry, conditions: readonly ConditionWord[], refuse: Refuse): Said {
  const { key, keyAt, value } = entry
  if (isEmpty(value)) {
    const natural = hasKind(key) ? conditions[0] : DEFAULT_CONDITION
    return refuse(keyAt, `no condition for "${key}"`, `write "${key}: ${natural}"`)
  }
  if (value.kind !== 'map') return readCondition(key, value, conditions, refuse)
  return value.entries.reduce<Said>((said, option) => ({ ...said, ...readOption(key, option, conditions, refuse) }), {})
}

function readOption(
  target: string,
  { key, keyAt, value }: Entry,
  conditions: readonly ConditionWord[],
  refuse: Refuse,
): Said {
  const word = readWord(value)
  switch (key) {
    case 'condition':
      return readCondition(target, value, conditions, refuse)
    case 'timeout': {
      const timeoutMs = parseDuration(word)
      if (timeoutMs !== undefined && timeoutMs >= 1) return { timeoutMs }
      return refuse(value.at, `timeout is "${word}"`, DURATION_FIX)
    }
    // Docker Compose's word for the opposite.
    case 'required':
    case 'optional':
      if (word === 'true' || word === 'false') return { optional: (word === 'true') === (key === 'optional') }
      return refuse(value.at, `${key} is "${word}"`, 'write true or false')
    case 'absent': {
      const absent = ABSENCES.find((known) => known === word)
      if (!target.startsWith('job/'))
        return refuse(keyAt, `absent is for Jobs only, and "${target}" is not a Job`, 'remove it')
      return absent === undefined ? refuse(value.at, `absent is "${word}"`, 'write completed or waiting') : { absent }
    }
    case 'restart':
      if (word === 'true' || word === 'false') return { restart: word === 'true', restartAt: keyAt }
      return refuse(value.at, `restart is "${word}"`, 'write true or false')
    case 'restartAfter': {
      const restartAfterMs = parseDuration(word)
      if (restartAfterMs !== undefined && restartAfterMs >= 1) return { restartAfterMs, restartAt: keyAt }
      return refuse(value.at, `restartAfter is "${word}"`, DURATION_FIX)
    }
    default: {
      const use = target.startsWith('job/')
        ? 'use condition, timeout, optional or absent'
        : 'use condition, timeout, optional, restart or restartAfter'
      return refuse(keyAt, `unknown option "${key}"`, (told) => proposeWord(key, DEPENDENCY_OPTIONS, use, told))
    }
  }
}

function readCondition(target: string, value: Tree, conditions: readonly ConditionWord[], refuse: Refuse): Said {
  const word = readWord(value)
  const said = findSynonym(word) ?? word
  const condition = conditions.find((known) => known === said)
  if (condition !== undefined) return { condition: condition === 'open' ? 'ready' : condition }
  if (value.kind !== 'scalar') {
    const fix = `write "${target}: ${hasKind(target) ? conditions[0] : DEFAULT_CONDITION}"`
    return refuse(value.at, `the condition for "${target}" is ${describeKind(value)}, not a word`, fix)
  }
  const use = `use ${conditions.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`
  const inside = !hasKind(target)
  const what = inside ? `unknown condition "${word}"` : `unknown condition "${word}" for "${target}"`
  const guess = guessCondition(word)
  if (inside && guess !== undefined) return refuse(value.at, what, `did you mean "${guess}"?`)
  const known = inside
    ? [...conditions, ...SYNONYMS.filter((synonym) => synonym !== synonym.toUpperCase())]
    : conditions
  return refuse(value.at, what, (told) => proposeWord(word, known, use, told))
}

function readWord(tree: Tree): string {
  return tree.kind === 'scalar' ? String(tree.value ?? '') : describeKind(tree)
}
