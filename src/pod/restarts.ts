/**
 * Decides whether the kubelet restarts a container after its end: by the container's restartPolicy and rules, else by the pod's.
 *
 * Source: pkg/api/v1/pod/util.go (ContainerShouldRestart, findMatchingContainerRestartRule) and pkg/kubelet/container/helpers.go
 * (ShouldAllContainersRestart); of Kubernetes >= 1.35, RestartAllContainers >= 1.36. Pure.
 */
import { isObject } from '../base/json-object.ts'
import type { RestartPolicy } from './pod.ts'

export type RestartAction = 'Restart' | 'RestartAllContainers'

export interface RestartRule {
  readonly action: RestartAction
  readonly operator: 'In' | 'NotIn'
  readonly codes: readonly number[]
}

/** The policy and rules of one container. */
export interface Restarts {
  readonly policy: RestartPolicy
  /** The first rule that matches has priority over the policy. */
  readonly rules: readonly RestartRule[]
}

export const RESTART_POLICIES: readonly RestartPolicy[] = ['Always', 'OnFailure', 'Never']
export const RESTART_ACTIONS: readonly RestartAction[] = ['Restart', 'RestartAllContainers']
export const RULE_OPERATORS: readonly RestartRule['operator'][] = ['In', 'NotIn']

/** The exit code after SIGKILL, for example from the OOM killer. */
const CODE_KILLED = 137

/** @returns the first rule that matches */
export function findRule({ rules }: Pick<Restarts, 'rules'>, exitCode: number): RestartRule | undefined {
  if (rules.length === 0) return undefined
  return rules.find(({ operator, codes }) => codes.includes(exitCode) === (operator === 'In'))
}

/** @returns what follows the end: nothing, a restart of the container, or of all containers of the pod */
export function followsEnd(restarts: Restarts, exitCode: number): 'stays' | 'restarts' | 'restarts all' {
  const { policy } = restarts
  const rule = findRule(restarts, exitCode)
  if (rule !== undefined) return rule.action === 'Restart' ? 'restarts' : 'restarts all'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0) ? 'restarts' : 'stays'
}

/** Whether a container that is killed by SIGKILL does not restart. */
export function diesForGood(restarts: Restarts): boolean {
  return followsEnd(restarts, CODE_KILLED) === 'stays'
}

/** @param podPolicy the policy in the pod's spec; undefined means Always */
export function readRestarts(container: unknown, podPolicy: unknown): Restarts {
  const own = isObject(container) ? container : {}
  const policy = parsePolicy(own['restartPolicy'])
  // The API server accepts rules only together with a policy.
  const rules = policy === undefined || !Array.isArray(own['restartPolicyRules']) ? [] : own['restartPolicyRules']
  return { policy: policy ?? parsePolicy(podPolicy) ?? 'Always', rules: rules.flatMap(readRule) }
}

/** @returns undefined when it is not a policy */
export function parsePolicy(said: unknown): RestartPolicy | undefined {
  return RESTART_POLICIES.find((known) => known === said)
}

function readRule(rule: unknown): readonly RestartRule[] {
  const { action: said, exitCodes } = isObject(rule) ? rule : {}
  const action = RESTART_ACTIONS.find((known) => known === said)
  if (action === undefined || !isObject(exitCodes)) return []
  const operator = RULE_OPERATORS.find((known) => known === exitCodes['operator'])
  const values: readonly unknown[] = Array.isArray(exitCodes['values']) ? exitCodes['values'] : []
  // The API server accepts any integer. Numbers that are not exit codes never match.
  const codes = values.flatMap((code) => (typeof code === 'number' && code >= 0 && code <= 255 ? [code] : []))
  return operator === undefined ? [] : [{ action, operator, codes }]
}

/** Writes a rule as the value of a wrapper's flag: `Restart:In:42,43`. */
export function writeRestartRule({ action, operator, codes }: RestartRule): string {
  return `${action}:${operator}:${codes.join(',')}`
}

/** @returns undefined for a text that `writeRestartRule` does not write */
export function parseRestartRule(text: string): RestartRule | undefined {
  const [, said, word, codes] = /^(\w+):(\w+):(\d{1,3}(?:,\d{1,3})*|)$/.exec(text) ?? []
  const action = RESTART_ACTIONS.find((known) => known === said)
  const operator = RULE_OPERATORS.find((known) => known === word)
  if (action === undefined || operator === undefined || codes === undefined) return undefined
  return { action, operator, codes: codes === '' ? [] : codes.split(',').map(Number) }
}
