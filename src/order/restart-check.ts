/**
 * Checks restartPolicy and restartPolicyRules as the API server does; init containers have them, too. Pure.
 *
 * Source: pkg/apis/core/validation (validateContainerRestartPolicy) of Kubernetes 1.36. It accepts an empty list of values, and
 * values that are not exit codes.
 */
import { proposeWord } from '../base/suggest.ts'
import { describeKind, type Fault, findEntry, type Tree } from '../manifest/tree.ts'
import { RESTART_ACTIONS, RESTART_POLICIES, RULE_OPERATORS } from '../pod/restarts.ts'

const MOST_RULES = 20
const MOST_VALUES = 255

export function checkPodPolicy(spec: Tree): readonly Fault[] {
  const policy = findGiven(spec, 'restartPolicy')
  return policy === undefined ? [] : checkWord('restartPolicy', policy, RESTART_POLICIES)
}

export function checkRestarts(container: Tree): readonly Fault[] {
  return [...checkPodPolicy(container), ...checkRules(container)]
}

function checkRules(container: Tree): readonly Fault[] {
  const rules = findGiven(container, 'restartPolicyRules')
  if (rules === undefined) return []
  if (rules.kind !== 'list') {
    const fix = 'begin each rule with "- action:"'
    return [{ at: rules.at, what: `restartPolicyRules is ${describeKind(rules)}, not a list`, fix }]
  }
  const faults: Fault[] = []
  if (rules.items.length > 0 && findGiven(container, 'restartPolicy') === undefined) {
    const fix = 'write the policy that counts where no rule matches, such as restartPolicy: Never, beside them'
    faults.push({ at: rules.at, what: 'restartPolicyRules without a restartPolicy of the container', fix })
  }
  const surplus = rules.items[MOST_RULES]
  if (surplus !== undefined) {
    const what = `restartPolicyRules has ${rules.items.length} rules; Kubernetes takes ${MOST_RULES}`
    faults.push({ at: surplus.at, what, fix: 'list more exit codes in one rule' })
  }
  return [...faults, ...rules.items.flatMap((rule, index) => checkRule(`restartPolicyRules[${index}]`, rule))]
}

function checkRule(place: string, rule: Tree): readonly Fault[] {
  if (rule.kind !== 'map') {
    const fix = 'write {action: Restart, exitCodes: {operator: In, values: [42]}}'
    return [{ at: rule.at, what: `${place} is ${describeKind(rule)}, not a map`, fix }]
  }
  const codes = findGiven(rule, 'exitCodes')
  const action = checkNeeded(`${place}.action`, rule, 'action', RESTART_ACTIONS)
  if (codes?.kind !== 'map') {
    const fix = 'write exitCodes: {operator: In, values: [42]}'
    const what =
      codes === undefined ? `${place} has no exitCodes` : `${place}.exitCodes is ${describeKind(codes)}, not a map`
    return [...action, { at: codes?.at ?? rule.at, what, fix }]
  }
  return [
    ...action,
    ...checkNeeded(`${place}.exitCodes.operator`, codes, 'operator', RULE_OPERATORS),
    ...checkValues(`${place}.exitCodes.values`, findGiven(codes, 'values')),
  ]
}

function checkValues(place: string, values: Tree | undefined): readonly Fault[] {
  if (values === undefined) return []
  if (values.kind !== 'list') {
    return [{ at: values.at, what: `${place} is ${describeKind(values)}, not a list`, fix: 'write values: [42]' }]
  }
  const odd = values.items.findIndex((value) => value.kind !== 'scalar' || !Number.isInteger(value.value))
  const item = values.items[odd]
  if (item !== undefined) {
    const what = `${place}[${odd}] is ${describeKind(item)}, not a whole number`
    return [{ at: item.at, what, fix: 'write exit codes, from 0 to 255' }]
  }
  const surplus = values.items[MOST_VALUES]
  if (surplus === undefined) return []
  const what = `${place} has ${values.items.length} values; Kubernetes takes ${MOST_VALUES}`
  return [{ at: surplus.at, what, fix: 'use operator NotIn with the other ones' }]
}

function checkNeeded(place: string, map: Tree, key: string, known: readonly string[]): readonly Fault[] {
  const word = findGiven(map, key)
  if (word !== undefined) return checkWord(place, word, known)
  return [{ at: map.at, what: `${place} is missing`, fix: writeChoice(known) }]
}

function checkWord(place: string, word: Tree, known: readonly string[]): readonly Fault[] {
  const written = word.kind === 'scalar' ? String(word.value) : describeKind(word)
  if (word.kind === 'scalar' && known.some((one) => one === word.value)) return []
  return [{ at: word.at, what: `unknown ${place} "${written}"`, fix: proposeWord(written, known, writeChoice(known)) }]
}

function writeChoice(known: readonly string[]): string {
  return `write ${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}`
}

/** Finds a value; an empty one counts as missing. */
function findGiven(map: Tree, key: string): Tree | undefined {
  const value = findEntry(map, key)?.value
  return value === undefined || describeKind(value) === 'empty' ? undefined : value
}
